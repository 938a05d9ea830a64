import ArgumentParser
import FoundationEssentials
import OrchClient
import OrchModel
import OrchServer
import Synchronization
import TestSupport
import Testing

@testable import OrchCLI

/// What is looked at before a deployment is saved, by options and by files alike.
@Suite(.timeLimit(.minutes(10)))
struct DeploymentCheckTests {
    /// An agent on whose host `taxi:arm` does not run, while `body` runs.
    ///
    /// - Parameter asked: is told each image that it is asked about. Defaults to nobody.
    private func withAgent(
        _ live: LiveController, asked: @escaping @Sendable (AgentTask.Question) -> Void = { _ in },
        _ body: () async throws -> Void
    ) async throws {
        let flow = FlowDescription(
            name: "etl", description: "", parameters: ParameterSchema([]), blocks: [], command: ["taxi", "run", "etl"])
        let info = AgentInfo(name: "a1", host: "h", version: "0", queues: ["default"], engine: "1")
        let agent = Task {
            while !Task.isCancelled {
                let reply = try await live.agent.poll(WorkPoll(agent: info, capacity: 1, waitSeconds: 20))
                for task in reply.tasks {
                    asked(task.question)
                    let isArm = task.question.image == "taxi:arm"
                    let platform = ImagePlatform(image: isArm ? "linux/arm64" : "linux/amd64", host: "linux/amd64")
                    try await live.agent.answer(
                        task: task.id,
                        .description(
                            ImageDescription(
                                sdk: "1", program: "taxi", flows: [flow], deployments: [], platform: platform)))
                }
            }
        }
        defer { agent.cancel() }
        // A poll that waits is seen before its answer.
        while try await live.admin.agents().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        try await body()
    }

    @Test("An agent is asked once about the image of many deployments in files, of flows and of commands")
    func oneQuestion() async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let connection = [
                "--api-url", live.url, "--token-file",
                try folder.write(live.controller.adminToken.reveal(), as: "token"),
            ]
            let flows = (1...30).map { "name: flow-\($0)\nflow_name: etl\nimage: taxi:intel\n" }
            let commands = (1...30).map {
                "name: command-\($0)\nimage: \($0 < 30 ? "debian" : "taxi:intel")\ncommand: [date]\n"
            }
            let file = try folder.write((flows + commands).joined(separator: "---\n"), as: "all.yaml")
            let questions = Mutex<[AgentTask.Question]>([])
            try await withAgent(live, asked: { question in questions.withLock { $0.append(question) } }) {
                try await Deployments.Apply.parse([file] + connection).run()
            }
            #expect(try await live.admin.deployments().count == 60)
            #expect(questions.withLock { $0 }.map(\.image) == ["taxi:intel", "debian"])
            withExtendedLifetime(folder) {}
        }
    }

    private func commandFile(_ lines: String...) -> String {
        (["name: k", "image: taxi:intel", "command: [date]"] + lines).joined(separator: "\n") + "\n"
    }

    @Test(
        "diff says would change exactly where apply saves something: schedules made elsewhere, keys taken away, pauses")
    func diffIsWhatApplyDoes() async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let connection = [
                "--api-url", live.url, "--token-file",
                try folder.write(live.controller.adminToken.reveal(), as: "token"),
            ]
            func deployment() async throws -> Deployment { try await live.admin.deployment(named: "k") }
            func schedules() async throws -> [String] {
                try await live.admin.schedules(ofDeployment: "k").map(\.spec.slug).sorted()
            }
            /// Whether applying the file changed something, which diff has to have said before.
            func apply(_ text: String) async throws -> Bool {
                let file = try folder.write(text, as: "k.yaml")
                func diff() async throws -> Bool {
                    do {
                        try await Deployments.Diff.parse([file] + connection).run()
                        return false
                    } catch let ending as Ending {
                        #expect(ending.code == .failed)
                        return true
                    }
                }
                let said = try await diff()
                let old = try? await (deployment(), schedules())
                try await Deployments.Apply.parse([file] + connection).run()
                let new = try await (deployment(), schedules())
                let changed = old?.0.version != new.0.version || old?.0.isPaused != new.0.isPaused || old?.1 != new.1
                #expect(said == changed, "\(text)")
                #expect(try await diff() == false, "\(text)")
                return changed
            }
            let scheduled = commandFile("schedules: [{cron: \"@daily\"}]")
            #expect(try await apply(scheduled))
            #expect(try await apply(scheduled) == false)
            _ = try await live.admin.saveSchedule(
                ScheduleRequest(deployment: "k", schedule: ScheduleSpec(slug: "byhand", rule: .cron("@yearly"))))
            #expect(try await apply(scheduled) == false)
            #expect(try await apply(commandFile()))
            #expect(try await schedules() == ["byhand", "default"])
            #expect(try await apply(commandFile("schedules: []")))
            #expect(try await schedules().isEmpty)
            #expect(try await apply(commandFile("paused: true")))
            _ = try await live.admin.pause(try await deployment().id, DeploymentPause(isPaused: false))
            #expect(try await apply(commandFile("paused: true")))
            #expect(try await deployment().isPaused == true)
            #expect(try await apply(commandFile()))
            #expect(try await deployment().isPaused == true)
            withExtendedLifetime(folder) {}
        }
    }

    @Test("What the controller refuses shows no value of the environment, and diff refuses it, too")
    func refusalsHideTheEnvironment() async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let connection = [
                "--api-url", live.url, "--token-file",
                try folder.write(live.controller.adminToken.reveal(), as: "token"),
            ]
            // PATH is there in every environment, and no queue is called so.
            let path = try #require(ProcessInfo.processInfo.environment["PATH"])
            let files = [
                commandFile("work_queue_name: ${HOME_QUEUE:-nosuch}"),
                commandFile("requires: {a: \"${PATH}\"}", "run_name: \"{{ ${PATH} }}\""),
            ]
            for (index, text) in files.enumerated() {
                let file = try folder.write(text, as: "\(index).yaml")
                for apply in [true, false] {
                    let error = await #expect(throws: (any Error).self) {
                        if apply {
                            try await Deployments.Apply.parse([file] + connection).run()
                        } else {
                            try await Deployments.Diff.parse([file] + connection).run()
                        }
                    }
                    let message = error.map { "\($0)" } ?? ""
                    #expect(!message.isEmpty && !message.contains(path), "\(message)")
                }
            }
            #expect(try await live.admin.deployments().isEmpty)
            withExtendedLifetime(folder) {}
        }
    }

    @Test(
        "build writes no file where apply would refuse it",
        arguments: [
            (["taxi:intel:etl", "--job-variable", "memry=2g"], "did you mean \"memory\"?"),
            (["taxi:intel:etl", "-ib", "docker-container/nosuch"], "there is no block docker-container/nosuch"),
            (["taxi:intel:etl", "-a", "-q", "nosuch"], "nosuch"),
            (["taxi:intel:etl", "-f", "/nosuch/x.yaml"], "there is no folder /nosuch"),
            (["taxi:intel:etl", "-f", "/"], "/ is a folder"),
        ])
    func buildChecks(arguments: [String], says: String) async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let connection = [
                "--api-url", live.url, "--token-file",
                try folder.write(live.controller.adminToken.reveal(), as: "token"),
            ]
            let file = folder.file("new.yaml")
            try await withAgent(live) {
                let place = arguments.contains("-f") ? [] : ["-f", file]
                let error = await #expect(throws: (any Error).self) {
                    try await Deployments.Build.parse(
                        arguments + ["-n", "nightly", "--timeout", "5"] + place + connection
                    )
                    .run()
                }
                #expect(error.map { "\($0)" }?.contains(says) == true, "\(String(describing: error))")
                #expect(!FileManager.default.fileExists(atPath: file))
            }
            withExtendedLifetime(folder) {}
        }
    }

    @Test(
        "build refuses a bad schedule and a Python function before it asks anybody",
        arguments: [
            (["i:f", "--cron", "61 * * * *"], "--cron: "),
            (["i:f", "--cron", "@daily", "--timezone", "Europe/Berln"], "--timezone: "),
            (["i:f", "--interval", "0"], "--interval: "),
            (["flows.py:etl_flow"], "expected IMAGE:FLOW, such as taxi:latest:etl_flow"),
        ])
    func buildOptions(arguments: [String], says: String) {
        let error = #expect(throws: (any Error).self) { try Deployments.Build.parse(arguments + ["-n", "x"]) }
        #expect(error.map { Deployments.Build.message(for: $0) }?.contains(says) == true)
    }

    @Test(
        "A flow whose image does not run there is saved by none of the ways", arguments: ["deploy", "apply", "build"])
    func anotherPlatform(_ way: String) async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let connection = [
                "--api-url", live.url, "--token-file",
                try folder.write(live.controller.adminToken.reveal(), as: "token"),
            ]
            let file = try folder.write("name: nightly\nflow_name: etl\n", as: "nightly.yaml")
            func save(_ image: String) async throws {
                switch way {
                case "deploy":
                    try await Deploy.parse(
                        ["--infra", "docker", "--image", image, "--flow", "etl", "-n", "nightly"] + connection
                    ).run()
                case "apply": try await Deployments.Apply.parse([file, "--image", image] + connection).run()
                default:
                    try await Deployments.Build.parse(
                        ["\(image):etl", "-n", "nightly", "-a", "--force", "-f", folder.file("new.yaml")] + connection
                    ).run()
                }
            }
            try await withAgent(live) {
                let error = await #expect(throws: Message.self) { try await save("taxi:arm") }
                #expect(
                    error?.text
                        == "etl/nightly: the image taxi:arm does not run there: it is built for linux/arm64, and the agent's "
                        + "host is linux/amd64")
                #expect(try await live.admin.deployments().isEmpty)
                try await save("taxi:intel")
                #expect(try await live.admin.deployments().map(\.image) == ["taxi:intel"])
            }
            withExtendedLifetime(folder) {}
        }
    }
}

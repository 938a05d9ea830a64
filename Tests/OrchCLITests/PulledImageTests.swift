import ArgumentParser
import FoundationEssentials
import OrchClient
import OrchModel
import OrchServer
import TestSupport
import Testing

@testable import OrchCLI

/// `orch deploy` and `orch deployment apply` of an image that the agent has to pull.
@Suite(.timeLimit(.minutes(10)))
struct PulledImageTests {
    private static let flow = FlowDescription(
        name: "etl", description: "", parameters: ParameterSchema([]), blocks: [], command: ["taxi", "run", "etl"])

    /// An agent that pulls what it is asked about, in two steps, and then says `answer`, while `body` runs.
    private func withAgent(
        _ live: LiveController, answer: AgentTaskAnswer, _ body: () async throws -> Void
    ) async throws {
        let info = AgentInfo(name: "a1", host: "h", version: "0", queues: ["default"], engine: "1")
        let agent = Task {
            while !Task.isCancelled {
                let reply = try await live.agent.poll(WorkPoll(agent: info, capacity: 1, waitSeconds: 20))
                for task in reply.tasks {
                    // What is asked when it is saved is about an image that is there by then.
                    for number in task.pull == nil ? [] : [1, 2] {
                        let news = PullNews(task: task.id, number: number, message: "pulling: \(number) of 2 layers")
                        try await live.agent.answer(task: task.id, .pulling(news))
                    }
                    try await live.agent.answer(task: task.id, answer)
                }
            }
        }
        defer { agent.cancel() }
        // A poll that waits is seen before its answer.
        while try await live.admin.agents().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        try await body()
    }

    @Test("an image is deployed once it is pulled, from the command line and from a file")
    func deployed() async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let connection = [
                "--api-url", live.url, "--token-file",
                try folder.write(live.controller.adminToken.reveal(), as: "token"),
            ]
            let description = ImageDescription(sdk: "1", program: "taxi", flows: [Self.flow], deployments: [])
            try await withAgent(live, answer: .description(description)) {
                try await Deploy.parse(["--image", "registry.example.org/taxi:1", "-n", "typed"] + connection).run()
                let file = try folder.write("name: filed\nimage: registry.example.org/taxi:1\n", as: "d.yaml")
                try await Deployments.Apply.parse([file] + connection).run()
            }
            #expect(try await live.admin.deployments().map(\.name).sorted() == ["filed", "typed"])
            withExtendedLifetime(folder) {}
        }
    }

    @Test("what keeps it from being pulled is the error, and nothing is saved")
    func refused() async throws {
        try await LiveController.with { live in
            let folder = try TemporaryFolder()
            let connection = [
                "--api-url", live.url, "--token-file",
                try folder.write(live.controller.adminToken.reveal(), as: "token"),
            ]
            let reason = "agent a1: the image x:1 is not on this host and its registry gives it to nobody"
            try await withAgent(live, answer: .failed(message: reason)) {
                for arguments in [["-n", "typed"], ["-n", "typed", "--flow", "etl"]] {
                    let error = await #expect(throws: (any Error).self) {
                        try await Deploy.parse(["--image", "x:1"] + arguments + connection).run()
                    }
                    #expect(error.map { "\($0)" }?.contains(reason) == true)
                }
            }
            #expect(try await live.admin.deployments().isEmpty)
            withExtendedLifetime(folder) {}
        }
    }
}

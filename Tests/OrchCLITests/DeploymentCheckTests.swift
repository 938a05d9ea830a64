import ArgumentParser
import OrchClient
import OrchModel
import OrchServer
import TestSupport
import Testing

@testable import OrchCLI

/// What is looked at before a deployment is saved, by options and by files alike.
@Suite(.timeLimit(.minutes(10)))
struct DeploymentCheckTests {
    /// An agent on whose host `taxi:arm` does not run, while `body` runs.
    private func withAgent(_ live: LiveController, _ body: () async throws -> Void) async throws {
        let flow = FlowDescription(
            name: "etl", description: "", parameters: ParameterSchema([]), blocks: [], command: ["taxi", "run", "etl"])
        let info = AgentInfo(name: "a1", host: "h", version: "0", queues: ["default"], engine: "1")
        let agent = Task {
            while !Task.isCancelled {
                let reply = try await live.agent.poll(WorkPoll(agent: info, capacity: 1, waitSeconds: 20))
                for task in reply.tasks {
                    let isArm = task.question == .describeImage(reference: "taxi:arm")
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

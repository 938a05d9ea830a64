import DeploymentFiles
import OrchModel
import Testing

@testable import OrchCLI

struct ImageQuestionsTests {
    private func questions(_ images: [String]) -> ImageQuestions {
        ImageQuestions { question in
            let reference = Self.reference(question)
            return images.contains(reference)
                ? .description(DeploymentMakerTests.description) : .noImage(image: reference, available: images)
        }
    }

    private static func reference(_ question: AgentTaskRequest) -> String {
        if case .describeImage(let reference, _) = question.question { reference } else { "another question" }
    }

    private func entry(_ entrypoint: String) -> DeploymentEntry {
        var entry = DeploymentEntry(name: "x")
        entry.entrypoint = entrypoint
        return entry
    }

    @Test(
        "IMAGE:FLOW is taken apart at the last colon that a flow of the image follows",
        arguments: [
            ("taxi:latest:etl-parent-flow", "taxi:latest", "etl-parent-flow"),
            ("taxi:latest:etl_parent_flow", "taxi:latest", "etl_parent_flow"),
            ("taxi:latest", "taxi:latest", nil), ("host:5000/taxi", "host:5000/taxi", nil),
            ("host:5000/taxi:check", "host:5000/taxi", "check"), ("taxi:chek", "taxi", "chek"),
        ] as [(String, String, String?)])
    func entrypoints(text: String, image: String, flow: String?) async throws {
        var questions = questions(["taxi", "taxi:latest", "host:5000/taxi"])
        let found = try await questions.finding(for: entry(text))
        #expect(found.image == image)
        #expect(found.entry.flowName == flow)
    }

    @Test("An image is asked about once for each queue")
    func once() async throws {
        final class Count { var asked: [String] = [] }
        let count = Count()
        var questions = ImageQuestions { question in
            let reference = Self.reference(question)
            count.asked.append("\(question.queue) \(reference) \(question.placement.text)")
            return .noDescription(image: reference)
        }
        for queue in ["a", "b", "a"] {
            var entry = DeploymentEntry(name: "x")
            (entry.image, entry.workQueue) = ("i", queue)
            _ = try await questions.finding(for: entry)
        }
        var process = DeploymentEntry(name: "x")
        (process.image, process.infrastructureType) = ("/opt/taxi", "process")
        _ = try await questions.finding(for: process)
        var elsewhere = DeploymentEntry(name: "x")
        (elsewhere.image, elsewhere.workQueue, elsewhere.requires) = ("i", "a", ["arch": "arm64"])
        _ = try await questions.finding(for: elsewhere)
        #expect(
            count.asked == [
                "a i ", "b i ", #"default process:/opt/taxi {"infrastructure":"process"}"#, #"a i {"arch":"arm64"}"#,
            ])
    }

    @Test("A command is asked about by nobody; without an image that is said")
    func commands() async throws {
        var questions = ImageQuestions { _ in throw CancellationError() }
        var entry = DeploymentEntry(name: "x")
        entry.command = ["echo", "hi"]
        await #expect(throws: DeploymentMaker.Remark.self) { try await questions.finding(for: entry) }
        entry.infrastructureType = "process"
        #expect(try await questions.finding(for: entry).image == "echo")
        entry.image = "debian:bookworm-slim"
        #expect(try await questions.finding(for: entry).image == "debian:bookworm-slim")
    }
}

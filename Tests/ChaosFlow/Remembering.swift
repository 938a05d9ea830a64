import FoundationEssentials
import Orch

/// Does a task whose result is cached: the home directory of the run that made it.
struct Remembering: Flow {
    static let name = "remembering"
    static let summary = "Takes the result of an earlier run where there is one."

    /// What is remembered.
    struct Place: Codable, Sendable {
        var home: String
        var input: Int
    }

    @Parameter(help: "What the result depends on.") var input = 7

    func run(_ context: FlowContext) async throws -> Place {
        let input = input
        return try await context.task("place", cache: .inputs(input, expiration: .seconds(3600))) {
            Place(home: ProcessInfo.processInfo.environment["HOME"] ?? "", input: input)
        }
    }
}

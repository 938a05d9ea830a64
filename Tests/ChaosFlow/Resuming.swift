import Glibc
import Orch

/// Two tasks. The first attempt is killed in the second one, as if its host had lost power; the next one goes on there.
struct Resuming: Flow {
    static let name = "resuming"
    static let summary = "Is killed in its first attempt, and goes on in the next one."

    func run(_ context: FlowContext) async throws -> [Int] {
        let attempt = context.attempt
        return [
            try await context.task("first", cache: .withinRun()) { attempt },
            try await context.task("second", cache: .withinRun()) {
                if attempt == 1 { raise(SIGKILL) }
                return attempt
            },
        ]
    }
}

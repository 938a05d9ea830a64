import Glibc
import Orch

/// Tasks of one tag that note in a file when they begin and when they end.
struct Limited: Flow {
    static let name = "limited"
    static let summary = "Notes in a file how many of its tasks are at work, those of other runs among them."

    @Parameter(help: "The file.") var path = "/tmp/limited"
    @Parameter(help: "Tasks in all.", range: 1...) var tasks = 5
    @Parameter(help: "Whether the first one to begin kills the program.") var dies = false

    func run(_ context: FlowContext) async throws -> Int {
        let (path, dies) = (path, dies)
        _ = try await context.map(TaskOptions("limited", tags: ["limited"]), 1...tasks) { _ in
            try Self.note("+", in: path)
            if dies { raise(SIGKILL) }
            try await Task.sleep(for: .milliseconds(5))
            try Self.note("-", in: path)
        }
        return tasks
    }

    /// Adds a letter: what several programs add comes one after the other.
    private static func note(_ letter: String, in path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0, write(file, letter, 1) == 1 else { throw Unwritable(path: path) }
        close(file)
    }

    private struct Unwritable: Error {
        var path: String
    }
}

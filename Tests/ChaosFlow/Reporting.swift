import Orch

/// Makes an artifact of every type, in a task and in a child run.
struct Reporting: Flow {
    static let name = "reporting"
    static let summary = "Makes things to look at."

    /// A row of its table.
    struct Row: Encodable, Sendable {
        var number: Int
        var text: String
    }

    @Parameter(help: "Rows of the table.", range: 0...) var rows = 2
    @Parameter(help: "Bytes of the text.", range: 0...) var bytes = 10
    @Parameter(help: "Whether it runs itself once more.") var nests = true

    func run(_ context: FlowContext) async throws {
        let (rows, bytes) = (rows, bytes)
        try await context.task("report") {
            try context.artifacts.markdown(
                key: "report", String(repeating: "x", count: bytes), description: "\(bytes) bytes")
            try context.artifacts.table(
                key: "rows", rows: (0..<rows).map { Row(number: $0, text: "row \($0)") })
        }
        try context.artifacts.link(key: "dashboard", "https://me:hunter2@host/x?token=hunter2", text: "The dashboard")
        context.metric("rows", rows)
        context.metric("bytes", bytes)
        if nests { try await context.child(Reporting.self) { ($0.rows, $0.nests) = (rows + 1, false) } }
    }
}

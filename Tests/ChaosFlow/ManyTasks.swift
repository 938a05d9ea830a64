import Orch

/// Tasks that do next to nothing: what is left is what a task costs.
struct ManyTasks: Flow {
    static let name = "many-tasks"
    static let summary = "Runs trivial tasks, one after the other or all at once."

    @Parameter(help: "Tasks in all.", range: 1...) var tasks = 10_000
    @Parameter(help: "Whether all are submitted at once.") var submitted = false

    func run(_ context: FlowContext) async throws -> Int {
        guard submitted else {
            var sum = 0
            for number in 1...tasks { sum += try await context.task("task-\(number)") { number % 2 } }
            return sum
        }
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...tasks {
                group.addTask { try await context.task("task-\(number)") { number % 2 } }
            }
            return try await group.reduce(0, +)
        }
    }
}

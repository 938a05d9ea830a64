import Orch

/// Tasks that do next to nothing: what is left is what a task costs.
struct ManyTasks: Flow {
    static let name = "many-tasks"
    static let summary = "Runs trivial tasks, one after the other or all at once."

    @Parameter(help: "Tasks in all.", range: 1...) var tasks = 10_000
    @Parameter(help: "Whether all are submitted at once.") var submitted = false

    func run(_ context: FlowContext) async throws -> Int {
        var sum = 0
        guard submitted else {
            for number in 1...tasks { sum += try await context.task("task-\(number)") { number % 2 } }
            return sum
        }
        let futures = (1...tasks).map { number in context.submit("task-\(number)") { number % 2 } }
        for future in futures { sum += try await future.value }
        return sum
    }
}

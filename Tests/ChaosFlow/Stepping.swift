import Orch

/// Tasks one after the other. The first attempt stands still at a place between them, where somebody kills it.
struct Stepping: Flow {
    static let name = "stepping"
    static let summary = "Stands still between two tasks in its first attempt."

    @Parameter(help: "Tasks in all.", range: 0...) var tasks = 4
    @Parameter(help: "After how many tasks the first attempt stands still.", range: 0...) var stop = 0

    func run(_ context: FlowContext) async throws -> [Int] {
        let attempt = context.attempt
        var made: [Int] = []
        for number in 0..<tasks {
            if attempt == 1, number == stop { try await standStill(context) }
            made.append(
                try await context.task(TaskOptions("step-\(number)"), cache: .withinRun()) {
                    context.logger.info("did \(number)")
                    return attempt
                })
        }
        if attempt == 1, stop >= tasks { try await standStill(context) }
        return made
    }
}

/// Says so, and does nothing until it is ended.
func standStill(_ context: FlowContext) async throws -> Never {
    context.logger.info("stands still")
    while true { try await Task.sleep(for: .seconds(3600)) }
}

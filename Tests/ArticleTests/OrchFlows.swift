import Orch

struct Greeting: Flow {
    static let name = "greeting"

    @Parameter(help: "How often.", range: 1...10) var times = 1

    func run(_ context: FlowContext) async throws -> Int {
        for number in 1...times {
            try await context.task("greet", retries: 2) { context.logger.info("hello, number \(number)") }
        }
        return times
    }
}

struct Greetings: FlowProgram {
    static let name = "greetings"
    static let flows: [any Flow.Type] = [Greeting.self]
}

import Orch

/// Waits for a look of a number, without a container where it may.
struct Waiting: Flow {
    static let name = "waiting"
    static let summary = "Waits until it has looked so often, and gives that number."

    /// Finds something at a look.
    struct Look: Sensor {
        var number: Int
        var waitsFor: String { "look \(number)" }

        func poke(_ look: SensorLook) async throws -> Int? {
            // What is remembered goes with the run from container to container.
            let seen = (look.memory?.intValue ?? 0) + 1
            look.memory = .int(seen)
            return seen >= number ? Int(seen) : nil
        }
    }

    @Parameter(help: "The look at which something is found.", range: 1...) var looks = 3
    @Parameter(help: "Seconds from one look to the next.") var every = 1.0

    func run(_ context: FlowContext) async throws -> Int {
        try await context.wait(
            for: Look(number: looks), every: .seconds(every), timeout: .seconds(86_400),
            mode: .rescheduling(from: .zero))
    }
}

import FoundationEssentials
import Orch
import Testing

/// The examples of `docs/parameters.md`, so that they compile and run; ``ParametersDocumentTests`` compares them.
enum ParameterExamples {
    struct Trip: ParameterObject {
        @Parameter(help: "Month.", range: 1...12) var month = 7
        @Parameter(help: "Colour.", oneOf: ["yellow", "green"]) var color = "green"
        @Parameter(help: "For the source.", isSecret: true) var password: String?
    }

    struct LoadTrips: Flow {
        static let name = "load-trips"

        @Parameter(help: "What to load.", rules: .count(1...)) var trips: [Trip]
        @Parameter(help: "From this day on.") var from: CivilDate
        @Parameter(help: "How long to wait.", range: TimeSpan(.seconds(1))...) var wait = TimeSpan(.seconds(60))
        @Parameter(help: "Codes.", pattern: "^[A-Z]{2}$") var codes = ["DE"]

        func run(_ context: FlowContext) async throws {
            for trip in trips { context.logger.info("month \(trip.month), \(trip.color), from \(from)") }
        }
    }
}

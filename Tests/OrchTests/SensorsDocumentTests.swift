import OrchTesting
import Synchronization
import TestSupport
import Testing

@testable import Orch

/// Keeps the table of waits in `docs/sensors.md` equal to what they do.
struct SensorsDocumentTests {
    private struct Case: Sendable {
        var what: String
        var acts: [ScriptedSensor.Act]
        var softFail = false
        var failures = PokeFailures.tolerated(inARow: 1)
        /// Whether something else is at work all the time.
        var hasCompany = false
        var isCancelled = false
    }

    private static let cases = [
        Case(what: "it is there at the first look", acts: [.finds(7)]),
        Case(what: "it is there at the second look", acts: .found(after: 1)),
        Case(what: "the same, while another task is at work", acts: .found(after: 1), hasCompany: true),
        Case(what: "it does not come in time", acts: [.nothing]),
        Case(what: "it does not come in time, `softFail`", acts: [.nothing], softFail: true),
        Case(what: "one look fails, one is tolerated", acts: [.fails, .finds(7)]),
        Case(what: "two looks in a row fail, one is tolerated", acts: [.fails]),
        Case(what: "one look fails, `failures: .fatal`", acts: [.fails], failures: .fatal),
        Case(what: "the same, `softFail`", acts: [.fails], softFail: true, failures: .fatal),
        Case(what: "a look throws `SensorGivesUp`", acts: [.givesUp]),
        Case(what: "the run is cancelled while it waits", acts: [.nothing], isCancelled: true),
    ]

    /// A flow that waits, and what its caller got.
    private struct Waiting: Flow {
        static let name = "waiting"
        @TaskLocal static var body: @Sendable (FlowContext) async throws -> Void = { _ in }
        func run(_ context: FlowContext) async throws { try await Self.body(context) }
    }

    private static func row(_ item: Case, _ mode: SensorMode, isByHand: Bool) async throws -> String {
        let got = Mutex("")
        let sensor = ScriptedSensor(item.acts)
        var states: [String] = []
        var outcomes: [String] = []
        var exits: [String] = []
        var resumption: RunResumption? = isByHand ? nil : RunResumption(at: nil, sensors: [])
        let clock = ImmediateClock()
        for attempt in 1...10 {
            let bench = try SensorBench(resumption, attempt: attempt, clock: clock)
            let body: @Sendable (FlowContext) async throws -> Void = { context in
                let gate = Gate()
                if item.hasCompany { context.submit("other") { await gate.wait() } }
                defer { gate.open() }
                do {
                    if item.isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
                    try await context.wait(
                        for: sensor, name: "wait", every: .seconds(600), timeout: .seconds(600), mode: mode,
                        failures: item.failures, softFail: item.softFail)
                    got.withLock { $0 = "what was found" }
                } catch {
                    got.withLock { $0 = "`\(Swift.type(of: error))`" }
                    throw error
                }
            }
            let exit = await Waiting.$body.withValue(body) { await bench.run(Waiting.self) }
            states += bench.states(of: "wait")
            let outcome = try #require(bench.reporter.outcome)
            outcomes.append("\(outcome.type.rawValue)/\(outcome.name)")
            exits.append("\(exit.rawValue)")
            guard exit == .rescheduled, let left = outcome.resumption, let due = left.at else { break }
            resumption = left
            if due > bench.now { try await clock.sleep(for: due - bench.now) }
        }
        let name = isByHand ? "`.reschedule`, by hand" : mode == .poke ? "`.poke`" : "`.reschedule`"
        return "| \(item.what) | \(name) | \(states.joined(separator: ", ")) | \(outcomes.joined(separator: ", ")) "
            + "| \(exits.joined(separator: ", ")) | \(got.withLock { $0 }) |"
    }

    @Test(.timeLimit(.minutes(10))) func theDocumentIsWhatHappens() async throws {
        var rows = [
            "| what happens | mode | the task's states | how its attempts end | exit codes | the caller gets |",
            "|---|---|---|---|---|---|",
        ]
        for item in Self.cases {
            rows.append(try await Self.row(item, .poke, isByHand: false))
            rows.append(try await Self.row(item, .reschedule, isByHand: false))
        }
        rows.append(try await Self.row(Self.cases[1], .reschedule, isByHand: true))
        try DocumentPage("sensors.md").expect(rows.joined(separator: "\n"), at: "waits")
    }
}

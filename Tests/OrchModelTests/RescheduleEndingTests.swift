import OrchModel
import Testing

/// Flows that say that they wait for something and want another attempt.
struct RescheduleEndingTests {
    private static let due = Timestamp(microseconds: 9)

    private static func outcome(_ name: String = RunState.awaitingRescheduleName, at: Timestamp? = due)
        -> RunEnding.Outcome
    {
        RunEnding.Outcome(
            type: .scheduled, name: name, message: "waits for a sign", resumption: RunResumption(at: at, sensors: []))
    }

    private func state(
        _ outcome: RunEnding.Outcome, _ termination: Termination, kind: RunEnding.Kind = .sdk,
        cancelledBy: String? = nil,
        suspendedBy: String? = nil, overdue: Double? = nil
    ) -> RunState {
        RunEnding.state(
            kind: kind, outcome: outcome, termination: termination, cancelledBy: cancelledBy, suspendedBy: suspendedBy,
            overdue: overdue, at: Timestamp(microseconds: 1), actor: "agent a1")
    }

    @Test func theExitCodeConfirmsIt() {
        let state = state(Self.outcome(), Termination(exitCode: RunEnding.rescheduleExitCode))
        #expect(state.awaitsReschedule && state.endsAttempt && !state.type.isTerminal)
        #expect(state.message == "waits for a sign")
    }

    @Test(arguments: [0, 1, 137, 74])
    func anotherExitCodeDoesNot(code: Int) {
        let termination = Termination(exitCode: code, signal: code > 128 ? code - 128 : nil)
        #expect(state(Self.outcome(), termination).type == .crashed)
    }

    @Test func theExitCodeAloneIsNoReschedule() {
        let termination = Termination(exitCode: RunEnding.rescheduleExitCode)
        for outcome in [Self.outcome("Scheduled"), Self.outcome(at: nil)] {
            #expect(state(outcome, termination).type == .crashed)
        }
        #expect(state(Self.outcome(), termination, kind: .command).type == .failed)
    }

    @Test func wishesOutrankIt() {
        let termination = Termination(exitCode: RunEnding.rescheduleExitCode)
        #expect(state(Self.outcome(), termination, cancelledBy: "user admin").type == .cancelled)
        #expect(state(Self.outcome(), termination, suspendedBy: "user admin").isSuspended)
        #expect(state(Self.outcome(), termination, overdue: 3).name == RunState.timedOutName)
    }

    @Test func itCountsWhereTheEngineLostTheExitCode() {
        var lost = Termination(exitCode: nil, reason: "the engine lost it")
        lost.lostExitCode = true
        #expect(state(Self.outcome(), lost).awaitsReschedule)
    }

    @Test func whatIsLeftGoesThroughTheStream() throws {
        let sensor = SensorRecord(
            place: "p", taskRun: .new(), name: "wait", waitsFor: "a \"sign\"", since: Self.due, pokes: 3, failures: 1,
            next: Self.due, told: Self.due, memory: ["a": [1, 2.5, .null]],
            finding: .string(String(repeating: "ü", count: 5000)))
        var said = Self.outcome()
        said.resumption = RunResumption(at: Self.due, sensors: [sensor, sensor])
        let record = StreamRecord(time: Self.due, .outcome(said))
        var decoder = StreamDecoder(nonce: "n", attempt: 1)
        var events: [StreamDecoder.Event] = []
        let lines = record.encodeLines(nonce: "n", attempt: 1, firstSequence: 1)
        #expect(lines.count > 1)
        for line in lines { events += decoder.feed(Array(line.dropLast()), stoppingAtGap: false) ?? [] }
        guard case .record(_, let read)? = events.last, case .outcome(let outcome) = read.kind else {
            Issue.record("\(events)")
            return
        }
        #expect(outcome == said)
    }
}

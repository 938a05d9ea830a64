import OrchModel
import Testing

struct RunEndingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var title: String
        var kind: RunEnding.Kind
        var outcome: StateType?
        var termination: Termination
        var cancelled = false
        /// What the evidence says.
        var wasStopped: Bool?
        var expected: StateType
        var says: String

        var testDescription: String { title }
    }

    @Test(arguments: [
        (RunEnding.Kind.sdk, StateType?.some(.cancelled), 1, StateType.paused), (.sdk, .failed, 1, .paused),
        (.sdk, nil, 143, .paused), (.sdk, nil, 0, .paused), (.sdk, .completed, 0, .completed),
        (.command, nil, 143, .paused), (.command, nil, 0, .paused),
    ])
    func whatIsSuspendedHasNotEndedUnlessItGotThereBefore(
        _ kind: RunEnding.Kind, _ outcome: StateType?, _ code: Int, _ expected: StateType
    ) {
        var termination = Termination(exitCode: code, signal: code > 128 ? code - 128 : nil)
        if kind == .command { termination.wasStopped = true }
        let state = RunEnding.state(
            kind: kind, outcome: outcome.map { .init(type: $0, name: $0.defaultName, message: "its own words") },
            termination: termination, cancelledBy: nil, suspendedBy: "user admin", at: Timestamp(microseconds: 1),
            actor: "agent a1")
        #expect(state.type == expected)
        #expect(state.isSuspended == (expected == .paused))
        if expected == .paused { #expect(state.message == "suspended by user admin; \(termination.summary)") }
    }

    @Test func whatIsSuspendedWhileTheEngineFallsStaysSuspended() {
        let state = RunEnding.state(
            kind: .command, outcome: nil, termination: Self.lost, cancelledBy: nil, suspendedBy: "user admin",
            at: Timestamp(microseconds: 1), actor: "agent a1")
        #expect(state.isSuspended)
        #expect(state.message == "suspended by user admin; its exit code is not known")
    }

    @Test func aCancellationOutranksASuspension() {
        let state = RunEnding.state(
            kind: .command, outcome: nil, termination: Termination(exitCode: nil, launchFailed: true),
            cancelledBy: "user a", suspendedBy: "user b", at: Timestamp(microseconds: 1), actor: "agent a1")
        #expect(state.type == .cancelled)
    }

    private static let lost: Termination = {
        var lost = Termination(exitCode: nil, reason: "the engine lost it")
        lost.lostExitCode = true
        return lost
    }()

    static let rows: [Row] = [
        Row(
            title: "SDK completed, exit 0", kind: .sdk, outcome: .completed, termination: Termination(exitCode: 0),
            expected: .completed, says: "its own words"),
        Row(
            title: "SDK failed, exit 1", kind: .sdk, outcome: .failed, termination: Termination(exitCode: 1),
            expected: .failed, says: "its own words"),
        Row(
            title: "SDK without outcome, exit 0", kind: .sdk, termination: Termination(exitCode: 0),
            expected: .crashed, says: "no outcome"),
        Row(
            title: "SDK completed, yet exit 3", kind: .sdk, outcome: .completed,
            termination: Termination(exitCode: 3), expected: .crashed, says: "exit 3"),
        Row(
            title: "SDK killed", kind: .sdk, termination: Termination(exitCode: 137, signal: 9),
            expected: .crashed, says: "killed by signal 9"),
        Row(
            title: "SDK killed while being cancelled", kind: .sdk,
            termination: Termination(exitCode: 137, signal: 9), cancelled: true, expected: .cancelled,
            says: "cancelled by user admin"),
        Row(
            title: "SDK completed before the cancellation reached it", kind: .sdk, outcome: .completed,
            termination: Termination(exitCode: 0), cancelled: true, expected: .completed, says: "its own words"),
        Row(
            title: "SDK cancelled", kind: .sdk, outcome: .cancelled, termination: Termination(exitCode: 130),
            cancelled: true, expected: .cancelled, says: "its own words"),
        Row(
            title: "SDK stopped, and nobody asked orch", kind: .sdk, outcome: .cancelled,
            termination: Termination(exitCode: 130), expected: .crashed,
            says: "stopped by somebody outside orch: its own words"),
        Row(
            title: "command exit 0", kind: .command, termination: Termination(exitCode: 0), expected: .completed,
            says: "exit 0"),
        Row(
            title: "command exit 7", kind: .command, termination: Termination(exitCode: 7), expected: .failed,
            says: "exit 7"),
        Row(
            title: "command killed", kind: .command, termination: Termination(exitCode: 137, signal: 9),
            expected: .crashed, says: "killed by signal 9"),
        Row(
            title: "command out of memory", kind: .command,
            termination: Termination(exitCode: 137, signal: 9, oom: .yes, reason: "limit 64 MiB"),
            expected: .crashed, says: "out of memory: limit 64 MiB"),
        Row(
            title: "command killed through the engine", kind: .command,
            termination: Termination(exitCode: 137, signal: 9, actor: Termination.outsider), expected: .crashed,
            says: "killed by signal 9 (SIGKILL) by somebody outside orch"),
        Row(
            title: "command killed, memory likely", kind: .command,
            termination: Termination(exitCode: 137, signal: 9, oom: .likely), expected: .crashed,
            says: "likely"),
        Row(
            title: "command cancelled", kind: .command, termination: Termination(exitCode: 143, signal: 15),
            cancelled: true, expected: .cancelled, says: "cancelled by user admin"),
        Row(
            title: "command that exits 0 when it is stopped, cancelled", kind: .command,
            termination: Termination(exitCode: 0), cancelled: true, wasStopped: true, expected: .cancelled,
            says: "cancelled by user admin; exit 0"),
        Row(
            title: "command that had ended well before it could be stopped", kind: .command,
            termination: Termination(exitCode: 0), cancelled: true, wasStopped: false, expected: .completed,
            says: "exit 0"),
        Row(
            title: "command that had failed before it could be stopped", kind: .command,
            termination: Termination(exitCode: 3), cancelled: true, wasStopped: false, expected: .failed,
            says: "exit 3"),
        Row(
            title: "command killed for memory before it could be stopped", kind: .command,
            termination: Termination(exitCode: 137, signal: 9, oom: .yes, reason: "limit 64 MiB"), cancelled: true,
            wasStopped: false, expected: .crashed, says: "out of memory"),
        Row(
            title: "command that nobody knows whether it was stopped, cancelled", kind: .command,
            termination: Termination(exitCode: 0), cancelled: true, expected: .cancelled,
            says: "cancelled by user admin; exit 0, which may have been before it was stopped"),
        Row(
            title: "command that exits 0 when somebody else stops it", kind: .command,
            termination: Termination(exitCode: 0, actor: Termination.outsider), wasStopped: true, expected: .crashed,
            says: "stopped by somebody outside orch; exit 0"),
        Row(
            title: "command that exits 5 when somebody else stops it", kind: .command,
            termination: Termination(exitCode: 5, actor: Termination.outsider), wasStopped: true, expected: .crashed,
            says: "stopped by somebody outside orch; exit 5"),
        Row(
            title: "never started", kind: .sdk,
            termination: Termination(exitCode: 127, launchFailed: true, reason: "exec: nope: not found"),
            expected: .crashed, says: "never started: exec: nope: not found"),
        Row(
            title: "cancelled before it started", kind: .sdk,
            termination: Termination(exitCode: nil, launchFailed: true), cancelled: true, expected: .cancelled,
            says: "before its process started"),
        Row(
            title: "SDK completed, exit code lost", kind: .sdk, outcome: .completed, termination: lost,
            expected: .completed, says: "its own words"),
        Row(
            title: "SDK without outcome, exit code lost", kind: .sdk, termination: lost, expected: .crashed,
            says: "the engine lost it"),
        Row(
            title: "command, exit code lost", kind: .command, termination: lost, expected: .crashed,
            says: "the engine lost it"),
        Row(
            title: "SDK cancelled, exit code lost", kind: .sdk, outcome: .cancelled, termination: lost, cancelled: true,
            expected: .cancelled, says: "cancelled by user admin"),
        Row(
            title: "vanished", kind: .command, termination: Termination(exitCode: nil, reason: "removed by hand"),
            expected: .crashed, says: "removed by hand"),
    ]

    @Test(arguments: [
        (Bool?.some(true), StateType.failed, "TimedOut"), (nil, .failed, "TimedOut"),
        (.some(false), .completed, "Completed"),
    ])
    func aCommandThatExitsZeroOverItsTimeLimitHasTimedOutUnlessItEndedBefore(
        _ wasStopped: Bool?, _ type: StateType, _ name: String
    ) {
        var termination = Termination(exitCode: 0)
        termination.wasStopped = wasStopped
        let state = RunEnding.state(
            kind: .command, outcome: nil, termination: termination, cancelledBy: nil, overdue: 3,
            at: Timestamp(microseconds: 1), actor: "agent a1")
        #expect(state.type == type && state.name == name)
    }

    @Test(arguments: rows) func decides(_ row: Row) {
        var termination = row.termination
        termination.wasStopped = row.wasStopped
        let state = RunEnding.state(
            kind: row.kind,
            outcome: row.outcome.map { .init(type: $0, name: $0.defaultName, message: "its own words") },
            termination: termination, cancelledBy: row.cancelled ? "user admin" : nil,
            at: Timestamp(microseconds: 1), actor: "agent a1")
        #expect(state.type == row.expected)
        #expect(state.message.contains(row.says), "\(state.message)")
    }
}

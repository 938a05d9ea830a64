import OrchModel
import Testing

@testable import OrchInfrastructure

struct TerminationReaderTests {
    private static let start = Timestamp(microseconds: 1_000_000)

    /// A flow that was told to stop says so and exits with 130: no signal ended it.
    @Test func aFlowThatSaysThatItWasCancelledExitedByItself() {
        let snapshot = ContainerSnapshot(
            id: "c", name: "n", imageDigest: "sha256:1", labels: [:], status: .exited, exitCode: 130, oomKilled: false,
            startedAt: Self.start, memoryLimit: nil)
        for says in [true, false] {
            let termination = TerminationReader.termination(
                of: snapshot, killedBy: "user a", answer: .reached, saysCancelled: says)
            #expect(termination.summary == (says ? "exit 130" : "killed by signal 2 (SIGINT)"))
            #expect(termination.wasStopped == true)
            #expect(termination.actor == "user a")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var exitCode = 0
        var oomKilled = false
        var limit: Int64?
        var killedBy: String?
        var signal: Int?
        var oom = Termination.OutOfMemory.no
        var warns = false
    }

    @Test(arguments: [
        Row(testDescription: "ended well"),
        Row(testDescription: "exit 7", exitCode: 7),
        Row(testDescription: "killed, no limit", exitCode: 137, signal: 9),
        Row(testDescription: "killed, a limit was set", exitCode: 137, limit: 1 << 20, signal: 9, oom: .likely),
        Row(testDescription: "killed by us", exitCode: 137, limit: 1 << 20, killedBy: "user a", signal: 9),
        Row(testDescription: "out of memory", exitCode: 137, oomKilled: true, limit: 1 << 20, signal: 9, oom: .yes),
        Row(testDescription: "out of the host's memory", exitCode: 137, oomKilled: true, signal: 9, oom: .yes),
        Row(testDescription: "a child out of memory, ended well", oomKilled: true, limit: 1 << 20, warns: true),
        Row(testDescription: "a child, then exit 1", exitCode: 1, oomKilled: true, limit: 1 << 20, warns: true),
        Row(testDescription: "segmentation fault", exitCode: 139, signal: 11),
        Row(testDescription: "a code that is no signal", exitCode: 255),
        Row(testDescription: "the largest code below the signals", exitCode: 128),
    ])
    func reads(_ row: Row) {
        let snapshot = ContainerSnapshot(
            id: "c", name: "n", imageDigest: "sha256:1", labels: [:], status: .exited, exitCode: row.exitCode,
            oomKilled: row.oomKilled, startedAt: Self.start, memoryLimit: row.limit)
        let termination = TerminationReader.termination(of: snapshot, killedBy: row.killedBy)
        #expect(termination.exitCode == row.exitCode)
        #expect(termination.signal == row.signal)
        #expect(termination.oom == row.oom)
        #expect(termination.actor == row.killedBy)
        #expect((termination.warning != nil) == row.warns)
        #expect(!termination.launchFailed)
    }

    @Test(
        arguments: [
            (9, [9], false, nil, .no, Termination.outsider),
            (9, [9], false, "user a", .no, "user a"),
            // The engine saw both: whoever sent a signal came too late.
            (9, [9], true, nil, .yes, nil),
            (9, [], true, nil, .yes, nil),
            (9, [15], false, nil, .likely, nil),
            (15, [15], false, nil, .no, Termination.outsider),
            (11, [15], false, nil, .no, nil),
        ] as [(Int, Set<Int>, Bool, String?, Termination.OutOfMemory, String?)])
    func hintsTellWhoSentASignal(
        _ signal: Int, _ sent: Set<Int>, _ sawOutOfMemory: Bool, _ killedBy: String?, _ oom: Termination.OutOfMemory,
        _ actor: String?
    ) {
        let snapshot = ContainerSnapshot(
            id: "c", name: "n", imageDigest: "sha256:1", labels: [:], status: .exited, exitCode: 128 + signal,
            startedAt: Self.start, memoryLimit: 1 << 20)
        let termination = TerminationReader.termination(
            of: snapshot, killedBy: killedBy, hints: EndingHints(signals: sent, sawOutOfMemory: sawOutOfMemory))
        #expect(termination.oom == oom)
        #expect(termination.actor == actor)
        #expect(termination.signal == signal)
    }

    @Test(
        arguments: [
            (StopAnswer.reached, [], false, true), (.none, [15], true, true),
            // A signal that asks for no end.
            (.none, [1], true, false), (.none, [], true, false), (.late, [], false, false),
            // Events are missing, and orch may have stopped it.
            (.none, [], false, nil), (.lost, [], false, nil),
        ] as [(StopAnswer, Set<Int>, Bool, Bool?)])
    func evidenceTellsWhetherItWasStopped(
        _ answer: StopAnswer, _ sent: Set<Int>, _ isWhole: Bool, _ wasStopped: Bool?
    ) {
        let snapshot = ContainerSnapshot(
            id: "c", name: "n", imageDigest: "sha256:1", labels: [:], status: .exited, exitCode: 0,
            startedAt: Self.start)
        let termination = TerminationReader.termination(
            of: snapshot, killedBy: nil,
            hints: EndingHints(signals: sent, isWhole: isWhole, sawStop: sent.contains(15)), answer: answer)
        #expect(termination.wasStopped == wasStopped)
        #expect(termination.actor == (sent.contains(15) ? Termination.outsider : nil))
        let wished = TerminationReader.termination(
            of: snapshot, killedBy: "user a", hints: EndingHints(signals: sent, isWhole: isWhole), answer: answer)
        #expect(wished.actor == (wasStopped == false ? nil : "user a"))
    }

    @Test(arguments: [0, 127, 137])
    func containerThatNeverStartedIsALaunchFailureWhateverTheCode(_ exitCode: Int) {
        let snapshot = ContainerSnapshot(
            id: "c", name: "n", imageDigest: "sha256:1", labels: [:], status: .created, exitCode: exitCode,
            error: #"OCI runtime create failed: exec: "nope": executable file not found in $PATH: unknown"#)
        let termination = TerminationReader.termination(of: snapshot, killedBy: nil)
        #expect(termination.launchFailed)
        #expect(termination.signal == nil)
        #expect(termination.reason == #"exec: "nope": executable file not found in $PATH"#)
    }

    @Test(arguments: [
        (
            #"OCI runtime create failed: container_linux.go:380: caused: exec: "x": permission denied: unknown"#,
            #"exec: "x": permission denied"#
        ),
        (
            "invalid mount config for type \"bind\": bind source path does not exist: /nope",
            "invalid mount config for type \"bind\": bind source path does not exist: /nope"
        ),
        ("network orch not found", "network orch not found"),
    ])
    func engineWordsLoseTheirLayers(_ message: String, _ reason: String) {
        let termination = TerminationReader.failedStart(message, exitCode: 127)
        #expect(termination.reason == reason)
        #expect(termination.launchFailed)
        #expect(termination.exitCode == 127)
    }

    @Test(
        arguments: [
            (
                127, "[FATAL tini (7)] exec x failed: No such file or directory",
                #"exec: "x": No such file or directory"#
            ),
            (126, "[FATAL tini (12)] exec /bin failed: Permission denied", #"exec: "/bin": Permission denied"#),
            (
                1, "[FATAL tini (7)] exec x failed: Exec format error",
                #"exec: "x": Exec format error; is the image for another platform than this host's?"#
            ),
            (127, "sh: nope: not found", nil),
            (1, "[FATAL tini (7)] exec nope failed: No such file or directory", nil),
            (127, nil, nil),
        ] as [(Int, String?, String?)])
    func programThatTheInitCouldNotStartIsALaunchFailure(_ exitCode: Int, _ line: String?, _ reason: String?) {
        let snapshot = ContainerSnapshot(
            id: "c", name: "n", imageDigest: "sha256:1", labels: [:], status: .exited, exitCode: exitCode,
            startedAt: Self.start)
        let termination = TerminationReader.termination(of: snapshot, killedBy: nil, onlyLine: line)
        #expect(termination.launchFailed == (reason != nil))
        #expect(termination.reason == reason)
        #expect(termination.exitCode == exitCode)
    }

    /// 255 is what an engine shows that came back without the code, and what any process may exit with.
    @Test(arguments: [(false, nil), (true, 255), (nil, 255)] as [(Bool?, Int?)])
    func codeIsLostWhereTheEngineDidNotSeeTheEnd(_ sawEnd: Bool?, _ exitCode: Int?) {
        let snapshot = ContainerSnapshot(
            id: "c", name: "n", imageDigest: "sha256:1", labels: [:], status: .exited, exitCode: 255,
            startedAt: Self.start)
        let termination = TerminationReader.termination(
            of: snapshot, killedBy: nil, hints: EndingHints(sawEnd: sawEnd))
        #expect(termination.exitCode == exitCode)
        #expect(termination.lostExitCode == (exitCode == nil ? true : nil))
        #expect((termination.warning != nil) == (exitCode == nil))
    }

    @Test func vanishedContainerHasNoCodeUnlessOneWasSeen() {
        let unseen = TerminationReader.vanished("orch-1", exitCode: nil, killedBy: nil)
        #expect(unseen.exitCode == nil)
        #expect(unseen.reason == "the container orch-1 vanished: somebody removed it before its end was seen")
        let seen = TerminationReader.vanished("orch-1", exitCode: 137, killedBy: nil)
        #expect(seen.exitCode == 137)
        #expect(seen.signal == 9)
        #expect(seen.actor == Termination.outsider)
        #expect(seen.warning?.contains("the last lines may be missing") == true)
        #expect(unseen.warning == nil)
        #expect(TerminationReader.vanished("orch-1", exitCode: nil, killedBy: "user a").actor == "user a")
    }
}

import OrchInfrastructure
import OrchModel

/// A container as it truly is, and as its engine shows it.
final class SimulatedContainer: @unchecked Sendable {
    /// Who ended its process.
    enum Cause: String, Sendable {
        case itself, orch, outsider, memory, daemon
    }

    /// A line that its process has printed.
    struct Printed: Sendable {
        var line: OutputLine
        /// In the run stream, from 1; nil for a plain line.
        var number: Int?
        /// What a log must show of it; nil for what is no line for people.
        var message: String?
        /// Whether the engine kept it.
        var isKept = true
    }

    let id: String
    let key: AttemptKey
    let spec: ContainerSpec
    let run: PlannedRun
    let program: Program
    let createdAt: Timestamp
    var status = ContainerSnapshot.Status.created
    var exitCode = 0
    var oomKilled = false
    var error = ""
    var startedAt: Timestamp?
    var finishedAt: Timestamp?
    var starts = 0
    var printed: [Printed] = []
    /// Readings from the first line end here, for what follows is torn on the engine's disk; counts kept lines.
    var tornAfter: Int?
    /// How many kept lines somebody was given: those are on the disk.
    var linesGiven = 0
    /// Signals sent through the engine that it remembers.
    var signals: Set<Int> = []
    /// Whether the engine has forgotten what was done to it, or a part of that.
    var isForgotten = false
    /// Whoever sent it a signal that asks for its end, whatever the engine remembers.
    var stoppedBy: Set<Cause> = []
    var endedBy: Cause?
    var removedBy: Cause?
    /// Whether SIGTERM was sent to it.
    var isTerminating = false
    /// Grows with each start and end, so that what was planned for an earlier life does not happen.
    var life = 0
    private(set) var nextNumber = 1
    let nonce: String?

    var isLive: Bool { removedBy == nil && status.isLive }
    var isThere: Bool { removedBy == nil }

    init(id: String, key: AttemptKey, spec: ContainerSpec, run: PlannedRun, createdAt: Timestamp) {
        self.id = id
        self.key = key
        self.spec = spec
        self.run = run
        self.createdAt = createdAt
        program = run.program(ofAttempt: key.attempt)
        let apiKey = spec.environment["ORCH_API_KEY"]
        nonce =
            run.kind == .sdk ? apiKey.map { StreamNonce.make(apiKey: Secret($0), attempt: key.attempt) } : nil
    }

    /// The container as `inspect` shows it.
    var snapshot: ContainerSnapshot {
        ContainerSnapshot(
            id: id, name: spec.name, imageDigest: "sha256:\(spec.image)", labels: spec.labels, status: status,
            exitCode: exitCode, oomKilled: oomKilled, error: error, startedAt: startedAt, finishedAt: finishedAt,
            memoryLimit: spec.memory)
    }

    /// The container as a list shows it.
    var summary: ContainerSummary {
        ContainerSummary(id: id, name: spec.name, labels: spec.labels, status: status, createdAt: createdAt)
    }

    /// What the engine has of its output.
    var kept: [OutputLine] { printed.lazy.filter(\.isKept).map(\.line) }

    /// Prints a line for people.
    func print(_ text: String, isError: Bool, isComplete: Bool = true, at time: Timestamp) {
        guard let nonce else {
            let line = OutputLine(
                isError ? .stderr : .stdout, time: time, bytes: Array(text.utf8), isComplete: isComplete)
            return printed.append(Printed(line: line, number: nil, message: text))
        }
        let log = StreamRecord.Log(.info, text, logger: "flow", stream: isError ? .stderr : .stdout)
        print(.log(log), nonce: nonce, message: text, at: time)
    }

    /// Says how it ends, where it is a flow program.
    func say(_ outcome: StateType, at time: Timestamp) {
        guard let nonce else { return }
        let words = "the flow says \(outcome.defaultName)"
        let waits = outcome == .scheduled
        let outcome = RunEnding.Outcome(
            type: outcome, name: waits ? RunState.awaitingRescheduleName : outcome.defaultName, message: words,
            resumption: waits ? RunResumption(at: time + .seconds(2), sensors: []) : nil)
        print(.outcome(outcome), nonce: nonce, message: nil, at: time)
    }

    private func print(_ kind: StreamRecord.Kind, nonce: String, message: String?, at time: Timestamp) {
        let record = StreamRecord(time: time, kind)
        for bytes in record.encodeLines(nonce: nonce, attempt: key.attempt, firstSequence: nextNumber) {
            let line = OutputLine(.stdout, time: time, bytes: Array(bytes.dropLast()))
            printed.append(Printed(line: line, number: nextNumber, message: message))
            nextNumber += 1
        }
    }

    /// The file of its journal: its last lines, whatever became of them in the engine.
    var journal: [UInt8] {
        printed.suffix(program.journalLines).flatMap { $0.number == nil ? [] : $0.line.bytes + [UInt8(ascii: "\n")] }
    }

    /// Numbers of the run stream that neither the engine nor the journal has.
    var lostNumbers: Set<Int> {
        let journal = Set(printed.suffix(program.journalLines).compactMap(\.number))
        var seen = 0
        var lost: Set<Int> = []
        for line in printed {
            guard let number = line.number else { continue }
            let isTorn = tornAfter.map { seen >= $0 } ?? false
            if line.isKept { seen += 1 }
            if !line.isKept || isTorn, !journal.contains(number) { lost.insert(number) }
        }
        return lost
    }

    /// Whether the engine ever lost a line of it.
    var hasLostLines: Bool { tornAfter != nil || printed.contains { !$0.isKept } }
}

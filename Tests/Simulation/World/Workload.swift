import OrchModel

/// What the process of one attempt does.
struct Program: Sendable {
    enum End: Sendable, Equatable {
        case exit(Int)
        /// Runs until it is stopped.
        case runsOn
        /// The kernel kills it for memory.
        case outOfMemory
        /// The engine cannot start it.
        case failsToStart
    }

    struct Line: Sendable {
        /// Since the line before.
        var delay: Duration
        var isError: Bool
    }

    var lines: [Line]
    var end: End
    /// What it says as its last word, where it is a flow program; nil where it gets to say none.
    var outcome: StateType?
    /// From SIGTERM to its exit; nil where it does not care.
    var afterTermination: Duration?
    /// What it exits with then, where it is a command: its own signal's code, or 0; nil for a flow program.
    var codeOfStop: Int?
    /// How many of its last lines its journal holds.
    var journalLines: Int
    /// Whether it prints something without a newline before it exits.
    var endsUnfinished: Bool
}

extension Program {
    /// One that looks for something, does not find it, and wants another attempt.
    static func waiting(lines: [Line]) -> Program {
        Program(
            lines: lines, end: .exit(RunEnding.rescheduleExitCode), outcome: .scheduled,
            afterTermination: .milliseconds(500), codeOfStop: nil, journalLines: 1000, endsUnfinished: false)
    }
}

/// A run as its user asked for it.
struct PlannedRun: Sendable {
    var number: Int
    var id: Identifier
    var kind: RunEnding.Kind
    var dueAt: Duration
    /// The programs of its attempts; the last one is that of all further ones.
    var programs: [Program]
    var policy: RunPolicy
    var cancelledAt: Duration?
    var removal: DockerContainerBlock.RemovePolicy
    /// Whether its container has a limit of memory.
    var hasMemoryLimit: Bool
    var image: String

    func program(ofAttempt attempt: Int) -> Program { programs[min(max(attempt, 1), programs.count) - 1] }

    /// Whether somebody wants it tried again once it has ended otherwise than Completed. One that runs on until it is stopped
    /// has to be stopped again, which only a time limit does.
    var isWorthRetrying: Bool {
        let endsAgain = policy.timeoutSeconds != nil || programs.allSatisfy { $0.end != .runsOn }
        return endsAgain && RunPolicy.chance(run: id, attempt: 0) < 0.3
    }

    /// Who asks for its end.
    static let user = "user ada"
    /// An image that is on every host, one that has to be pulled, and one that is nowhere.
    static let images = (here: "h:1", remote: "far:1", nowhere: "gone:1")
}

/// The runs of a history, as its seed decides them.
enum Workload {
    static func runs(_ random: inout SeededRandom) -> [PlannedRun] {
        (1...random.int(1...random.int(1...4))).map { run(number: $0, &random) }
    }

    private static func run(number: Int, _ random: inout SeededRandom) -> PlannedRun {
        let due = random.milliseconds(0...5000)
        let kind: RunEnding.Kind = random.chance(60) ? .sdk : .command
        var policy = RunPolicy(stopGraceSeconds: random.int(1...4))
        if random.chance(50) {
            policy.retries = random.int(1...2)
            policy.retryDelaySeconds = Double(random.int(0...3))
            policy.retryJitter = random.chance(30)
        }
        if random.chance(25) { policy.timeoutSeconds = Double(random.int(1...8)) }
        var cancelledAt: Duration?
        if random.chance(30) { cancelledAt = due + random.milliseconds(0...9000) }
        let endsSomeHow = policy.timeoutSeconds != nil || cancelledAt != nil
        var image = PlannedRun.images.here
        if random.chance(10) { image = random.chance(70) ? PlannedRun.images.remote : PlannedRun.images.nowhere }
        let removal: DockerContainerBlock.RemovePolicy =
            random.chance(90) ? .always : random.chance(50) ? .onSuccess : .never
        let time = Timestamp(microseconds: SimulatedProcess.start + due.inMicroseconds)
        let id = Identifier(time: time, using: &random)
        var programs = (0...policy.retries).map { _ in program(kind, endsSomeHow, &random) }
        // By the identifier, so that it costs no lot: histories of seeds stay what they were where nothing waits.
        if kind == .sdk, let lot = "\(id)".last?.hexDigitValue, lot < 4 {
            programs = Array(repeating: .waiting(lines: programs[0].lines), count: lot % 2 + 1) + programs
        }
        return PlannedRun(
            number: number, id: id, kind: kind, dueAt: due, programs: programs, policy: policy,
            cancelledAt: cancelledAt, removal: removal, hasMemoryLimit: random.chance(20), image: image)
    }

    private static func program(
        _ kind: RunEnding.Kind, _ endsSomeHow: Bool, _ random: inout SeededRandom
    ) -> Program {
        let end: Program.End
        switch random.int(0...99) {
        case ..<55: end = .exit(0)
        case ..<80: end = .exit(random.int(1...3))
        case ..<86: end = .outOfMemory
        case ..<90: end = .failsToStart
        default: end = endsSomeHow ? .runsOn : .exit(0)
        }
        var outcome: StateType?
        if kind == .sdk, case .exit(let code) = end, random.chance(95) { outcome = code == 0 ? .completed : .failed }
        let pause = random.pick([60, 900, 2500]) ?? 60
        let lines = (0..<random.int(0...10)).map { _ in
            Program.Line(delay: random.milliseconds(0...pause), isError: random.chance(30))
        }
        return Program(
            lines: lines, end: end, outcome: outcome,
            afterTermination: random.chance(75) ? random.milliseconds(0...3000) : nil,
            codeOfStop: kind == .sdk ? nil : lines.count.isMultiple(of: 2) ? 0 : 143,
            journalLines: random.chance(80) ? 1000 : random.int(0...6),
            endsUnfinished: kind == .command && random.chance(10))
    }
}

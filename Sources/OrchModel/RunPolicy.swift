/// How long a run may take, how it is ended, and whether an attempt that went wrong is followed by another.
///
/// A deployment says it; a run may say otherwise.
public struct RunPolicy: Codable, Hashable, Sendable {
    /// New attempts after one that went wrong; each is a container of its own. Defaults to 0.
    public var retries: Int
    /// Seconds before the second attempt. Defaults to 0.
    public var retryDelaySeconds: Double
    /// What the delay is multiplied with for each further attempt. Defaults to 1: always the same.
    public var retryBackoff: Double
    /// The longest delay, in seconds. Defaults to 3,600.
    public var retryMaxDelaySeconds: Double
    /// Whether the delay is a random share of itself, so that runs that failed together do not come back together.
    /// Defaults to false.
    public var retryJitter: Bool
    /// What is worth another attempt. Defaults to every failure and crash.
    public var retryOn: Set<RetryCause>
    /// The longest an attempt's process may live, in seconds; then it is stopped and has TimedOut. nil = any time.
    public var timeoutSeconds: Double?
    /// Seconds between SIGTERM and SIGKILL; nil = what the infrastructure's block says.
    public var stopGraceSeconds: Int?
    /// Seconds after it is due at which a run that no agent has taken is Late; nil = 15.
    public var lateAfterSeconds: Double?
    /// Seconds from when it is due to when it has to have ended, attempts and waits included; then it is ended. nil = never.
    public var deadlineSeconds: Double?
    /// The seconds that an attempt is expected to take at most; one that takes longer is said to. nil = any.
    public var expectedSeconds: Double?

    /// A policy; see the properties for defaults.
    public init(
        retries: Int = 0, retryDelaySeconds: Double = 0, retryBackoff: Double = 1, retryMaxDelaySeconds: Double = 3600,
        retryJitter: Bool = false, retryOn: Set<RetryCause> = [.failed, .crashed], timeoutSeconds: Double? = nil,
        stopGraceSeconds: Int? = nil
    ) {
        self.retries = retries
        self.retryDelaySeconds = retryDelaySeconds
        self.retryBackoff = retryBackoff
        self.retryMaxDelaySeconds = retryMaxDelaySeconds
        self.retryJitter = retryJitter
        self.retryOn = retryOn
        self.timeoutSeconds = timeoutSeconds
        self.stopGraceSeconds = stopGraceSeconds
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case retries, retryDelaySeconds, retryBackoff, retryMaxDelaySeconds, retryJitter, retryOn, timeoutSeconds
        case stopGraceSeconds, lateAfterSeconds, deadlineSeconds, expectedSeconds
    }

    /// Reads a policy; what is missing has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            value = try container.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        try read(.retries, &retries)
        try read(.retryDelaySeconds, &retryDelaySeconds)
        try read(.retryBackoff, &retryBackoff)
        try read(.retryMaxDelaySeconds, &retryMaxDelaySeconds)
        try read(.retryJitter, &retryJitter)
        try read(.retryOn, &retryOn)
        timeoutSeconds = try container.decodeIfPresent(Double.self, forKey: .timeoutSeconds)
        stopGraceSeconds = try container.decodeIfPresent(Int.self, forKey: .stopGraceSeconds)
        lateAfterSeconds = try container.decodeIfPresent(Double.self, forKey: .lateAfterSeconds)
        deadlineSeconds = try container.decodeIfPresent(Double.self, forKey: .deadlineSeconds)
        expectedSeconds = try container.decodeIfPresent(Double.self, forKey: .expectedSeconds)
    }

    /// Writes a policy; equal ones have one form, as a set has no order of its own.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(retries, forKey: .retries)
        try container.encode(retryDelaySeconds, forKey: .retryDelaySeconds)
        try container.encode(retryBackoff, forKey: .retryBackoff)
        try container.encode(retryMaxDelaySeconds, forKey: .retryMaxDelaySeconds)
        try container.encode(retryJitter, forKey: .retryJitter)
        try container.encode(retryOn.sorted { $0.description < $1.description }, forKey: .retryOn)
        try container.encodeIfPresent(timeoutSeconds, forKey: .timeoutSeconds)
        try container.encodeIfPresent(stopGraceSeconds, forKey: .stopGraceSeconds)
        try container.encodeIfPresent(lateAfterSeconds, forKey: .lateAfterSeconds)
        try container.encodeIfPresent(deadlineSeconds, forKey: .deadlineSeconds)
        try container.encodeIfPresent(expectedSeconds, forKey: .expectedSeconds)
    }

    /// How long after it is due a run that no agent has taken is Late: 15 s, as Prefect has it, unless its policy says.
    public static func lateAfter(_ policy: RunPolicy?) -> Duration { .seconds(policy?.lateAfterSeconds ?? 15) }

    /// What is wrong with it, a sentence for each setting; empty where nothing is.
    public var problems: [String] {
        var problems: [String] = []
        func expect(_ holds: Bool, _ name: String, _ expected: String, _ got: some Any) {
            if !holds { problems.append("\(name): expected \(expected), got \(got)") }
        }
        expect((0...1000).contains(retries), "retries", "0 to 1000", retries)
        expect((0...604_800).contains(retryDelaySeconds), "retryDelaySeconds", "0 to 604800", retryDelaySeconds)
        expect((1...100).contains(retryBackoff), "retryBackoff", "1 to 100", retryBackoff)
        expect(
            (0...604_800).contains(retryMaxDelaySeconds), "retryMaxDelaySeconds", "0 to 604800", retryMaxDelaySeconds)
        expect(!retryOn.isEmpty, "retryOn", "at least one of \(RetryCause.words)", "none")
        if let timeoutSeconds {
            expect(
                timeoutSeconds > 0 && timeoutSeconds <= 31_622_400, "timeoutSeconds", "more than 0, at most 31622400",
                timeoutSeconds)
        }
        if let stopGraceSeconds {
            expect((0...86_400).contains(stopGraceSeconds), "stopGraceSeconds", "0 to 86400", stopGraceSeconds)
        }
        for (name, seconds) in [
            ("lateAfterSeconds", lateAfterSeconds), ("deadlineSeconds", deadlineSeconds),
            ("expectedSeconds", expectedSeconds),
        ] {
            guard let seconds else { continue }
            expect(seconds > 0 && seconds <= 31_622_400, name, "more than 0, at most 31622400", seconds)
        }
        return problems
    }
}

/// What makes an attempt worth repeating.
public enum RetryCause: Hashable, Sendable {
    /// The flow or the command failed by itself, or took too long.
    case failed
    /// It was killed, ran out of memory, vanished or never started.
    case crashed
    /// It took too long.
    case timedOut
    /// It ran out of memory, surely or likely.
    case outOfMemory
    /// It ended with this exit code.
    case exitCode(Int)

    /// The words that stand for causes.
    static let words = "failed, crashed, timed-out, out-of-memory, or an exit code"
}

extension RetryCause: LosslessStringConvertible, Codable {
    /// Reads `failed`, `crashed`, `timed-out`, `out-of-memory` or an exit code.
    public init?(_ description: String) {
        switch description {
        case "failed": self = .failed
        case "crashed": self = .crashed
        case "timed-out": self = .timedOut
        case "out-of-memory": self = .outOfMemory
        default:
            guard let code = Int(description), (1...255).contains(code) else { return nil }
            self = .exitCode(code)
        }
    }

    public var description: String {
        switch self {
        case .failed: "failed"
        case .crashed: "crashed"
        case .timedOut: "timed-out"
        case .outOfMemory: "out-of-memory"
        case .exitCode(let code): "\(code)"
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let cause = RetryCause(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected \(Self.words), got \"\(text)\"")
        }
        self = cause
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

import ArgumentParser
import FoundationEssentials
import OrchInfrastructure
import OrchModel

/// What a controller keeps of runs that have ended, on the command line or in the environment.
struct RetentionOptions: ParsableArguments {
    @Option(
        name: .customLong("remove-logs-after"),
        help: ArgumentHelp(
            """
            How long after its end a run's log is kept: 12h, 30d, or never to remove it. Defaults to \
            $ORCH_REMOVE_LOGS_AFTER, or 30d.
            """, valueName: "age"))
    var logs: String?
    @Option(
        name: .customLong("remove-runs-after"),
        help: ArgumentHelp(
            "How long after its end a run is kept. Defaults to $ORCH_REMOVE_RUNS_AFTER, or 90d.", valueName: "age"))
    var runs: String?
    @Option(
        name: .customLong("max-runs-per-deployment"),
        help: ArgumentHelp(
            """
            Ended runs of a deployment that are kept, the newest; 0 keeps all. Defaults to \
            $ORCH_MAX_RUNS_PER_DEPLOYMENT, or 10000.
            """, valueName: "count"))
    var runsPerDeployment: String?
    @Option(
        name: .customLong("max-log-size"),
        help: ArgumentHelp(
            """
            Bytes of logs that are kept, such as 500m or 10g; where there are more, the logs of the runs go that ended \
            first. 0 keeps all. Defaults to $ORCH_MAX_LOG_SIZE, or 10g.
            """, valueName: "size"))
    var logSize: String?
    @Option(
        name: .customLong("remove-agents-after"),
        help: ArgumentHelp(
            "How long agents are listed that are not heard from. Defaults to $ORCH_REMOVE_AGENTS_AFTER, or 30d.",
            valueName: "age"))
    var agents: String?
    @Option(
        name: .customLong("max-cache-size"),
        help: ArgumentHelp(
            """
            Bytes of cached results of tasks that are kept, such as 500m or 10g; where there are more, those go that \
            were not taken for longest. 0 keeps all. Defaults to $ORCH_MAX_CACHE_SIZE, or 1g.
            """, valueName: "size"))
    var cacheSize: String?

    func validate() throws { _ = try policy() }

    /// The policy that options, the environment and defaults make together.
    func policy(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> RetentionPolicy {
        var policy = RetentionPolicy()
        func read<Value>(
            _ option: String?, _ name: String, _ variable: String, _ value: inout Value,
            _ parse: (String) -> Value?, expected: String
        ) throws {
            let given = option.map { ("--\(name)", $0) } ?? environment[variable].map { ("$\(variable)", $0) }
            guard let (source, text) = given, !text.isEmpty else { return }
            guard let parsed = parse(text) else {
                throw ValidationError("\(source): expected \(expected), got \"\(text)\"")
            }
            value = parsed
        }
        let age = "an age such as 12h or 30d, or never"
        try read(logs, "remove-logs-after", "ORCH_REMOVE_LOGS_AFTER", &policy.logSeconds, Age.seconds, expected: age)
        try read(runs, "remove-runs-after", "ORCH_REMOVE_RUNS_AFTER", &policy.runSeconds, Age.seconds, expected: age)
        try read(
            agents, "remove-agents-after", "ORCH_REMOVE_AGENTS_AFTER", &policy.agentSeconds, Age.seconds, expected: age)
        try read(
            runsPerDeployment, "max-runs-per-deployment", "ORCH_MAX_RUNS_PER_DEPLOYMENT", &policy.runsPerDeployment,
            { Self.count($0) }, expected: "a whole number from 1, or 0 for no limit")
        try read(
            logSize, "max-log-size", "ORCH_MAX_LOG_SIZE", &policy.logBytes, { Self.size($0) },
            expected: "a size of 1m or more, such as 500m or 10g, or 0 for no limit")
        try read(
            cacheSize, "max-cache-size", "ORCH_MAX_CACHE_SIZE", &policy.resultBytes, { Self.size($0) },
            expected: "a size such as 500m or 10g, or 0 for no limit")
        return policy
    }

    /// A number; nil inside where there is no limit, nil outside where it is none.
    private static func count(_ text: String) -> Int?? {
        if Age.isOff(text) { return .some(nil) }
        return Int(text).flatMap { $0 > 0 ? .some($0) : nil }
    }

    private static func size(_ text: String) -> Int64?? {
        if Age.isOff(text) { return .some(nil) }
        // A bare number is bytes: one who leaves the unit out would lose nearly all logs.
        return ByteSize.bytes(text).flatMap { $0 >= 1 << 20 ? .some($0) : nil }
    }
}

/// An age as people type it: `90s`, `45m`, `12h`, `30d`, `52w`; `never` and `0` for none.
enum Age {
    private static let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// Whether a text switches something off.
    static func isOff(_ text: String) -> Bool { ["0", "never"].contains(text.lowercased()) }

    /// The age in seconds; nil inside for `never`, nil outside where the text is no age.
    static func seconds(_ text: String) -> Double?? {
        if isOff(text) { return .some(nil) }
        guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()), count.isFinite,
            count > 0, count * unit <= 1e10
        else { return nil }
        return .some(count * unit)
    }
}

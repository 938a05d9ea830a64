import ArgumentParser
import DeploymentFiles
import OrchModel

/// What a deployment says beside its flow and its parameters, on the command line.
struct DeploymentOptions: ParsableArguments {
    @Option(name: [.customShort("q"), .customLong("queue"), .customLong("work-queue")], help: "The work queue.")
    var queue = "default"
    @Option(
        name: [.customShort("p"), .customLong("param")], parsing: .singleValue,
        help: "A parameter's value for every run, KEY=VALUE. May be given again.")
    var parameters: [String] = []
    @Option(name: .customLong("params"), help: "Parameters as one JSON object; -p wins.") var parametersJSON: String?
    @Option(
        name: [.customShort("t"), .customLong("tag")], parsing: .singleValue, help: "A tag. May be given again.")
    var tags: [String] = []
    @Option(name: [.customShort("d"), .customLong("description")], help: "What it is for; defaults to the flow's.")
    var description: String?
    @Option(
        name: [.customShort("v"), .customLong("version"), .customLong("version-name")],
        help: "A name for this version, such as a commit.")
    var versionName: String?
    @Option(help: "A schedule: five fields, such as \"0 7 2 * *\", or @monthly.") var cron: String?
    @Option(help: "A schedule: a length of time, such as 3600, 90s or 1h30m.") var interval: String?
    @Option(name: .customLong("anchor-date"), help: "A time from which intervals are counted.") var anchorDate: String?
    @Option(help: "A schedule: a rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO.") var rrule: String?
    @Option(help: "The schedule's zone, such as Europe/Berlin. Defaults to UTC.") var timezone: String?
    @Flag(help: "Its schedules make no runs until it is resumed.") var paused = false
    @Option(help: "How soon its runs are taken among those that wait: 0 (first) to 1000, in minutes.") var priority:
        Int?
    @Option(
        name: [.customShort("l"), .customLong("concurrency-limit"), .customLong("limit")],
        help: "How many of its runs may be at work at once.")
    var concurrencyLimit: Int?
    @Option(
        name: .customLong("collision-strategy"),
        help: "What happens to a run beyond the limit: enqueue, cancel-new or cancel-running.")
    var collisionStrategy: String?
    @Option(
        name: [.customLong("job-variable"), .customLong("override")], parsing: .singleValue,
        help:
            "A field of the infrastructure's block, NAME=VALUE, such as memory=2g or env.LEVEL=debug. May be given again."
    )
    var jobVariables: [String] = []
    @Option(
        parsing: .singleValue,
        help: "A label that an agent must have, NAME=VALUE, such as gpu=true. May be given again.")
    var requires: [String] = []
    @Option(name: .customLong("run-name"), help: "A template for the names of runs, such as \"etl-{{ month }}\".")
    var runName: String?
    @Option(
        parsing: .upToNextOption,
        help: "Files of a git repository beside the image: git URL@REF:PATH.")
    var source: [String] = []
    @Option(name: .customLong("source-credentials"), help: "The git-credentials block of whoever reads the source.")
    var sourceCredentials: String?
    @Flag(name: .customLong("depends-on-past"), help: "A run waits for the one of the interval before.")
    var dependsOnPast = false
    @Flag(
        name: .customLong("enforce-parameter-schema"), inversion: .prefixedNo,
        help: "Whether runs with parameters that do not fit are refused. Defaults to yes.")
    var enforcesParameterSchema: Bool?

    func validate() throws {
        guard tags.allSatisfy(PlainText.isPlain) else { throw ValidationError("--tag: expected \(PlainText.expected)") }
        var entry = DeploymentEntry(name: "x")
        try apply(to: &entry)
    }

    /// Adds what was said to a deployment.
    ///
    /// - Throws: a usage message.
    func apply(to entry: inout DeploymentEntry) throws {
        entry.description = description ?? entry.description
        entry.versionName = versionName
        entry.schedules = try schedule().map { [$0] }
        if paused { entry.isPaused = true }
        if let priority, !RunPriority.range.contains(priority) {
            throw ValidationError("--priority: expected 0 to 1000, got \(priority)")
        }
        entry.priority = priority
        if let concurrencyLimit, concurrencyLimit < 1 {
            throw ValidationError("--concurrency-limit: expected 1 or more, got \(concurrencyLimit)")
        }
        entry.concurrencyLimit = concurrencyLimit
        entry.collisionStrategy = try strategy()
        entry.overrides = entry.overrides.merging(try JobVariables.read(jobVariables)) { $1 }
        if !requires.isEmpty { entry.requires = try labels() }
        entry.runName = runName
        entry.source = try gitSource()
        if dependsOnPast { entry.dependsOnPast = true }
        entry.enforcesParameterSchema = enforcesParameterSchema
    }

    private func schedule() throws -> ScheduleSpec? {
        let given: [(String, JSONValue?)] = [
            ("cron", cron.map(JSONValue.string)), ("interval", interval.map(Self.span)),
            ("rrule", rrule.map(JSONValue.string)),
        ]
        let rules = given.filter { $0.1 != nil }
        guard let rule = rules.first, rules.count == 1 else {
            if rules.count > 1 { throw ValidationError("--cron, --interval and --rrule: expected one of them") }
            guard timezone == nil, anchorDate == nil else {
                throw ValidationError(
                    "--timezone and --anchor-date belong to a schedule: add --cron, --interval or --rrule")
            }
            return nil
        }
        var members: JSONValue = .object([rule.0: rule.1 ?? .null])
        members["timezone"] = timezone.map(JSONValue.string)
        members["anchor"] = anchorDate.map(JSONValue.string)
        do {
            let spec = try members.decode(ScheduleSpec.self)
            if let fault = spec.faults().first {
                let option = fault.member == "timezone" ? "timezone" : rule.0
                throw ValidationError("--\(option): \(fault.text)")
            }
            return spec
        } catch DecodingError.dataCorrupted(let context) {
            throw ValidationError("--\(rule.0): \(context.debugDescription)")
        }
    }

    /// Seconds where it is a number.
    private static func span(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? .string(text) }

    private func strategy() throws -> CollisionStrategy? {
        guard let collisionStrategy else { return nil }
        guard concurrencyLimit != nil else {
            throw ValidationError("--collision-strategy: says what happens beyond a limit: add --concurrency-limit")
        }
        let word = collisionStrategy.lowercased().map { $0 == "_" ? "-" : $0 }
        if let strategy = CollisionStrategy(rawValue: String(word)) { return strategy }
        let words = CollisionStrategy.allCases.map(\.rawValue)
        let hint =
            NearestName.nearest(to: collisionStrategy, in: words, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
        throw ValidationError(
            "--collision-strategy: expected \(words.joined(separator: ", ")), got \"\(collisionStrategy)\"\(hint)")
    }

    private func labels() throws -> [String: JSONValue] {
        var labels: [String: JSONValue] = [:]
        for text in requires {
            guard let index = text.firstIndex(of: "="), index != text.startIndex else {
                throw ValidationError("--requires: expected NAME=VALUE, such as gpu=true, got \"\(text)\"")
            }
            let value = String(text[text.index(after: index)...])
            labels[String(text[..<index])] = (try? JSONValue(parsing: value)) ?? .string(value)
        }
        return labels
    }

    private func gitSource() throws -> SourceSpec? {
        guard !source.isEmpty else { return nil }
        let words = source.first == "git" ? Array(source.dropFirst()) : source
        guard words.count == 1, var spec = SourceText.read(words[0]) else {
            throw ValidationError("--source: expected git \(SourceText.expected)")
        }
        spec.credentials = sourceCredentials
        return spec
    }
}

import ArgumentParser
import OrchModel

/// What a run by hand says beside its parameters, on the command line.
struct RunRequestOptions: ParsableArguments {
    @Option(name: [.customLong("name"), .customLong("flow-run-name")], help: "The run's name, or a template of one.")
    var name: String?
    @Option(
        name: .customLong("idempotency-key"),
        help: "Whoever asks again with the same key gets the run that was made first; for another request: refused.")
    var idempotencyKey: String?
    @Option(
        name: .customLong("start-in"),
        help: ArgumentHelp(
            "How long from now it is due: seconds, 30s, 10m, 2h, 1d, \"10 minutes\" or ISO 8601 (PT1H30M).",
            valueName: "span"),
        transform: StartTime.span)
    var startIn: Duration?
    @Option(
        name: .customLong("start-at"),
        help: ArgumentHelp(
            "When it is due: 2026-07-01T07:00:00Z, or by the clocks here 2026-07-01T07:00, or a day's midnight: 2026-07-01.",
            valueName: "time"), transform: StartTime.instant)
    var startAt: Timestamp?
    @Option(help: "How soon it is taken among those that wait: 0 (first) to 1000, in minutes.") var priority: Int?
    @Option(name: [.customShort("q"), .customLong("queue"), .customLong("work-queue")], help: "Another work queue.")
    var queue: String?
    @Option(
        name: .customLong("job-variable"), parsing: .singleValue,
        help: "A field of the infrastructure's block for this run, NAME=VALUE, such as memory=2g. May be given again.")
    var jobVariables: [String] = []
    @Option(help: "What is to be known about the run.") var note: String?

    func validate() throws {
        if startIn != nil, startAt != nil { throw ValidationError("--start-in and --start-at: expected one of them") }
        if let priority, !RunPriority.range.contains(priority) {
            throw ValidationError("--priority: expected 0 to 1000, got \(priority)")
        }
        _ = try JobVariables.read(jobVariables)
    }

    /// Adds what was said to a request.
    func apply(to request: inout FlowRunRequest, now: Timestamp = .now()) throws {
        (request.name, request.idempotencyKey, request.notes) = (name, idempotencyKey, note)
        (request.priority, request.workQueue) = (priority, queue)
        request.scheduledFor = startAt ?? startIn.map { now + $0 }
        let variables = try JobVariables.read(jobVariables)
        request.jobVariables = variables.isEmpty ? nil : variables
    }
}

/// Fields of an infrastructure's block as people type them: `memory=2g`, `env.LEVEL=debug`, `networks=["lake"]`.
enum JobVariables {
    /// Reads assignments. A value is JSON where it is a list, an object, a number, `true`, `false` or `null`; else it is a
    /// text.
    static func read(_ assignments: [String]) throws -> [String: JSONValue] {
        var variables: [String: JSONValue] = [:]
        for assignment in assignments {
            guard let index = assignment.firstIndex(of: "="), index != assignment.startIndex else {
                throw ValidationError("--job-variable: expected NAME=VALUE, such as memory=2g")
            }
            let name = String(assignment[..<index])
            guard variables[name] == nil else { throw ValidationError("--job-variable: \(name) is given twice") }
            let text = String(assignment[assignment.index(after: index)...])
            variables[name] = (try? JSONValue(parsing: text)) ?? .string(text)
        }
        return variables
    }
}

/// What orch tells the program of a run that it launches, by environment variables.
struct LaunchEnvironment: Sendable {
    /// The attempt that a program launched by orch reports about.
    struct Attempt: Sendable {
        var flowRun: Identifier
        var number: Int
        var apiKey: Secret
        /// Where the API is for this container; nil where nobody said.
        var apiURL: String?
        /// Whether the agent reads lines of several records.
        var readsSeveralRecordsALine = false
    }

    /// The attempt; `nil` where the program runs by hand.
    var attempt: Attempt?
    /// The parameters given by `ORCH_PARAMETERS`; empty without it.
    var parameters: [String: JSONValue]
    /// The data interval; `nil` without one.
    var dataInterval: DataInterval?
    /// What the last attempt left; nil where the run cannot leave its container to wait.
    var resumption: RunResumption?
    /// The least level that is logged.
    var logLevel: StreamRecord.Level

    /// Reads the variables.
    ///
    /// - `ORCH_FLOW_RUN_ID`, `ORCH_API_KEY`, `ORCH_ATTEMPT`: all three make it a run launched by orch.
    /// - `ORCH_API_URL` (optional): where the API is for such a run.
    /// - `ORCH_STREAM` (optional, default: 1): the newest form of the run stream that the agent reads; see ``StreamForm``.
    /// - `ORCH_PARAMETERS` (JSON object, optional): parameter values.
    /// - `ORCH_DATA_INTERVAL_START`, `ORCH_DATA_INTERVAL_END` (RFC 3339, optional).
    /// - `ORCH_RESUMPTION` (JSON object, optional): what the last attempt left; that it is there tells that the run may leave
    ///   its container to wait.
    /// - `ORCH_LOG_LEVEL` (optional, default: `info`): the least level that is logged.
    ///
    /// - Throws: ``OrchError/invalidEnvironment(variable:expected:)``.
    init(_ variables: [String: String]) throws {
        attempt = try Self.attempt(variables)
        parameters = try Self.parameters(variables)
        let start = try Self.instant("ORCH_DATA_INTERVAL_START", variables)
        let end = try Self.instant("ORCH_DATA_INTERVAL_END", variables)
        if let start, let end { dataInterval = DataInterval(start: start, end: end) }
        resumption = try Self.resumption(variables)
        logLevel = try Self.logLevel(variables)
    }

    private static func resumption(_ variables: [String: String]) throws -> RunResumption? {
        guard let text = variables["ORCH_RESUMPTION"], !text.isEmpty else { return nil }
        guard let resumption = try? JSONText.decode(RunResumption.self, from: text) else {
            throw OrchError.invalidEnvironment(
                variable: "ORCH_RESUMPTION", expected: "what an attempt of the run left for the next one, as JSON")
        }
        return resumption
    }

    /// The attempt alone, so that whatever else is wrong can still be reported through its run stream.
    static func attempt(_ variables: [String: String]) throws -> Attempt? {
        guard let run = variables["ORCH_FLOW_RUN_ID"], let key = variables["ORCH_API_KEY"],
            let attempt = variables["ORCH_ATTEMPT"]
        else { return nil }
        guard let identifier = Identifier(run) else {
            throw OrchError.invalidEnvironment(variable: "ORCH_FLOW_RUN_ID", expected: "a UUID")
        }
        guard let number = Int(attempt), number > 0 else {
            throw OrchError.invalidEnvironment(variable: "ORCH_ATTEMPT", expected: "a whole number from 1")
        }
        let url = variables["ORCH_API_URL"].flatMap { $0.isEmpty ? nil : $0 }
        // Whatever else it says is of an agent that knows more, or of nobody: every agent reads the first form.
        let form = variables["ORCH_STREAM"].flatMap(Int.init) ?? StreamForm.oneRecordALine
        return Attempt(
            flowRun: identifier, number: number, apiKey: Secret(key), apiURL: url,
            readsSeveralRecordsALine: form >= StreamForm.severalRecordsALine)
    }

    private static func parameters(_ variables: [String: String]) throws -> [String: JSONValue] {
        guard let text = variables["ORCH_PARAMETERS"], !text.isEmpty else { return [:] }
        guard let object = try? JSONValue(parsing: text), let members = object.objectValue else {
            throw OrchError.invalidEnvironment(variable: "ORCH_PARAMETERS", expected: "a JSON object")
        }
        return members
    }

    private static func instant(_ name: String, _ variables: [String: String]) throws -> Timestamp? {
        guard let text = variables[name], !text.isEmpty else { return nil }
        guard let instant = Timestamp(text) else {
            throw OrchError.invalidEnvironment(variable: name, expected: "a time such as 2020-07-01T00:00:00Z")
        }
        return instant
    }

    private static func logLevel(_ variables: [String: String]) throws -> StreamRecord.Level {
        guard let text = variables["ORCH_LOG_LEVEL"], !text.isEmpty else { return .info }
        guard let level = StreamRecord.Level(rawValue: text.lowercased()) else {
            let levels = StreamRecord.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw OrchError.invalidEnvironment(variable: "ORCH_LOG_LEVEL", expected: "one of \(levels)")
        }
        return level
    }
}

import OrchModel

extension ContainerSpec {
    /// What starts the name of every variable of ours; a block may not set such a one.
    static let reservedPrefix = "ORCH_"

    /// The variables of a run: the block's own, the run's facts, then the blocks and the key the controller resolved.
    ///
    /// A run without a data interval is told one of no length: start and end are the time it was due.
    static func environment(of claimed: ClaimedRun, apiURL: String) throws(InfrastructureError) -> [String: String] {
        var environment: [String: String] = [:]
        for (name, value) in claimed.container.env ?? [:] {
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")), !name.utf8.contains(0) else {
                throw .invalidField("env", value: name, expected: "names without = and NUL")
            }
            guard !name.hasPrefix(reservedPrefix) else {
                throw .reservedName(field: "env", name: name, prefix: reservedPrefix)
            }
            environment[name] = value
        }
        for (name, value) in facts(of: claimed, apiURL: apiURL) { environment[name] = value }
        for (name, value) in claimed.secrets {
            guard environment.updateValue(value, forKey: name) == nil else { throw .duplicateVariable(name: name) }
        }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            guard !value.utf8.contains(0) else { throw .nulInVariable(name: name) }
            let bytes = name.utf8.count + value.utf8.count + 2
            guard bytes <= longestVariable else {
                throw .variableTooLong(name: name, bytes: bytes, limit: longestVariable)
            }
        }
        return environment
    }

    private static func facts(of claimed: ClaimedRun, apiURL: String) -> [String: String] {
        var facts = [
            "ORCH_API_URL": apiURL,
            "ORCH_FLOW_RUN_ID": "\(claimed.runID)",
            "ORCH_ATTEMPT": "\(claimed.attempt)",
            "ORCH_STREAM": "\(StreamForm.newest)",
            "ORCH_FLOW_NAME": claimed.flowName,
            "ORCH_PARAMETERS": JSONValue.object(claimed.parameters).jsonText,
            "ORCH_DATA_INTERVAL_START": "\(claimed.dataInterval?.start ?? claimed.scheduledFor)",
            "ORCH_DATA_INTERVAL_END": "\(claimed.dataInterval?.end ?? claimed.scheduledFor)",
        ]
        // That it is there at all tells the program that it may leave its container to wait.
        if claimed.kind == .sdk, let resumption = claimed.resumption, let text = try? JSONText.encode(resumption) {
            facts["ORCH_RESUMPTION"] = text
        }
        return facts
    }
}

extension FlowContext {
    /// The JSON of a flow's result: the value, or where it is kept, as it is too large to travel.
    static func reported(
        _ value: some Encodable, type: String, flow: String, in store: (any ResultStore)?
    ) async throws -> JSONValue {
        let json = try JSONValue(encoding: value)
        guard let store else { return json }
        let text = json.jsonText
        guard text.utf8.count > CacheLimits.valueBytes else { return json }
        return try await StoredResult.keep(text, type: type, flow: flow, in: store)
    }

    /// A run's result as it was returned, read from where it is kept where it did not travel itself.
    func resolved(_ child: ChildRun) async throws -> JSONValue {
        guard let result = child.result, let stored = try StoredResult(result) else { return child.result ?? .null }
        return try JSONValue(parsing: try await stored.text(from: results))
    }
}

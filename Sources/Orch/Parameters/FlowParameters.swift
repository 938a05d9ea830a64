/// Reads a flow's parameters off its declaration, and sets their values.
enum FlowParameters {
    /// The schema of a flow's parameters, in the order of their declaration.
    static func schema(of type: any Flow.Type) throws -> ParameterSchema {
        ParameterSchema(try declared(in: type.init()).map { try $1.property(named: $0) })
    }

    /// The values that a flow's parameters have now.
    static func values(of flow: some Flow) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for (name, parameter) in declared(in: flow) { values[name] = try parameter.current() }
        return values
    }

    /// A new flow with these values, which the schema has accepted.
    ///
    /// - Throws: a ``ParameterProblem`` where a type takes less than its schema says.
    static func make<F: Flow>(_ type: F.Type, values: [String: JSONValue]) throws -> F {
        let flow = F()
        for (name, parameter) in declared(in: flow) {
            guard let value = values[name] else { continue }
            do {
                try parameter.assign(value)
            } catch {
                let property = try parameter.property(named: name)
                let got = property.isSecret ? Secret.placeholder : value.hidingURLPasswords.jsonText
                throw ParameterProblem(.invalid, name: name, expected: property.value.expectation, got: got)
            }
        }
        return flow
    }

    private static func declared(in flow: some Flow) -> [(name: String, parameter: any DeclaredParameter)] {
        Mirror(reflecting: flow).children.compactMap { child in
            guard let parameter = child.value as? any DeclaredParameter, let label = child.label else { return nil }
            // The compiler stores the wrapper of `month` as `_month`.
            return (String(label.drop { $0 == "_" }), parameter)
        }
    }
}

/// A flow's parameters as they are declared in it.
enum FlowParameters {
    /// The schema of a flow's parameters, in the order of their declaration.
    ///
    /// - Throws: ``OrchError/invalidParameter(flow:name:reason:)`` where one could never be read.
    static func schema(of type: any Flow.Type) throws -> ParameterSchema {
        let flow = type.init()
        let properties = DeclaredParameters.properties(of: flow)
        for property in properties {
            guard let reason = property.problem else { continue }
            throw OrchError.invalidParameter(flow: type.name, name: property.name, reason: reason)
        }
        if let name = DeclaredParameters.unreadable(in: flow).first {
            let reason = "its type takes no value that its own schema allows: give it a default"
            throw OrchError.invalidParameter(flow: type.name, name: name, reason: reason)
        }
        return ParameterSchema(properties)
    }

    /// The values that a flow's parameters have now.
    static func values(of flow: some Flow) throws -> [String: JSONValue] {
        try DeclaredParameters.values(of: flow)
    }

    /// A new flow with these values, which the schema has accepted.
    ///
    /// - Throws: a ``ParameterProblem`` where a type takes less than its schema says.
    static func make<F: Flow>(_ type: F.Type, values: [String: JSONValue]) throws -> F {
        let flow = F()
        try DeclaredParameters.assign(values, to: flow)
        return flow
    }
}

extension ParameterSchema.Property {
    /// What makes it a parameter that no value, or not its own default, fits; `nil` where all is well.
    fileprivate var problem: String? {
        if let reason = value.unreadablePattern { return reason }
        guard let defaultValue,
            let problem = ParameterSchema([self]).validate([name: defaultValue], passesTemplates: true).first
        else { return nil }
        return "its default does not fit: \(problem)"
    }
}

extension ValueSchema {
    /// A pattern in it that is no regular expression, in a sentence.
    fileprivate var unreadablePattern: String? {
        if let pattern {
            do {
                _ = try Regex(pattern)
            } catch {
                return "its pattern \(pattern) cannot be read: \(error)"
            }
        }
        let inner = [items, values].compactMap { $0 } + alternatives + (members ?? []).map(\.value)
        return inner.lazy.compactMap(\.unreadablePattern).first
    }
}

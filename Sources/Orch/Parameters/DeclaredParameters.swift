/// Reads the parameters off a declaration, a flow's or an object's, and sets their values.
enum DeclaredParameters {
    /// The parameters in the order of their declaration.
    static func properties(of declaration: Any) -> [ParameterSchema.Property] {
        all(in: declaration).map { $1.property(named: $0) }
    }

    /// The values that the parameters have now; one without a default has none before it was given.
    static func values(of declaration: Any) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for (name, parameter) in all(in: declaration) { values[name] = try parameter.current() }
        return values
    }

    /// Sets the values that are given, in place.
    ///
    /// - Throws: a ``ParameterProblem`` or ``ParameterProblems`` where a type takes less than its schema says.
    static func assign(_ values: [String: JSONValue], to declaration: Any) throws {
        for (name, parameter) in all(in: declaration) {
            guard let value = values[name] else { continue }
            do {
                try parameter.assign(value)
            } catch let error as ParameterProblems {
                throw ParameterProblems(error.problems.map { $0.inside(name) })
            } catch {
                let property = parameter.property(named: name)
                let isHidden = property.isSecret || property.value.holdsSecret
                let got = isHidden ? Secret.placeholder : String(value.hidingURLPasswords.jsonText.prefix(200))
                throw ParameterProblem(.invalid, name: name, expected: property.value.expectation, got: got)
            }
        }
    }

    /// The parameters that have no default, and whose type refuses every example of its own schema: one read before it was set
    /// would have nothing to give.
    static func unreadable(in declaration: Any) -> [String] {
        all(in: declaration).filter { !$1.hasPlaceholder }.map(\.name)
    }

    private static func all(in declaration: Any) -> [(name: String, parameter: any DeclaredParameter)] {
        Mirror(reflecting: declaration).children.compactMap { child in
            guard let parameter = child.value as? any DeclaredParameter, let label = child.label else { return nil }
            // The compiler stores the wrapper of `month` as `_month`.
            return (String(label.drop { $0 == "_" }), parameter)
        }
    }
}

extension ParameterProblems {
    /// The same problems, seen from where decoding began.
    func inside(_ path: [any CodingKey]) -> ParameterProblems {
        ParameterProblems(
            problems.map { problem in
                path.reversed().reduce(problem) { problem, key in
                    problem.inside(key.intValue.map { "[\($0)]" } ?? key.stringValue)
                }
            })
    }
}

extension ParameterProblem {
    /// The same problem, seen from the value that it is inside of.
    fileprivate func inside(_ name: String) -> ParameterProblem {
        var problem = self
        let isStep = self.name.isEmpty || self.name.hasPrefix("[") || self.name.hasPrefix(".")
        problem.name = name + (isStep ? self.name : ".\(self.name)")
        return problem
    }
}

/// What reflection needs of a parameter, whatever its type.
protocol DeclaredParameter {
    /// The parameter as part of a schema.
    func property(named name: String) -> ParameterSchema.Property
    /// The value now; `nil` where there is none.
    func current() throws -> JSONValue?
    /// Sets the value in place.
    func assign(_ value: JSONValue) throws
    /// Whether there is something to read before a value was given.
    var hasPlaceholder: Bool { get }
}

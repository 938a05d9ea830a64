extension ParameterSchema {
    /// All that is wrong with `values`: unknown names, missing ones, values that are not accepted, at most 100 of each
    /// parameter.
    ///
    /// - Parameters:
    ///   - values: values by parameter name; a parameter that has a default may be left out.
    ///   - passesTemplates: whether a text with places to fill (see ``RunTemplates``) may stand for any value. Defaults to
    ///     false.
    public func validate(_ values: [String: JSONValue], passesTemplates: Bool = false) -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        for property in properties {
            if let value = values[property.name] {
                problems += property.problems(with: value, passesTemplates: passesTemplates)
            } else if property.isRequired {
                problems.append(ParameterProblem(.missing, name: property.name, expected: property.value.expectation))
            }
        }
        return problems + values.keys.filter { self[$0] == nil }.sorted().map(unknown)
    }

    /// The complete values of a run: those given, and the defaults of the others, those of members in them included.
    ///
    /// - Throws: every problem that ``validate(_:passesTemplates:)`` finds.
    public func resolve(_ values: [String: JSONValue]) throws(ParameterProblems) -> [String: JSONValue] {
        let problems = validate(values)
        guard problems.isEmpty else { throw ParameterProblems(problems) }
        var resolved = values
        for property in properties {
            resolved[property.name] = (values[property.name] ?? property.defaultValue).map(property.value.completed)
        }
        return resolved
    }

    /// The value that a text stands for, as in `-p key=value`, read by the parameter's type.
    ///
    /// `07` for a whole number is 7; lists, objects and `null` are JSON; a string is kept as it is written.
    ///
    /// - Parameter passesTemplates: whether a text with places to fill may stand for any value. Defaults to false.
    /// - Throws: a problem where the flow has no such parameter, or its type or bounds refuse the text.
    public func parse(
        text: String, for name: String, passesTemplates: Bool = false
    ) throws(ParameterProblem) -> JSONValue {
        guard let property = self[name] else { throw unknown(name) }
        let isTemplate = passesTemplates && !property.isTemplate && Template.isTemplate(text)
        let read = property.value.parse(text) ?? (isTemplate ? JSONValue?.some(.string(text)) : JSONValue?.none)
        guard let value = read else { throw property.unreadable(text) }
        if let problem = property.problems(with: value, passesTemplates: passesTemplates).first { throw problem }
        return value
    }

    /// The values of `key=value` assignments; of two for one key the last wins.
    ///
    /// - Parameter passesTemplates: whether a text with places to fill may stand for any value. Defaults to false.
    /// - Throws: a problem for each assignment that cannot be read.
    public func parse(
        assignments: [String], passesTemplates: Bool = false
    ) throws(ParameterProblems) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        var problems: [ParameterProblem] = []
        for assignment in assignments {
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard parts.count == 2, !name.isEmpty else {
                let expected = "an assignment such as \(properties.first?.name ?? "key")=value"
                let got = name.isEmpty && parts.count == 2 ? "no name before \"=\"" : "no \"=\""
                problems.append(ParameterProblem(.invalid, name: name, expected: expected, got: got))
                continue
            }
            do {
                values[name] = try parse(text: String(parts[1]), for: name, passesTemplates: passesTemplates)
            } catch {
                problems.append(error)
            }
        }
        guard problems.isEmpty else { throw ParameterProblems(problems) }
        return values
    }

    func unknown(_ name: String) -> ParameterProblem {
        let names = properties.map(\.name)
        let expected = names.isEmpty ? "This flow takes none." : "This flow takes \(names.joined(separator: ", "))."
        let nearest = NearestName.nearest(to: name, in: names)
        return ParameterProblem(.unknown, name: name, expected: expected, nearest: nearest)
    }
}

extension ParameterSchema.Property {
    /// How many mistakes in one value are listed.
    private static let listed = 100

    /// All that is wrong with `value`.
    func problems(with value: JSONValue, passesTemplates: Bool = false) -> [ParameterProblem] {
        let check = ValueSchema.Check(passesTemplates: passesTemplates && !isTemplate, limit: Self.listed + 1)
        let mistakes = self.value.mistakes(in: value, isSecret: isSecret, check)
        var problems = mistakes.prefix(Self.listed).map(problem)
        if mistakes.count > Self.listed {
            problems.append(
                ParameterProblem(
                    .invalid, name: name, expected: "none of the mistakes above",
                    got: "more than the \(Self.listed) that are listed"))
        }
        return problems
    }

    private func problem(_ mistake: ValueSchema.Mistake) -> ParameterProblem {
        let got = mistake.got.map { Self.shown($0.hidingURLPasswords.jsonText) } ?? Secret.placeholder
        return ParameterProblem(
            mistake.kind, name: name + mistake.path, expected: mistake.expected,
            got: mistake.kind == .invalid ? got : "", nearest: mistake.nearest)
    }

    /// Why a text stands for no value at all.
    fileprivate func unreadable(_ text: String) -> ParameterProblem {
        let isHidden = isSecret || value.holdsSecret
        var got = isHidden ? Secret.placeholder : Self.shown(JSONValue.string(text).hidingURLPasswords.jsonText)
        if value.kind == .array || value.kind == .object {
            do {
                _ = try JSONValue(parsing: text)
            } catch {
                got += ", which is no JSON"
            }
        }
        return ParameterProblem(.invalid, name: name, expected: value.expectation, got: got)
    }

    private static func shown(_ text: String) -> String { String(text.prefix(200)) }
}

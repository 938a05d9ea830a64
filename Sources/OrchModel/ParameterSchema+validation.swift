extension ParameterSchema {
    /// All that is wrong with `values`: unknown names, missing ones, values that are not accepted.
    ///
    /// - Parameter values: values by parameter name; a parameter that has a default may be left out.
    public func validate(_ values: [String: JSONValue]) -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        for property in properties {
            if let value = values[property.name] {
                problems += property.problems(with: value)
            } else if property.isRequired {
                problems.append(ParameterProblem(.missing, name: property.name, expected: property.value.expectation))
            }
        }
        return problems + values.keys.filter { self[$0] == nil }.sorted().map(unknown)
    }

    /// The complete values of a run: those given, and the defaults of the others.
    ///
    /// - Throws: every problem that ``validate(_:)`` finds.
    public func resolve(_ values: [String: JSONValue]) throws(ParameterProblems) -> [String: JSONValue] {
        let problems = validate(values)
        guard problems.isEmpty else { throw ParameterProblems(problems) }
        var resolved = values
        for property in properties where resolved[property.name] == nil {
            resolved[property.name] = property.defaultValue
        }
        return resolved
    }

    /// The value that a text stands for, as in `-p key=value`, read by the parameter's type.
    ///
    /// `07` for a whole number is 7; lists, objects and `null` are JSON; a string is kept as it is written.
    ///
    /// - Throws: a problem where the flow has no such parameter, or its type or bounds refuse the text.
    public func parse(text: String, for name: String) throws(ParameterProblem) -> JSONValue {
        guard let property = self[name] else { throw unknown(name) }
        guard let value = property.value.parse(text) else {
            throw property.problem(.string(text), at: "", expected: property.value.expectation)
        }
        if let problem = property.problems(with: value).first { throw problem }
        return value
    }

    /// The values of `key=value` assignments; of two for one key the last wins.
    ///
    /// - Throws: a problem for each assignment that cannot be read.
    public func parse(assignments: [String]) throws(ParameterProblems) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        var problems: [ParameterProblem] = []
        for assignment in assignments {
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard parts.count == 2, !name.isEmpty else {
                let expected = "an assignment such as \(properties.first?.name ?? "key")=value"
                problems.append(ParameterProblem(.invalid, name: name, expected: expected, got: "no \"=\""))
                continue
            }
            do {
                values[name] = try parse(text: String(parts[1]), for: name)
            } catch {
                problems.append(error)
            }
        }
        guard problems.isEmpty else { throw ParameterProblems(problems) }
        return values
    }

    /// The values as they may be shown: secrets hidden, and passwords inside URLs. A parameter that names a block or an
    /// address and holds neither may hold a password in any form, so nothing of it is shown.
    public func redacted(_ values: [String: JSONValue]) -> [String: JSONValue] {
        var shown: [String: JSONValue] = [:]
        for (name, value) in values {
            let property = self[name]
            let isSecret =
                property?.isSecret == true || (property?.block != nil && !value.isBlockNameOrAddress)
            shown[name] = isSecret && !value.isNull ? .string(Secret.placeholder) : value.hidingURLPasswords
        }
        return shown
    }

    private func unknown(_ name: String) -> ParameterProblem {
        let names = properties.map(\.name)
        let expected = names.isEmpty ? "This flow takes none." : "This flow takes \(names.joined(separator: ", "))."
        let nearest = NearestName.nearest(to: name, in: names)
        return ParameterProblem(.unknown, name: name, expected: expected, nearest: nearest)
    }
}

extension ParameterSchema.Property {
    /// All that is wrong with `value`.
    fileprivate func problems(with value: JSONValue) -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        self.value.check(value, at: "") { path, got, expected in
            problems.append(problem(got, at: path, expected: expected))
        }
        return problems
    }

    fileprivate func problem(_ got: JSONValue, at path: String, expected: String) -> ParameterProblem {
        let shown = isSecret ? Secret.placeholder : got.hidingURLPasswords.jsonText
        return ParameterProblem(.invalid, name: name + path, expected: expected, got: String(shown.prefix(200)))
    }
}

extension ValueSchema {
    /// Reports each place where `value` is not accepted: the path inside it, what is there, what was expected.
    func check(_ value: JSONValue, at path: String, report: (String, JSONValue, String) -> Void) {
        if value.isNull {
            if !isNullable, kind != nil { report(path, value, expectation) }
            return
        }
        guard accepts(value) else { return report(path, value, expectation) }
        guard let items, let elements = value.arrayValue else { return }
        for (index, element) in elements.enumerated() {
            items.check(element, at: "\(path)[\(index)]", report: report)
        }
    }

    /// Whether `value`, its elements aside, is accepted.
    private func accepts(_ value: JSONValue) -> Bool {
        guard hasKind(value), choices.isEmpty || choices.contains(where: { Self.equal($0, value) }) else {
            return false
        }
        if let number = value.doubleValue {
            return number >= minimum ?? -.infinity && number <= maximum ?? .infinity
        }
        if let text = value.stringValue { return acceptsText(text) }
        if let elements = value.arrayValue {
            return elements.count >= minItems ?? 0 && elements.count <= maxItems ?? .max
        }
        return true
    }

    private func hasKind(_ value: JSONValue) -> Bool {
        switch kind {
        case nil: true
        case .integer: value.intValue != nil
        case .number: value.doubleValue != nil
        case .string: value.stringValue != nil
        case .boolean: value.boolValue != nil
        case .array: value.arrayValue != nil
        case .object: value.objectValue != nil
        }
    }

    private func acceptsText(_ text: String) -> Bool {
        guard (minLength ?? 0) <= text.unicodeScalars.count, text.unicodeScalars.count <= maxLength ?? .max else {
            return false
        }
        switch format {
        case .date:
            guard text.utf8.count == 10, Timestamp(text + "T00:00:00Z") != nil else { return false }
        case .dateTime:
            guard Timestamp(text) != nil else { return false }
        case nil: break
        }
        guard let pattern else { return true }
        // A pattern that cannot be read accepts nothing: refusing a value is safer than passing an unchecked one.
        guard let expression = try? Regex(pattern) else { return false }
        return text.contains(expression)
    }

    private static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let a = left.doubleValue, let b = right.doubleValue { return a == b }
        return left == right
    }

    /// The value a text stands for; `nil` where it stands for none of this type.
    func parse(_ text: String) -> JSONValue? {
        if isNullable, text == "null" { return .null }
        switch kind {
        case .string: return .string(text)
        case .integer: return Int64(text).map(JSONValue.int)
        case .number: return Int64(text).map(JSONValue.int) ?? Double(text).flatMap { $0.isFinite ? .double($0) : nil }
        case .boolean:
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: return nil
            }
        case .array, .object: return try? JSONValue(parsing: text)
        case nil: return (try? JSONValue(parsing: text)) ?? .string(text)
        }
    }
}

extension JSONValue {
    /// Whether this may stand where a block or an address is named.
    fileprivate var isBlockNameOrAddress: Bool {
        guard case .string(let text) = self else { return false }
        return BlockEnvironment.isValid(name: text) || text.contains("://") && !text.contains(where: \.isWhitespace)
    }

    /// This value with the password of every URL in its strings replaced.
    public var hidingURLPasswords: JSONValue {
        switch self {
        case .string(let text): .string(Self.hidingURLPassword(in: text))
        case .array(let elements): .array(elements.map(\.hidingURLPasswords))
        case .object(let members): .object(members.mapValues(\.hidingURLPasswords))
        case .null, .bool, .int, .double: self
        }
    }

    /// `scheme://user:password@host` with the password replaced, and every value of the query that may be a credential.
    ///
    /// Everything up to the last `@` counts as password: people do not always escape one with `/` or `@` in it.
    private static func hidingURLPassword(in text: String) -> String {
        let text = text.replacing(#/(?i)(?<name>\b(?:ssl)?password\s*=\s*)(?:'[^']*'|[^\s&#]+)/#) { match in
            "\(match.name)\(Secret.placeholder)"
        }
        guard text.contains("://") else { return text }
        return text.replacing(#/(?<head>://[^:/?#\s]*:)\S*@/#) { match in
            "\(match.head)\(Secret.placeholder)@"
        }
        .replacing(#/(?<mark>[?&])(?<name>[^=&#\s]*)=[^&#\s]*/#) { match in
            harmlessNames.contains(match.name.lowercased())
                ? String(match.0) : "\(match.mark)\(match.name)=\(Secret.placeholder)"
        }
    }

    /// Names in a URL's query whose values are shown. A signature or a key has any name, so all others are hidden.
    private static let harmlessNames: Set<String> = [
        "alt", "application_name", "color", "connect_timeout", "dbname", "download", "format", "host", "month", "port",
        "raw", "sslmode", "target_session_attrs", "user", "version", "year",
    ]
}

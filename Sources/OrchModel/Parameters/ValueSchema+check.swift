extension ValueSchema {
    /// One thing that is wrong with a value.
    struct Mistake {
        /// What kind of mistake it is.
        var kind: ParameterProblem.Kind
        /// Where it is inside the value: `[2].month`.
        var path: String
        /// What is there; `nil` where that may be a secret, or is nothing.
        var got: JSONValue?
        /// What was expected, in words.
        var expected: String
        /// The names nearest to an unknown one.
        var nearest: [String] = []
    }

    /// How a value is looked at.
    struct Check {
        /// Whether a text with places to fill stands for any value, as it is not filled in yet.
        var passesTemplates = false
        /// How many mistakes are found at most.
        var limit = 100
    }

    /// All places where `value` is not accepted, those of one value in the order of its parts.
    func mistakes(in value: JSONValue, at path: String = "", isSecret: Bool = false, _ check: Check) -> [Mistake] {
        if check.passesTemplates, let text = value.stringValue, Template.isTemplate(text) { return [] }
        var mistakes: [Mistake] = []
        find(in: value, at: path, isSecret: isSecret, check, &mistakes)
        return mistakes
    }

    /// Whether `value` is accepted.
    public func accepts(_ value: JSONValue) -> Bool {
        mistakes(in: value, Check(limit: 1)).isEmpty
    }

    private func find(
        in value: JSONValue, at path: String, isSecret: Bool, _ check: Check, _ mistakes: inout [Mistake]
    ) {
        guard mistakes.count < check.limit else { return }
        if check.passesTemplates, let text = value.stringValue, Template.isTemplate(text) { return }
        func refusal() -> Mistake {
            // Written out, as the literal nil is the value null here.
            let got: JSONValue? = isSecret || holdsSecret ? JSONValue?.none : value
            return Mistake(kind: .invalid, path: path, got: got, expected: expectation)
        }
        if value.isNull, isNullable || alternatives.isEmpty {
            if !isNullable, kind != nil || !choices.isEmpty { mistakes.append(refusal()) }
            return
        }
        guard alternatives.isEmpty else {
            let found = mistakesOfAlternatives(in: value, at: path, isSecret: isSecret, check)
            mistakes += found ?? [refusal()]
            return
        }
        guard acceptsOutside(of: value) else { return mistakes.append(refusal()) }
        if let items, let elements = value.arrayValue {
            for (index, element) in elements.enumerated() {
                items.find(in: element, at: "\(path)[\(index)]", isSecret: isSecret, check, &mistakes)
            }
        } else if let values, let object = value.objectValue {
            for (name, element) in object.sorted(by: { $0.key < $1.key }) {
                values.find(in: element, at: path + Self.step(name), isSecret: isSecret, check, &mistakes)
            }
        } else if let members, let object = value.objectValue {
            find(of: members, in: object, at: path, isSecret: isSecret, check, &mistakes)
        }
    }

    private func find(
        of members: [ParameterSchema.Property], in object: [String: JSONValue], at path: String, isSecret: Bool,
        _ check: Check, _ mistakes: inout [Mistake]
    ) {
        for member in members {
            let path = path + Self.step(member.name)
            if let value = object[member.name] {
                member.value.find(
                    in: value, at: path, isSecret: isSecret || member.isSecret, check, &mistakes)
            } else if member.isRequired {
                mistakes.append(
                    Mistake(kind: .missing, path: path, got: .none, expected: member.value.expectation))
            }
        }
        let names = members.map(\.name)
        for name in object.keys.sorted() where !names.contains(name) {
            let expected = names.isEmpty ? "It has none there." : "There are \(names.joined(separator: ", "))."
            mistakes.append(
                Mistake(
                    kind: .unknown, path: path + Self.step(name), got: .none, expected: expected,
                    nearest: NearestName.nearest(to: name, in: names)))
        }
    }

    /// None where an alternative accepts it; where none does, those of the one that it resembles, if there is but one such.
    private func mistakesOfAlternatives(
        in value: JSONValue, at path: String, isSecret: Bool, _ check: Check
    ) -> [Mistake]? {
        var alike: [[Mistake]] = []
        for alternative in alternatives {
            let found = alternative.mistakes(in: value, at: path, isSecret: isSecret, check)
            if found.isEmpty { return [] }
            if value.objectValue != nil || value.arrayValue != nil, alternative.hasKind(value) { alike.append(found) }
        }
        return alike.count == 1 ? alike[0] : nil
    }

    /// The way to a member: `.month`, or `["a b"]` where its name is no word.
    static func step(_ name: String) -> String {
        let isWord = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || scalar == "_" || scalar == "-"
        }
        return isWord && !name.isEmpty ? ".\(name)" : "[\(JSONValue.string(name).jsonText)]"
    }

    /// Whether `value`, what is inside it aside, is accepted.
    private func acceptsOutside(of value: JSONValue) -> Bool {
        guard hasKind(value), choices.isEmpty || choices.contains(where: { $0.isEqual(to: value) }) else {
            return false
        }
        switch value {
        case .int, .double: return isWithinBounds(value) { $0.isLess(than: $1) }
        case .string(let text): return acceptsText(text)
        case .array(let elements): return acceptsCount(elements.count)
        case .object(let object): return acceptsCount(object.count)
        case .null, .bool: return true
        }
    }

    private func acceptsCount(_ count: Int) -> Bool {
        (minItems ?? 0) <= count && count <= maxItems ?? .max
    }

    /// Whether no bound is beyond `value`; one that cannot be compared with it accepts nothing.
    private func isWithinBounds(_ value: JSONValue, _ isLess: (JSONValue, JSONValue) -> Bool?) -> Bool {
        if let minimum, isLess(value, minimum) ?? true { return false }
        if let maximum, isLess(maximum, value) ?? true { return false }
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
        if let format {
            guard format.reads(text),
                isWithinBounds(.string(text), { format.isLess($0.stringValue, $1.stringValue) })
            else { return false }
        }
        guard let pattern else { return true }
        guard text.count <= PatternCost.longestText, PatternCost.isBounded(pattern) else { return false }
        // A pattern that cannot be read accepts nothing: refusing a value is safer than passing an unchecked one.
        guard let expression = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return false }
        return text.contains(expression)
    }
}

extension ValueSchema.Format {
    /// Whether a text has this format.
    func reads(_ text: String) -> Bool {
        switch self {
        case .date: CivilDate(text) != nil
        case .dateTime: Timestamp(text) != nil
        case .duration: TimeSpan(iso: text) != nil
        }
    }

    /// Whether one text stands for less than the other; `nil` where one of them does not have this format.
    func isLess(_ left: String?, _ right: String?) -> Bool? {
        guard let left, let right else { return nil }
        switch self {
        case .date:
            guard let left = CivilDate(left), let right = CivilDate(right) else { return nil }
            return left < right
        case .dateTime:
            guard let left = Timestamp(left), let right = Timestamp(right) else { return nil }
            return left < right
        case .duration:
            guard let left = TimeSpan(iso: left), let right = TimeSpan(iso: right) else { return nil }
            return left < right
        }
    }
}

extension JSONValue {
    /// Whether a number is less than another, as exact numbers; `nil` where one of them is no number.
    func isLess(than other: JSONValue) -> Bool? {
        switch (self, other) {
        case (.int(let left), .int(let right)): left < right
        case (.int(let left), .double(let right)): Self.compare(left, right).map { $0 < 0 }
        case (.double(let left), .int(let right)): Self.compare(right, left).map { $0 > 0 }
        case (.double(let left), .double(let right)): left < right
        default: nil
        }
    }

    /// Less than, equal to or greater than 0 as `left` is to `right`: a `Double` of a large `Int64` is another number.
    private static func compare(_ left: Int64, _ right: Double) -> Int? {
        guard !right.isNaN else { return nil }
        guard let floor = Int64(exactly: right.rounded(.down)) else { return right > 0 ? -1 : 1 }
        if left != floor { return left < floor ? -1 : 1 }
        return right > right.rounded(.down) ? -1 : 0
    }

    /// Whether both are the same JSON value: `1` and `1.0` are.
    func isEqual(to other: JSONValue) -> Bool {
        switch (self, other) {
        case (.int, .double), (.double, .int): isLess(than: other) == false && other.isLess(than: self) == false
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isEqual(to: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { name, value in right[name]?.isEqual(to: value) == true }
        default: self == other
        }
    }
}

import OrchModel

/// Reads nodes by the shapes of their keys: what fits becomes JSON, what does not is a problem with its place.
struct ShapeReader {
    /// What there is to say, in the order of the file.
    var problems: [FileProblem] = []
    /// Where each value stands, by its path: `schedules[0].cron`.
    var places: [String: SourcePlace] = [:]
    /// What stands in the file where a value was made of variables, by its path.
    var sources: [String: String] = [:]

    /// Adds a mistake.
    mutating func refuse(_ path: String, _ message: String, at place: SourcePlace) {
        problems.append(FileProblem(path.isEmpty ? message : "\(path): \(message)", at: place))
    }

    /// The value of a node; nil where it does not fit, which is said, or where nothing stands there.
    mutating func read(_ node: YAMLNode, as shape: ValueShape, at path: String) -> JSONValue? {
        places[path] = node.place
        sources[path] = node.scalar?.source
        if node.isNull {
            if case .any = shape { return .null }
            return nil
        }
        switch shape {
        case .text, .prose: return text(node, isOneLine: shape.isOneLine, at: path)
        case .whole(let range): return whole(node, range, at: path)
        case .number(let range): return number(node, range, at: path)
        case .flag: return flag(node, at: path)
        case .span: return span(node, at: path)
        case .choice(let words): return word(node, words, at: path)
        case .flagOrChoice(let yes, let no, let words):
            if let value = node.scalar.flatMap({ try? CoreSchema.value(of: $0).get() })?.boolValue {
                return .string(value ? yes : no)
            }
            return word(node, words, at: path)
        case .list(let element): return list(node, of: element, at: path)
        case .oneOrList(let element):
            if node.elements != nil { return list(node, of: element, at: path) }
            return read(node, as: element, at: path).map { .array([$0]) }
        case .map(let value): return map(node, of: value, keepsNothing: value.isAny, at: path)
        case .mapOrNothing(let value): return map(node, of: value, keepsNothing: true, at: path)
        case .object(let shape): return object(node, as: shape, at: path).map(JSONValue.object)
        case .objectOrShort(let shape, let key, let short):
            if node.members != nil { return object(node, as: shape, at: path).map(JSONValue.object) }
            return read(node, as: short, at: path).map { [key: $0] }.map(JSONValue.object)
        case .overrides: return overrides(node, at: path)
        case .any: return any(node, at: path)
        }
    }

    /// A mapping of known keys, under their first names.
    mutating func object(_ node: YAMLNode, as shape: ObjectShape, at path: String) -> [String: JSONValue]? {
        guard let members = node.members else {
            wrong(node, path, "a mapping of \(shape.keys.prefix(4).map(\.name).joined(separator: ", "))…")
            return nil
        }
        var values: [String: JSONValue] = [:]
        var given: [String: String] = [:]
        for member in members {
            guard let key = shape.key(member.name) else {
                unknown(member, shape, at: path)
                continue
            }
            if let other = given[key.name] {
                refuse(
                    path, "\(member.name) and \(other) say the same thing: leave one of them out", at: member.place)
                continue
            }
            given[key.name] = member.name
            values[key.name] = read(member.value, as: key.shape, at: Self.join(path, member.name))
            places[Self.join(path, key.name)] = member.value.place
        }
        // A misspelt key is the missing one.
        let isMisspelt = members.contains { member in
            shape.key(member.name) == nil && !shape.foreign.contains { $0.name == member.name }
        }
        for key in shape.keys where key.isRequired && !isMisspelt && values[key.name] == nil && given[key.name] == nil {
            refuse(path, "\(shape.name) needs the key \(key.name): \(key.help)", at: node.place)
        }
        return values
    }

    private mutating func unknown(_ member: YAMLMember, _ shape: ObjectShape, at path: String) {
        if let foreign = shape.foreign.first(where: { $0.name == member.name }) {
            problems.append(
                FileProblem(Self.join(path, "") + foreign.warning, at: member.place, isWarning: true))
            return
        }
        let hint =
            shape.nearest(to: member.name).map { "did you mean \(Shown.quoted($0))?" }
            ?? "there are \(shape.keys.map(\.name).joined(separator: ", "))"
        refuse(path, "there is no key \(Shown.quoted(member.name)): \(hint)", at: member.place)
    }

    static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private mutating func wrong(_ node: YAMLNode, _ path: String, _ expected: String, hint: String = "") {
        refuse(path, "expected \(expected), got \(Shown.node(node))\(hint)", at: node.place)
    }

    // MARK: - Single values

    private mutating func text(_ node: YAMLNode, isOneLine: Bool, at path: String) -> JSONValue? {
        guard let scalar = node.scalar else {
            let hint = node.members == nil ? "" : "; a text with {{ … }} or \": \" in it has to be quoted"
            wrong(node, path, "a text", hint: hint)
            return nil
        }
        guard !isOneLine || PlainText.isPlain(scalar.text) else {
            wrong(node, path, PlainText.expected)
            return nil
        }
        return .string(scalar.text)
    }

    private mutating func value(_ node: YAMLNode, at path: String) -> JSONValue? {
        guard let scalar = node.scalar else { return nil }
        switch CoreSchema.value(of: scalar) {
        case .success(let value): return value
        case .failure(let refusal):
            refuse(path, refusal.message, at: node.place)
            return nil
        }
    }

    /// What to write where a text stands for a number: it is quoted, or has leading signs that no number has.
    private func unquoted(_ node: YAMLNode) -> String {
        guard let scalar = node.scalar, scalar.form == .text, scalar.source == nil,
            CoreSchema.looksLikeNumber(scalar.text)
        else { return "" }
        return "; without quotes it is a number"
    }

    private mutating func whole(_ node: YAMLNode, _ range: ClosedRange<Int64>, at path: String) -> JSONValue? {
        let bounds = range == Int64.min...Int64.max ? "" : " from \(range.lowerBound) to \(range.upperBound)"
        if let number = value(node, at: path)?.intValue, range.contains(number) { return .int(number) }
        wrong(node, path, "a whole number\(bounds)", hint: unquoted(node))
        return nil
    }

    private mutating func number(_ node: YAMLNode, _ range: ClosedRange<Double>, at path: String) -> JSONValue? {
        let value = value(node, at: path)
        if let value, let number = value.doubleValue, range.contains(number) { return value }
        let isAny = range.upperBound == Double.greatestFiniteMagnitude
        let bounds = isAny ? "" : " from \(JSONValue(range.lowerBound)) to \(JSONValue(range.upperBound))"
        wrong(node, path, "a number\(bounds)", hint: unquoted(node))
        return nil
    }

    private mutating func flag(_ node: YAMLNode, at path: String) -> JSONValue? {
        if let value = value(node, at: path), value.boolValue != nil { return value }
        let isFormer = node.scalar.map { CoreSchema.isFormerFlag($0.text) } ?? false
        wrong(node, path, "true or false", hint: isFormer ? "; since YAML 1.2 only true and false are such words" : "")
        return nil
    }

    private mutating func span(_ node: YAMLNode, at path: String) -> JSONValue? {
        switch value(node, at: path) {
        case let number? where (number.doubleValue ?? -1) >= 0 && (number.doubleValue ?? 0) <= 3_155_760_000:
            return number
        case .string(let text):
            guard let span = TimeSpan(text) else { break }
            let (seconds, rest) = span.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
            return rest == 0 ? .int(seconds) : .double(Double(span.microseconds) / 1_000_000)
        default: break
        }
        wrong(node, path, "a length of time: seconds, or a text such as 90s, 1h30m or PT1H30M")
        return nil
    }

    private mutating func word(_ node: YAMLNode, _ words: [String], at path: String) -> JSONValue? {
        func folded(_ text: String) -> String { text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " } }
        let text = node.scalar?.text
        if let text, let word = words.first(where: { folded($0) == folded(text) }) { return .string(word) }
        let hint = text.flatMap { YAMLNames.hint(for: $0, among: words) }.map { "; \($0)" } ?? ""
        wrong(node, path, "one of \(words.joined(separator: ", "))", hint: hint)
        return nil
    }

    // MARK: - Values of values

    private mutating func list(_ node: YAMLNode, of shape: ValueShape, at path: String) -> JSONValue? {
        guard let elements = node.elements else {
            wrong(node, path, "a list, such as [a, b]")
            return nil
        }
        var values: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            let place = "\(path)[\(index)]"
            if element.isNull, !shape.isAny {
                refuse(place, "expected a value, got nothing", at: element.place)
            } else if let value = read(element, as: shape, at: place) {
                values.append(value)
            }
        }
        return .array(values)
    }

    private mutating func map(
        _ node: YAMLNode, of shape: ValueShape, keepsNothing: Bool, at path: String
    ) -> JSONValue? {
        guard let members = node.members else {
            wrong(node, path, "a mapping, such as {name: value}")
            return nil
        }
        var values: [String: JSONValue] = [:]
        for member in members {
            let place = Self.join(path, member.name)
            if member.value.isNull {
                places[place] = member.value.place
                if keepsNothing { values[member.name] = .null }
            } else {
                values[member.name] = read(member.value, as: shape, at: place)
            }
        }
        return .object(values)
    }

    /// Fields of an infrastructure, `env.NAME` for a member of one that is a mapping; nothing takes a field away.
    private mutating func overrides(_ node: YAMLNode, at path: String) -> JSONValue? {
        guard let members = node.members else {
            wrong(node, path, "a mapping of fields, such as {memory: 2g}")
            return nil
        }
        let shape = ObjectShape.overrides
        var values: [String: JSONValue] = [:]
        for member in members {
            let root = String(member.name.prefix { $0 != "." })
            guard let key = shape.key(root) else {
                unknown(YAMLMember(name: root, place: member.place, value: member.value), shape, at: path)
                continue
            }
            let place = Self.join(path, member.name)
            var field = key.shape
            if root != member.name {
                guard case .mapOrNothing(let element) = key.shape else {
                    refuse(place, "\(root) is no mapping, and has no parts", at: member.place)
                    continue
                }
                field = element
            }
            let name = key.name + member.name.dropFirst(root.count)
            values[name] = member.value.isNull ? JSONValue.null : read(member.value, as: field, at: place)
        }
        return .object(values)
    }

    private mutating func any(_ node: YAMLNode, at path: String) -> JSONValue? {
        places[path] = node.place
        sources[path] = node.scalar?.source
        switch node.content {
        case .scalar: return value(node, at: path)
        case .list(let elements):
            var values: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                values.append(any(element, at: "\(path)[\(index)]") ?? .null)
            }
            return .array(values)
        case .mapping(let members):
            var values: [String: JSONValue] = [:]
            for member in members { values[member.name] = any(member.value, at: Self.join(path, member.name)) ?? .null }
            return .object(values)
        }
    }
}

extension ValueShape {
    fileprivate var isAny: Bool {
        if case .any = self { true } else { false }
    }

    fileprivate var isOneLine: Bool {
        if case .text = self { true } else { false }
    }
}

extension JSONValue {
    /// A number as messages show it: whole where it is.
    fileprivate init(_ number: Double) {
        self = Int64(exactly: number).map(JSONValue.int) ?? .double(number)
    }
}

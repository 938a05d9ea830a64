extension ValueSchema {
    /// The value a text stands for, as in `-p key=value`; `nil` where it stands for none of this type.
    func parse(_ text: String) -> JSONValue? {
        if isNullable, text == "null" { return .null }
        if !alternatives.isEmpty {
            let read = alternatives.compactMap { schema in schema.parse(text).map { (schema, $0) } }
            return (read.first { $0.accepts($1) } ?? read.first)?.1
        }
        switch kind {
        case .string: return .string(format == .duration ? TimeSpan(text)?.iso ?? text : text)
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

    /// An accepted value with the defaults of all members that it leaves out, and whole numbers as such.
    func completed(_ value: JSONValue) -> JSONValue {
        if !alternatives.isEmpty { return alternatives.first { $0.accepts(value) }?.completed(value) ?? value }
        switch value {
        case .double where kind == .integer: return value.intValue.map(JSONValue.int) ?? value
        case .array(let elements): return items.map { items in .array(elements.map(items.completed)) } ?? value
        case .object(var object):
            if let values { return .object(object.mapValues(values.completed)) }
            for member in members ?? [] {
                let given = object[member.name] ?? member.defaultValue
                object[member.name] = given.map(member.value.completed)
            }
            return .object(object)
        default: return value
        }
    }

    /// Some value that is of this type, and within its bounds where that is easily found; `nil` where there is none.
    public var example: JSONValue? {
        if isNullable { return .null }
        if let choice = choices.first { return choice }
        if !alternatives.isEmpty { return alternatives.lazy.compactMap(\.example).first }
        switch kind {
        case nil: return .null
        case .boolean: return false
        case .integer, .number:
            if let minimum, JSONValue.int(0).isLess(than: minimum) == true { return minimum }
            if let maximum, maximum.isLess(than: 0) == true { return maximum }
            return 0
        case .string: return .string(exampleText)
        case .array:
            let count = min(minItems ?? 0, 1000)
            guard count > 0 else { return [] }
            return (items ?? ValueSchema(nil)).example.map { .array(Array(repeating: $0, count: count)) }
        case .object:
            var object: [String: JSONValue] = [:]
            for member in members ?? [] {
                guard let value = member.defaultValue ?? member.value.example else { return nil }
                object[member.name] = value
            }
            return .object(object)
        }
    }

    private var exampleText: String {
        if let bound = minimum?.stringValue ?? maximum?.stringValue { return bound }
        switch format {
        case .date: return "1970-01-01"
        case .dateTime: return "1970-01-01T00:00:00Z"
        case .duration: return "PT0S"
        case nil: return String(repeating: "x", count: min(minLength ?? 0, 1000))
        }
    }
}

extension ValueSchema {
    /// The keywords of this schema as members of a JSON Schema object.
    ///
    /// Bounds of days, instants and durations are `formatMinimum` and `formatMaximum`, which a validator that does not know
    /// them passes over. Source: <https://ajv.js.org/packages/ajv-formats.html>
    public var keywords: [String: JSONValue] {
        if !alternatives.isEmpty {
            let null: [JSONValue] = isNullable ? [["type": "null"]] : []
            return ["anyOf": .array(alternatives.map { .object($0.keywords) } + null)]
        }
        var keywords: [String: JSONValue] = [:]
        if let kind {
            keywords["type"] = isNullable ? [.string(kind.rawValue), "null"] : .string(kind.rawValue)
        }
        if let format { keywords["format"] = .string(format.rawValue) }
        if !choices.isEmpty { keywords["enum"] = .array(isNullable ? choices + [.null] : choices) }
        for (name, bound) in [("inimum", minimum), ("aximum", maximum)] {
            switch bound {
            case .int, .double: keywords["m" + name] = bound
            case .string: keywords["formatM" + name] = bound
            default: break
            }
        }
        if let pattern { keywords["pattern"] = .string(pattern) }
        let sizes = kind == .object ? ("minProperties", "maxProperties") : ("minItems", "maxItems")
        for (keyword, count) in [
            ("minLength", minLength), ("maxLength", maxLength), (sizes.0, minItems), (sizes.1, maxItems),
        ] {
            keywords[keyword] = count.map { .int(Int64($0)) }
        }
        if let items { keywords["items"] = .object(items.keywords) }
        if let values { keywords["additionalProperties"] = .object(values.keywords) }
        if let members { keywords.merge(ParameterSchema.keywords(of: members)) { $1 } }
        return keywords
    }

    /// Reads the keywords of a JSON Schema object; what this subset does not know is left out, and so accepts more.
    public init(keywords schema: JSONValue) {
        let has = { (keyword: String) in schema.objectValue?.keys.contains(keyword) == true }
        if let alternatives = schema["anyOf"]?.arrayValue, !has("type") {
            let null: JSONValue = ["type": "null"]
            self.init(
                nil, isNullable: alternatives.contains(null),
                alternatives: alternatives.filter { $0 != null }.map(ValueSchema.init(keywords:)))
            return
        }
        let types = schema["type"]?.arrayValue ?? schema["type"].map { [$0] } ?? []
        let names = types.compactMap(\.stringValue)
        let kinds = names.compactMap(Kind.init(rawValue:))
        let kind = kinds.count == 1 ? kinds.first : nil
        let choices = schema["enum"]?.arrayValue ?? []
        let values = schema["additionalProperties"]?.objectValue.map { ValueSchema(keywords: .object($0)) }
        func count(_ keyword: String) -> Int? { schema[keyword]?.intValue.flatMap { Int(exactly: $0) } }
        self.init(
            kind,
            isNullable: names.contains("null") || (!has("type") && choices.contains(.null)),
            format: schema["format"]?.stringValue.flatMap(Format.init(rawValue:)),
            choices: choices.filter { !$0.isNull },
            minimum: Self.bound(schema["minimum"], schema["formatMinimum"]),
            maximum: Self.bound(schema["maximum"], schema["formatMaximum"]),
            pattern: schema["pattern"]?.stringValue,
            minLength: count("minLength"),
            maxLength: count("maxLength"),
            minItems: count(kind == .object ? "minProperties" : "minItems"),
            maxItems: count(kind == .object ? "maxProperties" : "maxItems"),
            items: schema["items"].map(ValueSchema.init(keywords:)),
            members: has("properties") ? ParameterSchema.members(of: schema) : nil,
            values: values
        )
    }

    private static func bound(_ number: JSONValue?, _ text: JSONValue?) -> JSONValue? {
        if let number, number.doubleValue != nil { return number }
        return text?.stringValue.map(JSONValue.string)
    }
}

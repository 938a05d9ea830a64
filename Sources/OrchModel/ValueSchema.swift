/// What one value may be: the part of JSON Schema 2020-12 that parameters use.
///
/// Source: <https://json-schema.org/draft/2020-12/json-schema-validation>
public struct ValueSchema: Sendable, Hashable {
    /// The JSON types a parameter can have.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case integer, number, string, boolean, array, object
    }

    /// How the text of a string is read further.
    public enum Format: String, Sendable, Hashable {
        /// A day: `2020-07-01`.
        case date
        /// An instant in RFC 3339: `2020-07-01T00:00:00Z`.
        case dateTime = "date-time"
    }

    /// The type; `nil` where any type is accepted.
    public var kind: Kind?
    /// Whether `null` is accepted besides.
    public var isNullable: Bool
    /// How a string is read further.
    public var format: Format?
    /// The only values accepted; empty where every value of the type is.
    public var choices: [JSONValue]
    /// The least number accepted.
    public var minimum: Double?
    /// The greatest number accepted.
    public var maximum: Double?
    /// A regular expression found somewhere in an accepted string.
    public var pattern: String?
    /// The least number of characters of a string.
    public var minLength: Int?
    /// The greatest number of characters of a string.
    public var maxLength: Int?
    /// The least number of elements of an array.
    public var minItems: Int?
    /// The greatest number of elements of an array.
    public var maxItems: Int?
    private var elementSchema: [ValueSchema]

    /// A schema that accepts values of `kind`, or any value where that is `nil`.
    public init(
        _ kind: Kind?, isNullable: Bool = false, format: Format? = nil, choices: [JSONValue] = [],
        minimum: Double? = nil, maximum: Double? = nil, pattern: String? = nil, minLength: Int? = nil,
        maxLength: Int? = nil, minItems: Int? = nil, maxItems: Int? = nil, items: ValueSchema? = nil
    ) {
        self.kind = kind
        self.isNullable = isNullable
        self.format = format
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum
        self.pattern = pattern
        self.minLength = minLength
        self.maxLength = maxLength
        self.minItems = minItems
        self.maxItems = maxItems
        self.elementSchema = items.map { [$0] } ?? []
    }

    /// What the elements of an array may be; `nil` where they may be anything.
    public var items: ValueSchema? {
        get { elementSchema.first }
        set { elementSchema = newValue.map { [$0] } ?? [] }
    }
}

extension ValueSchema {
    /// What is expected, in words: `a whole number from 1 to 12`, `one of yellow, green`.
    public var expectation: String {
        let text = choices.isEmpty ? kindExpectation : "one of " + choices.map(Self.shown).joined(separator: ", ")
        return isNullable ? text + ", or null" : text
    }

    private static func shown(_ value: JSONValue) -> String { value.stringValue ?? value.jsonText }

    private var kindExpectation: String {
        switch kind {
        case .integer: "a whole number" + bounds(minimum.map(Self.shown), maximum.map(Self.shown))
        case .number: "a number" + bounds(minimum.map(Self.shown), maximum.map(Self.shown))
        case .boolean: "true or false"
        case .string: stringExpectation
        case .array:
            "a list" + bounds(minItems.map(String.init), maxItems.map(String.init), unit: " elements")
                + (items.map { ", each \($0.expectation)" } ?? "")
        case .object: "a JSON object"
        case nil: "any JSON value"
        }
    }

    private var stringExpectation: String {
        switch format {
        case .date: "a day such as 2020-07-01"
        case .dateTime: "a time such as 2020-07-01T00:00:00Z"
        case nil:
            "a text" + bounds(minLength.map(String.init), maxLength.map(String.init), unit: " characters")
                + (pattern.map { " that matches \($0)" } ?? "")
        }
    }

    private static func shown(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? String(number)
    }

    private func bounds(_ low: String?, _ high: String?, unit: String = "") -> String {
        switch (low, high) {
        case (let low?, let high?): low == high ? " of \(low)\(unit)" : " from \(low) to \(high)\(unit)"
        case (let low?, nil): " of \(low)\(unit) or more"
        case (nil, let high?): " of \(high)\(unit) or less"
        case (nil, nil): ""
        }
    }
}

extension ValueSchema {
    /// The keywords of this schema as members of a JSON Schema object.
    public var keywords: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if let kind {
            members["type"] = isNullable ? [.string(kind.rawValue), "null"] : .string(kind.rawValue)
        }
        if let format { members["format"] = .string(format.rawValue) }
        if !choices.isEmpty { members["enum"] = .array(isNullable ? choices + [.null] : choices) }
        for (keyword, number) in [("minimum", minimum), ("maximum", maximum)] {
            members[keyword] = number.map { number in Int64(exactly: number).map(JSONValue.int) ?? .double(number) }
        }
        if let pattern { members["pattern"] = .string(pattern) }
        let counts = [
            ("minLength", minLength), ("maxLength", maxLength), ("minItems", minItems), ("maxItems", maxItems),
        ]
        for (keyword, count) in counts { members[keyword] = count.map { .int(Int64($0)) } }
        if let items { members["items"] = .object(items.keywords) }
        return members
    }

    /// Reads the keywords of a JSON Schema object; what this subset does not know is left out, and so accepts more.
    public init(keywords schema: JSONValue) {
        let types = schema["type"]?.arrayValue ?? schema["type"].map { [$0] } ?? []
        let names = types.compactMap(\.stringValue)
        let kinds = names.compactMap(Kind.init(rawValue:))
        let choices = schema["enum"]?.arrayValue ?? []
        func count(_ keyword: String) -> Int? { schema[keyword]?.intValue.flatMap { Int(exactly: $0) } }
        self.init(
            kinds.count == 1 ? kinds.first : nil,
            isNullable: names.contains("null"),
            format: schema["format"]?.stringValue.flatMap(Format.init(rawValue:)),
            choices: choices.filter { !$0.isNull },
            minimum: schema["minimum"]?.doubleValue,
            maximum: schema["maximum"]?.doubleValue,
            pattern: schema["pattern"]?.stringValue,
            minLength: count("minLength"),
            maxLength: count("maxLength"),
            minItems: count("minItems"),
            maxItems: count("maxItems"),
            items: schema["items"].map(ValueSchema.init(keywords:))
        )
    }
}

/// What one value may be: the part of JSON Schema 2020-12 that parameters use.
///
/// Source: <https://json-schema.org/draft/2020-12/json-schema-validation>
public struct ValueSchema: Sendable, Hashable {
    /// The JSON types a parameter can have.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case integer, number, string, boolean, array, object
    }

    /// How the text of a string is read further.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// A day: `2020-07-01`.
        case date
        /// An instant in RFC 3339: `2020-07-01T00:00:00Z`.
        case dateTime = "date-time"
        /// A length of time in ISO 8601, without years and months: `PT1H30M`.
        case duration
    }

    /// The type; `nil` where any type is accepted, or ``alternatives`` tell.
    public var kind: Kind?
    /// Whether `null` is accepted besides.
    public var isNullable: Bool
    /// How a string is read further.
    public var format: Format?
    /// The only values accepted; empty where every value of the type is.
    public var choices: [JSONValue]
    /// The least value accepted: a number, or the text of a day, an instant or a duration where ``format`` is that.
    public var minimum: JSONValue?
    /// The greatest value accepted.
    public var maximum: JSONValue?
    /// A regular expression found somewhere in an accepted string.
    public var pattern: String?
    /// The least number of characters of a string.
    public var minLength: Int?
    /// The greatest number of characters of a string.
    public var maxLength: Int?
    /// The least number of elements of an array, or of members of an object that is a dictionary.
    public var minItems: Int?
    /// The greatest number of these.
    public var maxItems: Int?
    /// The members of an object, in the author's order; no others are accepted. `nil` where it may have any.
    public var members: [ParameterSchema.Property]?
    /// What a value may be instead: one of these must accept it, and they alone tell. Empty where there is no choice.
    public var alternatives: [ValueSchema]
    private var elementSchema: [ValueSchema]
    private var dictionarySchema: [ValueSchema]

    /// A schema that accepts values of `kind`, or any value where that is `nil`.
    public init(
        _ kind: Kind?, isNullable: Bool = false, format: Format? = nil, choices: [JSONValue] = [],
        minimum: JSONValue? = nil, maximum: JSONValue? = nil, pattern: String? = nil, minLength: Int? = nil,
        maxLength: Int? = nil, minItems: Int? = nil, maxItems: Int? = nil, items: ValueSchema? = nil,
        members: [ParameterSchema.Property]? = nil, values: ValueSchema? = nil, alternatives: [ValueSchema] = []
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
        self.members = members
        self.alternatives = alternatives
        elementSchema = items.map { [$0] } ?? []
        dictionarySchema = values.map { [$0] } ?? []
    }

    /// What the elements of an array may be; `nil` where they may be anything.
    public var items: ValueSchema? {
        get { elementSchema.first }
        set { elementSchema = newValue.map { [$0] } ?? [] }
    }

    /// What the members of an object that is a dictionary may be; `nil` where they may be anything.
    public var values: ValueSchema? {
        get { dictionarySchema.first }
        set { dictionarySchema = newValue.map { [$0] } ?? [] }
    }

    /// Whether something in a value of it is a secret.
    public var holdsSecret: Bool {
        members?.contains { $0.isSecret || $0.value.holdsSecret } == true || items?.holdsSecret == true
            || values?.holdsSecret == true || alternatives.contains(where: \.holdsSecret)
    }
}

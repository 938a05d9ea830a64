/// The parameters of one flow, in the author's order: what they are called, what they accept, what they default to.
///
/// Its wire form is a JSON Schema 2020-12 object. API, command line and container validate with the same code.
///
/// Source: <https://json-schema.org/draft/2020-12>
public struct ParameterSchema: Sendable, Hashable {
    /// One parameter.
    public struct Property: Sendable, Hashable {
        /// The name it is given by.
        public var name: String
        /// What its values may be.
        public var value: ValueSchema
        /// What it is for, in a sentence; empty where the author wrote none.
        public var description: String
        /// A name for people; `nil` where `name` serves.
        public var title: String?
        /// The value where none is given; `nil` where it has none.
        public var defaultValue: JSONValue?
        /// Whether a value must be given.
        public var isRequired: Bool
        /// The type of the block that the value names, such as `gcs-bucket`.
        public var block: String?
        /// Whether the value is a secret, shown nowhere.
        public var isSecret: Bool
        /// Whether the value is a template that the flow fills in itself, so that nobody else does.
        public var isTemplate: Bool

        /// A parameter; without a default value it is required unless `isRequired` says otherwise.
        public init(
            _ name: String, _ value: ValueSchema, description: String = "", title: String? = nil,
            defaultValue: JSONValue? = nil, isRequired: Bool? = nil, block: String? = nil, isSecret: Bool = false,
            isTemplate: Bool = false
        ) {
            self.name = name
            self.value = value
            self.description = description
            self.title = title
            self.defaultValue = defaultValue
            self.isRequired = isRequired ?? (defaultValue == nil && !value.isNullable)
            self.block = block
            self.isSecret = isSecret
            self.isTemplate = isTemplate
        }
    }

    /// The parameters in the author's order.
    public var properties: [Property]
    /// Whether the flow knows that texts with places to fill are filled in when a run is made; one built before that was
    /// done may have texts of its own with such places.
    public var knowsTemplates: Bool

    /// A schema of these parameters.
    public init(_ properties: [Property] = [], knowsTemplates: Bool = true) {
        self.properties = properties
        self.knowsTemplates = knowsTemplates
    }

    /// The defaults of the parameters that have one.
    public var defaults: [String: JSONValue] {
        var defaults: [String: JSONValue] = [:]
        for property in properties { defaults[property.name] = property.defaultValue }
        return defaults
    }

    /// The parameter of that name.
    public subscript(_ name: String) -> Property? {
        properties.first { $0.name == name }
    }
}

extension ParameterSchema: Codable {
    /// Reads a JSON Schema object; properties are ordered by `position`, then by name.
    public init(from decoder: any Decoder) throws {
        self.init(schema: try JSONValue(from: decoder))
    }

    /// Writes a JSON Schema object.
    public func encode(to encoder: any Encoder) throws {
        try schema.encode(to: encoder)
    }

    /// The JSON Schema object.
    public var schema: JSONValue {
        var members = Self.keywords(of: properties)
        members["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        members["type"] = "object"
        if knowsTemplates { members["x-orch-templates"] = true }
        return .object(members)
    }

    /// Reads a JSON Schema object; keywords outside the subset are ignored.
    public init(schema: JSONValue) {
        self.init(Self.members(of: schema), knowsTemplates: schema["x-orch-templates"]?.boolValue ?? false)
    }

    /// The keywords that tell an object's members.
    static func keywords(of properties: [Property]) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for (position, property) in properties.enumerated() {
            members[property.name] = .object(property.keywords(position: position))
        }
        return [
            "properties": .object(members),
            "required": .array(properties.filter(\.isRequired).map { .string($0.name) }),
            "additionalProperties": false,
        ]
    }

    /// An object's members as its keywords tell them; ordered by `position`, then by name.
    static func members(of schema: JSONValue) -> [Property] {
        let required = Set(schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        let members = schema["properties"]?.objectValue ?? [:]
        let ordered = members.sorted {
            ($0.value["position"]?.intValue ?? .max, $0.key) < ($1.value["position"]?.intValue ?? .max, $1.key)
        }
        return ordered.map { name, keywords in
            Property(
                name, ValueSchema(keywords: keywords),
                description: keywords["description"]?.stringValue ?? "",
                title: keywords["title"]?.stringValue,
                defaultValue: keywords["default"],
                isRequired: required.contains(name),
                block: keywords["x-orch-block"]?.stringValue,
                isSecret: keywords["writeOnly"]?.boolValue ?? false,
                isTemplate: keywords["x-orch-template"]?.boolValue ?? false
            )
        }
    }
}

extension ParameterSchema.Property {
    /// The keywords of this property as members of a JSON Schema object.
    fileprivate func keywords(position: Int) -> [String: JSONValue] {
        var members = value.keywords
        members["position"] = .int(Int64(position))
        if !description.isEmpty { members["description"] = .string(description) }
        if let title { members["title"] = .string(title) }
        if let defaultValue { members["default"] = defaultValue }
        if let block { members["x-orch-block"] = .string(block) }
        if isSecret { members["writeOnly"] = true }
        if isTemplate { members["x-orch-template"] = true }
        return members
    }
}

/// A named parameter of a query, `@name` in its text.
///
/// Maps to [`QueryParameter`](https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter).
package struct BigQueryParameter: Sendable, Hashable, Encodable {
    /// Without the `@`.
    package let name: String
    /// The type of the value.
    package let type: BigQueryField.Kind
    /// The value as text in BigQuery's form; nil is null.
    package let value: String?

    /// A parameter of any scalar type.
    package init(_ name: String, _ type: BigQueryField.Kind, _ value: String?) {
        self.name = name
        self.type = type
        self.value = value
    }

    private enum Keys: String, CodingKey { case name, parameterType, parameterValue }
    private struct ParameterType: Encodable { let type: BigQueryField.Kind }
    private struct ParameterValue: Encodable {
        let value: String?
        enum Keys: String, CodingKey { case value }

        /// Null is written out: a value that is absent is another thing.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(value, forKey: .value)
        }
    }

    /// Encodes the resource.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .name)
        try container.encode(ParameterType(type: type), forKey: .parameterType)
        try container.encode(ParameterValue(value: value), forKey: .parameterValue)
    }
}

/// A column of a table or a result.
///
/// Maps to [`TableFieldSchema`](https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema).
package struct BigQueryField: Sendable, Hashable, Codable {
    /// Whether a column may be null or holds many values.
    package struct Mode: RawRepresentable, Sendable, Hashable, Codable {
        /// As BigQuery writes it.
        package let rawValue: String
        /// A mode by its name.
        package init(rawValue: String) { self.rawValue = rawValue }
        /// Null is allowed; the default.
        package static let nullable = Mode(rawValue: "NULLABLE")
        /// Null is refused.
        package static let required = Mode(rawValue: "REQUIRED")
        /// An array.
        package static let repeated = Mode(rawValue: "REPEATED")
    }

    /// The type of a column's values, under its standard SQL name; BigQuery's old names compare equal.
    package struct Kind: RawRepresentable, Sendable, Hashable, Codable {
        /// The standard name, such as `INT64`.
        package let rawValue: String
        /// A type by its name, old or standard: `INTEGER` becomes `INT64`.
        package init(rawValue: String) {
            let name = rawValue.uppercased()
            self.rawValue = Self.standardNames[name] ?? name
        }
        /// Whole numbers of 64 bits.
        package static let int64 = Kind(rawValue: "INT64")
        /// Floating-point numbers of 64 bits.
        package static let float64 = Kind(rawValue: "FLOAT64")
        /// Decimal numbers, 38 digits, 9 of them after the point.
        package static let numeric = Kind(rawValue: "NUMERIC")
        /// True or false.
        package static let bool = Kind(rawValue: "BOOL")
        /// Unicode text.
        package static let string = Kind(rawValue: "STRING")
        /// Bytes, base64 in answers.
        package static let bytes = Kind(rawValue: "BYTES")
        /// A calendar day.
        package static let date = Kind(rawValue: "DATE")
        /// A wall time without a zone.
        package static let datetime = Kind(rawValue: "DATETIME")
        /// A time of day.
        package static let time = Kind(rawValue: "TIME")
        /// An instant.
        package static let timestamp = Kind(rawValue: "TIMESTAMP")
        /// A group of fields.
        package static let record = Kind(rawValue: "STRUCT")

        private static let standardNames = [
            "INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT", "DECIMAL": "NUMERIC",
        ]
    }

    /// The column's name.
    package let name: String
    /// The type of its values.
    package let type: Kind
    /// Nullable where BigQuery says nothing.
    package let mode: Mode
    /// The fields of a `STRUCT`.
    package let fields: [BigQueryField]?

    /// A column.
    ///
    /// - Parameters:
    ///   - mode: Defaults to nullable.
    ///   - fields: Of a `STRUCT`; nil for other types.
    package init(_ name: String, _ type: Kind, mode: Mode = .nullable, fields: [BigQueryField]? = nil) {
        self.name = name
        self.type = type
        self.mode = mode
        self.fields = fields
    }

    private enum CodingKeys: String, CodingKey {
        case name, type, mode, fields
    }

    /// Decodes the resource.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        type = Kind(rawValue: try container.decode(String.self, forKey: .type))
        mode = try container.decodeIfPresent(Mode.self, forKey: .mode) ?? .nullable
        fields = try container.decodeIfPresent([BigQueryField].self, forKey: .fields)
    }
}

/// Maps to [`TableSchema`](https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableSchema).
struct BigQuerySchema: Codable {
    let fields: [BigQueryField]?
}

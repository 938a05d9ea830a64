package import FoundationEssentials

/// A table, as BigQuery describes it.
///
/// Maps to the [table resource](https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table).
package struct BigQueryTable: Sendable, Hashable {
    /// `TABLE`, `VIEW`, `EXTERNAL`, …; nil where a server does not say.
    package let kind: String?
    /// The columns.
    package let fields: [BigQueryField]
    /// How its rows are divided, if they are.
    package let partitioning: BigQueryPartitioning?
    /// Rows, without those still in the streaming buffer; nil for views.
    package let rows: Int64?
    /// Where it lies.
    package let location: String?
    /// When it was made, in milliseconds since 1970.
    package let created: Int64?
}

extension BigQueryTable: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, schema, timePartitioning, numRows, location, creationTime
    }

    /// Decodes the resource; 64-bit numbers come as strings.
    package init(from decoder: any Decoder) throws {
        let resource = try decoder.container(keyedBy: CodingKeys.self)
        kind = try resource.decodeIfPresent(String.self, forKey: .type)
        fields = try resource.decodeIfPresent(BigQuerySchema.self, forKey: .schema)?.fields ?? []
        partitioning = try resource.decodeIfPresent(BigQueryPartitioning.self, forKey: .timePartitioning)
        rows = try resource.decodeIfPresent(TextualInt64.self, forKey: .numRows)?.value
        location = try resource.decodeIfPresent(String.self, forKey: .location)
        created = try resource.decodeIfPresent(TextualInt64.self, forKey: .creationTime)?.value
    }
}

/// How a table's rows are divided by time.
///
/// Maps to [`TimePartitioning`](https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TimePartitioning).
package struct BigQueryPartitioning: Sendable, Hashable, Codable {
    /// `HOUR`, `DAY`, `MONTH` or `YEAR`.
    package let type: String
    /// The column; nil for the time of loading.
    package let field: String?

    /// A partition for each month of a date column.
    package static func month(of field: String) -> BigQueryPartitioning {
        BigQueryPartitioning(type: "MONTH", field: field)
    }
}

/// A table of a dataset's listing.
package struct BigQueryTableListing: Sendable, Hashable {
    /// Without the dataset.
    package let name: String
    /// When it was made, where the server says.
    package let created: Date?
}

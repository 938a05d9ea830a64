/// What a query brought.
package struct BigQueryResult: Sendable, Hashable {
    /// The job that ran it.
    package let job: BigQueryJob
    /// The columns; of a script, those of its last statement that has any.
    package let fields: [BigQueryField]
    /// All rows.
    package let rows: [BigQueryRow]
    /// Rows changed, for DML.
    package let numDmlAffectedRows: Int64?
}

/// A row; values stand in the order of the result's fields.
package struct BigQueryRow: Sendable, Hashable {
    /// The columns' names.
    package let names: [String]
    /// One value for each column.
    package let values: [BigQueryValue]

    /// The scalar in a column, as text; nil for null, for an array, a struct, and for a column that is not there.
    package subscript(name: String) -> String? {
        guard let index = names.firstIndex(of: name), case .scalar(let text) = values[index] else { return nil }
        return text
    }
}

/// A value as BigQuery writes it.
///
/// Numbers, dates and texts are text; `TIMESTAMP` is microseconds since 1970 UTC, where the server heeds
/// `formatOptions.useInt64Timestamp`, as Google's does. See
/// <https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults>.
package indirect enum BigQueryValue: Sendable, Hashable {
    /// No value.
    case null
    /// A value of a scalar type.
    case scalar(String)
    /// The values of a repeated column.
    case array([BigQueryValue])
    /// The values of a struct's fields.
    case record([BigQueryValue])
}

extension BigQueryValue: Decodable {
    private struct Cell: Decodable { let v: BigQueryValue }
    private struct Record: Decodable { let f: [Cell] }

    /// Decodes what stands under `v`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .scalar(text)
        } else if let cells = try? container.decode([Cell].self) {
            self = .array(cells.map(\.v))
        } else {
            self = .record(try container.decode(Record.self).f.map(\.v))
        }
    }
}

/// Maps to the answer of
/// [`jobs.getQueryResults`](https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults).
struct BigQueryResultPage: Decodable {
    struct Row: Decodable {
        struct Cell: Decodable { let v: BigQueryValue }
        let f: [Cell]
    }
    let jobComplete: Bool
    let schema: BigQuerySchema?
    let rows: [Row]?
    let pageToken: String?
    let numDmlAffectedRows: TextualInt64?
}

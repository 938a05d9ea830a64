/// How values of a file's column become values of the declared type. Each pair of types has exactly one rule.
package enum CoercionRule: String, Sendable, Hashable, CaseIterable {
    /// The values are taken as they are. Times and dates outside of the years 1 to 9999 are refused, as BigQuery holds
    /// no others: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#datetime_type
    case same
    /// Every value has one of the same meaning: a wider number, the midnight of a date, 0 and 1 of false and true.
    case widened
    /// A value is taken where it is exactly one of the declared type, such as 1.0 as 1, and else refused.
    case exact
    /// A text is read as a CSV field is, synonyms included; blanks are NULL; any other text is refused.
    case parsed
    /// A value becomes the text that a CSV file would hold: whole numbers without a fraction, ISO 8601 dates.
    case written
    /// There is no way that would not be a guess, such as a number as a time of unknown unit.
    case refused

    /// The rule of a pair of types.
    package static func of(_ source: ColumnType, to target: ColumnType) -> CoercionRule {
        switch (source, target) {
        case (.int64, .int64), (.int32, .int32), (.double, .double), (.text, .text), (.timestamp, .timestamp),
            (.date, .date), (.bool, .bool):
            .same
        case (.int32, .int64), (.int32, .double), (.bool, .int64), (.bool, .int32), (.date, .timestamp): .widened
        case (.int64, .int32), (.int64, .double), (.double, .int64), (.double, .int32), (.timestamp, .date),
            (.int64, .bool), (.int32, .bool):
            .exact
        case (.text, _): .parsed
        case (_, .text): .written
        // A unit or a calendar would have to be guessed; a measure is no truth.
        case (.int64, .timestamp), (.int64, .date), (.int32, .timestamp), (.int32, .date), (.double, .timestamp),
            (.double, .date), (.double, .bool), (.timestamp, .int64), (.timestamp, .int32), (.timestamp, .double),
            (.timestamp, .bool), (.date, .int64), (.date, .int32), (.date, .double), (.date, .bool), (.bool, .double),
            (.bool, .timestamp), (.bool, .date):
            .refused
        }
    }

    /// Whether the two types are of one kind (numbers; times), so that files have come with either and mean the same.
    package static func areAlike(_ source: ColumnType, _ target: ColumnType) -> Bool {
        switch (source, target) {
        case (.int64, .int64), (.int64, .int32), (.int64, .double), (.int32, .int64), (.int32, .int32),
            (.int32, .double), (.double, .int64), (.double, .int32), (.double, .double):
            true
        default: source == target
        }
    }
}

/// Why a file's column cannot become the declared one at all.
package enum CoercionError: Error, Sendable, Equatable {
    /// No rule leads from the one type to the other. `column` is the declared name.
    case noRule(column: String, from: ColumnType, to: ColumnType)
    /// A value is none of the declared type. Rows count from 1 in the file.
    case invalidValue(row: Int64, column: String, expected: ColumnType, got: String)
}

extension CoercionError: CustomStringConvertible {
    /// What failed, where, what was expected and got, and what to do.
    package var description: String {
        switch self {
        case .noRule(let column, let source, let target):
            "Column \(column): expected \(target.description), got \(source.description) in its place. What it stands "
                + "for would be a guess; write the column anew with the declared type."
        case .invalidValue(let row, let column, let expected, let got):
            "In row \(row), column \(column): expected \(expected.description), got \"\(got)\". Correct the value, or "
                + "choose to reject such rows or to read such values as NULL."
        }
    }
}

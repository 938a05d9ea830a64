/// Values and names as GoogleSQL writes them. Scripts need them in their text, as emulators hand no parameters to
/// scripts; see <https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical>.
enum BigQuerySQL {
    /// A quoted text.
    static func text(_ value: String) -> String {
        var quoted = "'"
        for scalar in value.unicodeScalars {
            switch scalar {
            case "'", "\\": quoted += "\\" + String(scalar)
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "'"
    }

    /// The first day of a month.
    static func date(_ month: FileMonth) -> String { "DATE '\(month.firstDay)'" }

    /// A table's name, each part in back quotes; no part can hold one, see `BigQueryName`.
    static func name(_ parts: String...) -> String { parts.map { "`\($0)`" }.joined(separator: ".") }
}

import OrchModel

/// Columns of text, as wide as their widest cell.
struct Table {
    var header: [String]
    var rows: [[String]]
    /// What is said where there are no rows.
    var empty: String

    /// The table as lines, each with a newline; two blanks between columns, none at the end.
    var text: String {
        guard !rows.isEmpty else { return empty + "\n" }
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: max(0, widths[column] - cell.count))
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    /// Facts about one thing, name and value; a missing value leaves its line out.
    static func facts(_ pairs: [(String, String?)]) -> String {
        let shown = pairs.compactMap { name, value in value.map { (name, $0) } }
        let width = shown.map(\.0.count).max() ?? 0
        return shown.map { name, value in
            name + ":" + String(repeating: " ", count: width - name.count + 1) + value + "\n"
        }.joined()
    }
}

extension Duration {
    /// For people: `0.32 s`, `12.4 s`, `3 m 07 s`, `2 h 05 m`.
    var brief: String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        if seconds < 1 { return "\((seconds * 100).rounded() / 100) s" }
        if seconds < 60 { return "\((seconds * 10).rounded() / 10) s" }
        let whole = Int64(seconds)
        if whole < 3600 { return "\(whole / 60) m \(whole % 60) s" }
        if whole < 86_400 { return "\(whole / 3600) h \(whole / 60 % 60) m" }
        return "\(whole / 86_400) d \(whole / 3600 % 24) h"
    }
}

extension Timestamp {
    /// How long ago, seen from `now`: `12 s ago`.
    func ago(at now: Timestamp) -> String { (now - self).brief + " ago" }
    /// To the second, in UTC: `2020-07-01 00:15:13`.
    var brief: String { String(description.prefix(19).map { $0 == "T" ? " " : $0 }) }
}

/// Which of a file's columns feed which of the declared ones.
package struct HeaderMapping: Sendable, Equatable {
    /// The file's column names, as they stand there without surrounding blanks.
    package let header: [String]
    /// For each declared column the file's columns that feed it: the first that is not blank in a row wins.
    package let sources: [[Int]]
    /// Declared columns that the file does not have; they are NULL in every row.
    package let missing: [String]
    /// The file's columns that are not declared; they are not read. A column without a name is `column 1`.
    package let unknown: [String]

    /// Maps a header to a schema. Case and blanks around a name do not matter, aliases count as names.
    /// - Throws: `missingColumns` when a required column is absent, `duplicateColumn` when one name stands twice.
    package init(header names: [String], schema: TableSchema) throws(CSVError) {
        header = names
        let keys = names.map(Self.key)
        var isUsed = [Bool](repeating: false, count: names.count)
        var sources: [[Int]] = []
        for column in schema.columns {
            var found: [Int] = []
            for name in [column.name] + column.aliases {
                let matches = keys.indices.filter { keys[$0] == Self.key(name) }
                if matches.count > 1 {
                    throw .duplicateColumn(name: names[matches[1]], first: matches[0] + 1, second: matches[1] + 1)
                }
                for match in matches where !isUsed[match] {
                    isUsed[match] = true
                    found.append(match)
                }
            }
            sources.append(found)
        }
        self.sources = sources
        missing = zip(schema.columns, sources).filter(\.1.isEmpty).map(\.0.name)
        unknown = names.indices.filter { !isUsed[$0] }.map { keys[$0].isEmpty ? "column \($0 + 1)" : names[$0] }
        let required = schema.columns.filter { $0.isRequired && missing.contains($0.name) }.map(\.name)
        guard required.isEmpty else { throw .missingColumns(required, header: names) }
    }

    private static func key(_ name: String) -> String {
        String(name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()).lowercased()
    }
}

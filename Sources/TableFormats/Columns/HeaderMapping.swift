/// Which of a file's columns feed which of the declared ones.
package struct HeaderMapping: Sendable, Equatable {
    /// A declared column that stands in the file under another name, or the same in other letters.
    package struct Renaming: Sendable, Hashable {
        /// The name in the file, without surrounding blanks.
        package let header: String
        /// The declared name.
        package let column: String
    }

    /// The file's column names, as they stand there without surrounding blanks.
    package let header: [String]
    /// For each declared column the file's columns that feed it: the first that is not blank in a row wins. One of the
    /// file's may feed several declared ones, where those say that they share it.
    package let sources: [[Int]]
    /// Declared columns that the file does not have; they are NULL in every row.
    package let missing: [String]
    /// The file's columns that are not declared; they are not read. A column without a name is `column 1`.
    package let unknown: [String]
    /// Where in the header those stand, counted from 0.
    package let unknownPlaces: [Int]
    /// Declared columns that the file names otherwise, in the order of the declared ones.
    package let renamed: [Renaming]

    /// Maps a header to a schema. Case and blanks around a name do not matter, aliases count as names.
    /// - Throws: `missingColumns` when a required column is absent, `duplicateColumn` when one name stands twice.
    package init(header names: [String], schema: TableSchema) throws(CSVError) {
        header = names
        let keys = names.map(Self.key)
        let places = Dictionary(grouping: keys.indices) { keys[$0] }
        var isUsed = [Bool](repeating: false, count: names.count)
        var sources: [[Int]] = []
        var renamed: [Renaming] = []
        for column in schema.columns {
            var found: [Int] = []
            for name in [column.name] + column.aliases {
                let matches = places[Self.key(name)] ?? []
                if matches.count > 1 {
                    throw .duplicateColumn(name: names[matches[1]], first: matches[0] + 1, second: matches[1] + 1)
                }
                guard let match = matches.first, column.sharesSource || !isUsed[match] else { continue }
                if !column.sharesSource { isUsed[match] = true }
                found.append(match)
                if names[match] != column.name { renamed.append(Renaming(header: names[match], column: column.name)) }
            }
            sources.append(found)
        }
        for match in zip(schema.columns, sources).flatMap(\.1) { isUsed[match] = true }
        self.sources = sources
        self.renamed = renamed
        let missing = zip(schema.columns, sources).filter(\.1.isEmpty).map(\.0)
        self.missing = missing.map(\.name)
        unknownPlaces = names.indices.filter { !isUsed[$0] }
        unknown = unknownPlaces.map { keys[$0].isEmpty ? "column \($0 + 1)" : names[$0] }
        let required = missing.filter(\.isRequired).map(\.name)
        guard required.isEmpty else { throw .missingColumns(required, header: names) }
    }

    /// What two names have in common that stand for the same column: no surrounding blanks, lower case.
    package static func key(_ name: String) -> String {
        var name = name.drop { $0.isWhitespace }
        while name.last?.isWhitespace == true { name.removeLast() }
        return name.lowercased()
    }
}

import TableFormats

extension TaxiDataset {
    /// A column of a file that is declared for no month of its colour, and what it would be in a table.
    struct NewColumn: Equatable {
        /// The name in the file.
        let header: String
        /// The column of a table.
        let definition: ColumnDefinition
    }

    /// The most columns that one file adds; more of them are a file of another kind.
    static let maximumNewColumns = 64

    /// The file's columns that a table could take in. CSV has no types and its columns become texts; Parquet's keep
    /// theirs. Left out are columns without a name or a type, and names that come twice.
    func newColumns(of header: FileHeader) -> [NewColumn] {
        let declared = unionSchema.columns.flatMap { [$0.name] + $0.aliases }.map(HeaderMapping.key)
        var taken = Set(declared)
        let twice = Dictionary(grouping: header.names, by: HeaderMapping.key).filter { $0.value.count > 1 }.keys
        var found: [NewColumn] = []
        for column in header.columns where found.count < Self.maximumNewColumns {
            let key = HeaderMapping.key(column.name)
            guard !taken.contains(key), !twice.contains(key), let name = Self.tableName(column.name),
                let type = header.format == .csv ? .text : column.type
            else { continue }
            guard taken.insert(HeaderMapping.key(name)).inserted else { continue }
            taken.insert(key)
            let aliases = HeaderMapping.key(name) == key ? [] : [column.name]
            found.append(NewColumn(header: column.name, definition: ColumnDefinition(name, type, aliases: aliases)))
        }
        return found
    }

    /// A name that every sink takes: letters, digits and underscores of ASCII, no digit first, at most 63 bytes.
    /// https://cloud.google.com/bigquery/docs/schemas#column_names,
    /// https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
    static func tableName(_ header: String) -> String? {
        var name = ""
        for scalar in header.unicodeScalars {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isPlain {
                name.unicodeScalars.append(scalar)
            } else if !name.isEmpty, !name.hasSuffix("_") {
                name.append("_")
            }
        }
        while name.hasSuffix("_") { name.removeLast() }
        guard let first = name.unicodeScalars.first else { return nil }
        if ("0"..."9").contains(first) { name = "_" + name }
        return String(name.prefix(63))
    }
}

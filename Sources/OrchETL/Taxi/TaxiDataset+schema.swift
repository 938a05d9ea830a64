package import TableFormats

extension TaxiDataset {
    /// Changes whenever the declared columns do; files carry it in their metadata.
    package static let schemaVersion = "2"

    /// The column that says which month's file a row came from.
    package static let fileMonth = ColumnDefinition("file_month", .date)

    /// The columns that the month's table has whatever its file holds, without `file_month`: those that every table of
    /// the colour has, and those that were published in the month besides.
    package var fileSchema: TableSchema {
        TableSchema(color.columns.filter { $0.isInTable(of: month) }.map(\.definition))
    }

    /// `fileSchema` and `file_month`.
    package var tableSchema: TableSchema { fileSchema.adding(Self.fileMonth) }

    /// The columns of all of the colour's months, and `file_month`.
    package var unionSchema: TableSchema {
        TableSchema(color.columns.map(\.definition)).adding(Self.fileMonth)
    }

    /// The columns to read from a file: those of `fileSchema`, then what the file has besides of the colour's other
    /// declared columns, then, where the policy is `evolve`, what nobody has declared. A table of a narrower schema has
    /// to be widened by the latter two before the rows go there.
    package func fileSchema(of header: FileHeader, under policy: DriftPolicy) -> TableSchema {
        let names = Set(header.names.map(HeaderMapping.key))
        var columns = color.columns.filter { column in
            if column.isInTable(of: month) { return true }
            let definition = column.definition
            // What shares its source is the old text of a code; the code itself is there in any month.
            return !definition.sharesSource
                && ([definition.name] + definition.aliases).contains { names.contains(HeaderMapping.key($0)) }
        }.map(\.definition)
        if policy == .evolve { columns += newColumns(of: header).map(\.definition) }
        return TableSchema(columns)
    }

    /// The columns of the table that a file's rows fit: `fileSchema(of:under:)` and `file_month`.
    package func tableSchema(of header: FileHeader, under policy: DriftPolicy) -> TableSchema {
        fileSchema(of: header, under: policy).adding(Self.fileMonth)
    }
}

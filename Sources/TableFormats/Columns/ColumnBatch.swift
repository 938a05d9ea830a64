/// Some rows of a table, column by column.
package struct ColumnBatch: Sendable, Equatable {
    /// The table's columns, in the order of `columns`.
    package let schema: TableSchema
    /// One column for each of the schema's.
    package let columns: [Column]
    /// How many rows each column holds.
    package let rowCount: Int

    /// A batch of columns that agree with the schema in number, type and length.
    package init(schema: TableSchema, columns: [Column], rowCount: Int) {
        precondition(columns.count == schema.columns.count, "a batch holds one column for each of its schema")
        for (column, definition) in zip(columns, schema.columns) {
            precondition(
                column.type == definition.type && column.count == rowCount, "column \(definition.name) differs")
        }
        self.schema = schema
        self.columns = columns
        self.rowCount = rowCount
    }

    /// The column of exactly this name.
    package subscript(name: String) -> Column? {
        schema.index(of: name).map { columns[$0] }
    }

    /// The rows whose flag in `keep` is set, in order.
    package func filtered(by keep: [Bool]) -> ColumnBatch {
        selecting(RowSelection(keep))
    }

    /// The selected rows, in order; this very batch where all are.
    package func selecting(_ rows: RowSelection) -> ColumnBatch {
        guard rows.count < rowCount else { return self }
        return ColumnBatch(schema: schema, columns: columns.map { $0.selecting(rows) }, rowCount: rows.count)
    }

    /// This batch with one more column at its end.
    package func adding(_ column: Column, as definition: ColumnDefinition) -> ColumnBatch {
        ColumnBatch(schema: schema.adding(definition), columns: columns + [column], rowCount: rowCount)
    }
}

/// Turns the columns of a file that carries its own types (Parquet) into batches of the declared schema. Pure; any
/// thread.
package struct BatchCoercion: Sendable {
    /// The declared columns.
    package let schema: TableSchema
    /// Which of the file's columns feed which of the declared ones.
    package let mapping: HeaderMapping
    private let coercions: [[(source: Int, coercion: ColumnCoercion)]]

    /// A value that is none of its declared column's type.
    package struct Refusal: Sendable, Equatable {
        /// The row of the batch, counted from 0.
        package let row: Int
        /// The declared column.
        package let column: String
        /// What the column's values are.
        package let expected: ColumnType
        /// The value as text.
        package let value: String
    }

    /// What came of some rows.
    package struct Outcome: Sendable, Equatable {
        /// The rows, with NULL for each value that was refused.
        package var batch: ColumnBatch
        /// The refused values, by column and row.
        package var refusals: [Refusal]
        /// How many values were NaN and are NULL.
        package var nanCount = 0
    }

    /// Finds the rule of every column.
    /// - Parameter types: of the file's columns, in the order of the mapping's header; nil where all values are NULL or
    ///   the column cannot be read.
    /// - Throws: `CoercionError.noRule`.
    package init(schema: TableSchema, mapping: HeaderMapping, types: [ColumnType?]) throws(CoercionError) {
        precondition(types.count == mapping.header.count, "one type for each of the file's columns")
        var coercions: [[(source: Int, coercion: ColumnCoercion)]] = []
        for (definition, sources) in zip(schema.columns, mapping.sources) {
            var found: [(source: Int, coercion: ColumnCoercion)] = []
            for source in sources {
                guard let type = types[source] else { continue }
                found.append((source, try ColumnCoercion(from: type, to: definition)))
            }
            coercions.append(found)
        }
        self.schema = schema
        self.mapping = mapping
        self.coercions = coercions
    }

    /// The file's columns that are needed, by their place in the header, in order.
    package var sources: [Int] { Set(coercions.joined().map(\.source)).sorted() }

    /// Turns some rows.
    /// - Parameters:
    ///   - badValues: of the file's columns, by their place in the header; what could not even be read is refused too.
    ///   - column: answers the file's column at a place of the header; asked for `sources` alone.
    package func apply(
        rowCount: Int, badValues: [Int: [ParquetBadValue]] = [:], column: (Int) -> Column
    ) -> Outcome {
        var columns: [Column] = []
        var refusals: [Refusal] = []
        var nanCount = 0
        for (definition, sources) in zip(schema.columns, coercions) {
            var result: Column?
            for (source, coercion) in sources {
                let found = column(source)
                let outcome = coercion.apply(found)
                nanCount += outcome.nanCount
                for bad in badValues[source] ?? [] {
                    refusals.append(
                        Refusal(row: bad.row, column: definition.name, expected: definition.type, value: bad.text))
                }
                refusals += outcome.refusedRows.map { row in
                    Refusal(
                        row: row, column: definition.name, expected: definition.type,
                        value: CSVExcerpt.text(Array((found.text(at: row) ?? "").utf8)))
                }
                result = result.map { $0.filled(from: outcome.column) } ?? outcome.column
            }
            columns.append(result ?? .nulls(definition.type, count: rowCount))
        }
        return Outcome(
            batch: ColumnBatch(schema: schema, columns: columns, rowCount: rowCount), refusals: refusals,
            nanCount: nanCount)
    }
}

extension BatchCoercion.Outcome {
    /// The rows all of whose values were taken.
    package var acceptedRows: ColumnBatch {
        guard !refusals.isEmpty else { return batch }
        var keep = [Bool](repeating: true, count: batch.rowCount)
        for refusal in refusals { keep[refusal.row] = false }
        return batch.filtered(by: keep)
    }

    /// The rows as the policy wants them: with NULL in place of refused values, or without the rows that hold one.
    /// - Parameter firstRow: the file's rows before this batch.
    /// - Throws: `CoercionError.invalidValue` for the first refused value in the order of rows, where the policy is `fail`.
    package func rows(under policy: BadRecordPolicy, firstRow: Int64) throws(CoercionError) -> ColumnBatch {
        switch policy {
        case .null: return batch
        case .reject: return acceptedRows
        case .fail:
            guard let first = refusals.min(by: { $0.row < $1.row }) else { return batch }
            throw .invalidValue(
                row: firstRow + Int64(first.row) + 1, column: first.column, expected: first.expected, got: first.value)
        }
    }
}

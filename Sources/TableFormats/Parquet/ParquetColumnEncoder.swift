/// Turns the columns of row groups into column chunks. A pure function of its input: any number of threads may call it
/// at the same time, and equal rows give equal bytes.
package struct ParquetColumnEncoder: Sendable {
    private let schema: TableSchema
    private let options: ParquetOptions

    /// An encoder for files with these columns.
    /// - Throws: `unsupportedLevel` when the codec does not have the level.
    package init(schema: TableSchema, options: ParquetOptions = ParquetOptions()) throws(ParquetError) {
        try options.codec.pageCodec.check(level: options.codec.level)
        self.schema = schema
        self.options = options
    }

    /// Encodes one column of a row group.
    /// - Parameters:
    ///   - index: which of the schema's columns.
    ///   - segments: the row group's rows, cut anywhere; all of the column's type.
    /// - Throws: `compression` when there is no memory, `valueTooLong` for a text that no page can hold.
    package func encode(column index: Int, of segments: [Column]) throws(ParquetError) -> EncodedColumnChunk {
        let definition = schema.columns[index]
        precondition(segments.allSatisfy { $0.type == definition.type }, "a column of another type")
        return try options.encode(segments.filter { $0.count > 0 }, as: definition)
    }
}

/// Turns the fields of records into the declared columns.
final class RowConverter {
    let schema: TableSchema
    let mapping: HeaderMapping
    private let builders: [ColumnBuilder]
    private var unescaped: [UInt8] = []
    private(set) var rowCount = 0

    init(schema: TableSchema, mapping: HeaderMapping, capacity: Int) {
        self.schema = schema
        self.mapping = mapping
        builders = schema.columns.map { ColumnBuilder(type: $0.type, capacity: capacity) }
    }

    /// The rows collected so far; the converter is empty afterwards.
    func takeBatch() -> ColumnBatch {
        defer { rowCount = 0 }
        return ColumnBatch(schema: schema, columns: builders.map { $0.finish() }, rowCount: rowCount)
    }

    /// Adds a record. Answers nil, or the field of the file that is not a value of its column's type; then the
    /// columns are of unequal length and the converter is of no more use.
    func append(_ fields: [FieldSpan], of bytes: UnsafeBufferPointer<UInt8>) -> (field: Int, column: Int)? {
        for column in builders.indices {
            let sources = mapping.sources[column]
            guard let field = sources.first(where: { fields[$0].end > fields[$0].start }) else {
                builders[column].appendNull()
                continue
            }
            let span = fields[field]
            let slice = UnsafeBufferPointer(rebasing: bytes[span.start..<span.end])
            let isValue =
                span.hasEscapes
                ? unescape(slice).withUnsafeBufferPointer { append($0, to: builders[column]) }
                : append(slice, to: builders[column])
            guard isValue else { return (field, column) }
        }
        rowCount += 1
        return nil
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, to builder: ColumnBuilder) -> Bool {
        switch builder.type {
        case .int64: return append(FieldParser.int64(text), text, to: builder) { builder.append($0) }
        case .int32:
            return append(FieldParser.int64(text).flatMap { Int32(exactly: $0) }, text, to: builder) { builder.append($0) }
        case .double: return append(FieldParser.double(text), text, to: builder) { builder.append($0) }
        case .timestamp: return append(FieldParser.timestamp(text), text, to: builder) { builder.append($0) }
        case .date: return append(FieldParser.date(text), text, to: builder) { builder.append($0) }
        case .bool: return append(FieldParser.bool(text), text, to: builder) { builder.append($0) }
        case .text:
            guard FieldParser.isUTF8(text) else { return false }
            builder.append(utf8: text)
            return true
        }
    }

    /// Adds the value, or NULL where the field holds nothing but blanks.
    @inline(__always)
    private func append<Value>(
        _ value: Value?, _ text: UnsafeBufferPointer<UInt8>, to builder: ColumnBuilder, _ add: (Value) -> Void
    ) -> Bool {
        if let value {
            add(value)
            return true
        }
        guard text.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else { return false }
        builder.appendNull()
        return true
    }

    private func unescape(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        unescaped.removeAll(keepingCapacity: true)
        var isSecond = false
        for byte in text {
            if byte == UInt8(ascii: "\""), !isSecond {
                isSecond = true
                unescaped.append(byte)
            } else if byte != UInt8(ascii: "\"") {
                isSecond = false
                unescaped.append(byte)
            } else {
                isSecond = false
            }
        }
        return unescaped
    }
}

extension TextValues {
    /// The rows whose text has a NUL in it, which no sink takes for text.
    var rowsWithNUL: [Int] {
        var isFound = false
        for byte in bytes { isFound = isFound || byte == 0 }
        guard isFound else { return [] }
        return (0..<offsets.count - 1).filter { bytes[Int(offsets[$0])..<Int(offsets[$0 + 1])].contains(0) }
    }

    /// The texts with those that have synonyms replaced; NULL where the replacement is empty.
    func replacing(_ synonyms: SynonymTable, in column: Column) -> Column {
        bytes.withUnsafeBufferPointer { bytes in
            let first = (0..<column.count).first {
                column.isValid($0) && synonyms.replacement(for: text($0, bytes)) != nil
            }
            guard let first else { return column }
            let builder = ColumnBuilder(type: .text, capacity: column.count)
            builder.append(column, rows: 0..<first)
            for row in first..<column.count {
                let text = text(row, bytes)
                if !column.isValid(row) {
                    builder.appendNull()
                } else if let replacement = synonyms.replacement(for: text) {
                    if replacement.isEmpty {
                        builder.appendNull()
                    } else {
                        replacement.withUnsafeBufferPointer { builder.append(utf8: $0) }
                    }
                } else {
                    builder.append(utf8: text)
                }
            }
            return builder.finish()
        }
    }

    /// The texts read as values, as those of a CSV file would be.
    func parsed(as type: ColumnType, _ synonyms: SynonymTable, validity column: Column) -> ColumnCoercion.Outcome {
        let builder = ColumnBuilder(type: type, capacity: column.count)
        var refused: [Int] = []
        bytes.withUnsafeBufferPointer { bytes in
            for row in 0..<column.count {
                let text = text(row, bytes)
                guard column.isValid(row), !text.allSatisfy({ $0 <= 0x20 }) else {
                    builder.appendNull()
                    continue
                }
                guard !Self.append(text, to: builder) else { continue }
                let replacement = synonyms.replacement(for: text)
                let isValue = replacement?.withUnsafeBufferPointer { Self.append($0, to: builder) } ?? false
                guard !isValue else { continue }
                builder.appendNull()
                if replacement?.isEmpty != true { refused.append(row) }
            }
        }
        return ColumnCoercion.Outcome(column: builder.finish(), refusedRows: refused)
    }

    private func text(_ row: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(offsets[row])..<Int(offsets[row + 1])])
    }

    private static func append(_ text: UnsafeBufferPointer<UInt8>, to builder: ColumnBuilder) -> Bool {
        switch builder.type {
        case .int64: append(FieldParser.int64(text)) { builder.append($0) }
        case .int32: append(FieldParser.int64(text).flatMap { Int32(exactly: $0) }) { builder.append($0) }
        case .double: append(FieldParser.double(text)) { builder.append($0) }
        case .timestamp: append(FieldParser.timestamp(text)) { builder.append($0) }
        case .date: append(FieldParser.date(text)) { builder.append($0) }
        case .bool: append(FieldParser.bool(text)) { builder.append($0) }
        case .text: append(text) { builder.append(utf8: $0) }
        }
    }

    private static func append<Value>(_ value: Value?, _ add: (Value) -> Void) -> Bool {
        guard let value else { return false }
        add(value)
        return true
    }
}

/// Turns a column of a file into one of the declared type. Pure; any thread.
package struct ColumnCoercion: Sendable {
    /// How the values are turned.
    package let rule: CoercionRule
    private let source: ColumnType
    private let target: ColumnType
    private let synonyms: SynonymTable

    /// What came of a column.
    package struct Outcome: Sendable, Equatable {
        /// The values; NULL where a value was refused.
        package var column: Column
        /// The rows whose value is none of the declared type, in order.
        package var refusedRows: [Int]
        /// How many values were NaN, which is how floating point says that there is none; they are NULL.
        package var nanCount = 0
    }

    /// Finds the rule for values of `source` in a declared column. A column of which every value is NULL (Parquet's
    /// null type) may be of any type.
    /// - Throws: `CoercionError.noRule`.
    package init(
        from source: ColumnType, isAlwaysNull: Bool = false, to definition: ColumnDefinition
    ) throws(CoercionError) {
        let rule = isAlwaysNull ? .widened : CoercionRule.of(source, to: definition.type)
        guard rule != .refused else {
            throw .noRule(column: definition.name, from: source, to: definition.type)
        }
        self.rule = rule
        self.source = source
        target = definition.type
        synonyms = SynonymTable(definition.synonyms)
    }

    /// The values as those of the declared type.
    package func apply(_ column: Column) -> Outcome {
        precondition(column.type == source, "a coercion of \(source) met a column of \(column.type)")
        if column.hasNotFinite { return applyToFinite(column) }
        if column.nullCount == column.count, source != target {
            return Outcome(column: .nulls(target, count: column.count), refusedRows: [])
        }
        switch column.values {
        case .int64(let values): return source == .timestamp ? times(values, column) : numbers(values, column)
        case .int32(let values): return source == .date ? days(values, column) : numbers(values, column)
        case .double(let values): return numbers(values, column)
        case .bool(let values): return truths(values, column)
        case .text(let values): return texts(values, column)
        }
    }

    /// NaN becomes NULL, and an infinity is no value of any type.
    private func applyToFinite(_ column: Column) -> Outcome {
        let (missing, infinite) = (column.rowsOfNaN, column.rowsOfInfinity)
        var outcome = apply(column.nulling((missing + infinite).sorted()))
        outcome.refusedRows = (outcome.refusedRows + infinite).sorted()
        outcome.nanCount = missing.count
        return outcome
    }

    private func numbers(_ values: [Int64], _ column: Column) -> Outcome {
        switch target {
        case .int32: convert(values, column, { .int32($0) }) { Int32(exactly: $0) }
        case .double: convert(values, column, { .double($0) }) { Double(exactly: $0) }
        case .bool: convert(values, column, { .bool($0) }) { $0 == 0 || $0 == 1 ? $0 == 1 : nil }
        case .text: written(column)
        case .int64, .timestamp, .date: Outcome(column: column, refusedRows: [])
        }
    }

    private func numbers(_ values: [Int32], _ column: Column) -> Outcome {
        switch target {
        case .int64: convert(values, column, { .int64($0) }) { Int64($0) }
        case .double: convert(values, column, { .double($0) }) { Double($0) }
        case .bool: convert(values, column, { .bool($0) }) { $0 == 0 || $0 == 1 ? $0 == 1 : nil }
        case .text: written(column)
        case .int32, .timestamp, .date: Outcome(column: column, refusedRows: [])
        }
    }

    private func numbers(_ values: [Double], _ column: Column) -> Outcome {
        switch target {
        case .int64: convert(values, column, { .int64($0) }) { Int64(exactly: $0) }
        case .int32: convert(values, column, { .int32($0) }) { Int32(exactly: $0) }
        case .text: written(column)
        case .double, .timestamp, .date, .bool: Outcome(column: column, refusedRows: [])
        }
    }

    private func truths(_ values: [Bool], _ column: Column) -> Outcome {
        switch target {
        case .int64: convert(values, column, { .int64($0) }) { $0 ? 1 : 0 }
        case .int32: convert(values, column, { .int32($0) }) { $0 ? 1 : 0 }
        case .text: written(column)
        case .bool, .double, .timestamp, .date: Outcome(column: column, refusedRows: [])
        }
    }

    private func times(_ values: [Int64], _ column: Column) -> Outcome {
        switch target {
        case .date:
            return convert(values, column, { .int32($0) }) {
                $0 % CalendarDay.microsecondsPerDay == 0 && CalendarDay.supportedMicroseconds.contains($0)
                    ? Int32($0 / CalendarDay.microsecondsPerDay) : nil
            }
        case .text: return written(column)
        case .timestamp, .int64, .int32, .double, .bool:
            guard !Self.areWithin(CalendarDay.supportedMicroseconds, values) else {
                return Outcome(column: column, refusedRows: [])
            }
            return convert(values, column, { .int64($0) }) { CalendarDay.supportedMicroseconds.contains($0) ? $0 : nil }
        }
    }

    private func days(_ values: [Int32], _ column: Column) -> Outcome {
        switch target {
        case .timestamp:
            return convert(values, column, { .int64($0) }) {
                CalendarDay.supportedDays.contains($0) ? Int64($0) * CalendarDay.microsecondsPerDay : nil
            }
        case .text: return written(column)
        case .date, .int64, .int32, .double, .bool:
            guard !Self.areWithin(CalendarDay.supportedDays, values) else {
                return Outcome(column: column, refusedRows: [])
            }
            return convert(values, column, { .int32($0) }) { CalendarDay.supportedDays.contains($0) ? $0 : nil }
        }
    }

    private func texts(_ values: TextValues, _ column: Column) -> Outcome {
        guard target == .text else { return values.parsed(as: target, synonyms, validity: column) }
        let refused = values.rowsWithNUL
        let kept = column.nulling(refused)
        guard !synonyms.isEmpty, case .text(let values) = kept.values else {
            return Outcome(column: kept, refusedRows: refused)
        }
        return Outcome(column: values.replacing(synonyms, in: kept), refusedRows: refused)
    }

    private func written(_ column: Column) -> Outcome {
        let builder = ColumnBuilder(type: .text, capacity: column.count)
        for row in 0..<column.count {
            guard var text = column.text(at: row) else {
                builder.appendNull()
                continue
            }
            text.withUTF8 { builder.append(utf8: $0) }
        }
        let texts = builder.finish()
        guard !synonyms.isEmpty, case .text(let values) = texts.values else {
            return Outcome(column: texts, refusedRows: [])
        }
        return Outcome(column: values.replacing(synonyms, in: texts), refusedRows: [])
    }

    private static func areWithin<Value: FixedWidthInteger>(_ range: ClosedRange<Value>, _ values: [Value]) -> Bool {
        var isWithin = true
        for value in values { isWithin = isWithin && range.contains(value) }
        return isWithin
    }

    /// One pass over the values; `value` answers nil for those to refuse. NULL rows hold zeros, which stay zeros.
    @inline(__always)
    private func convert<Old, New: ColumnZero>(
        _ values: [Old], _ column: Column, _ wrap: ([New]) -> Column.Values, _ value: (Old) -> New?
    ) -> Outcome {
        var refused: [Int] = []
        let converted = [New](unsafeUninitializedCapacity: values.count) { buffer, count in
            for row in values.indices {
                if let new = value(values[row]) {
                    buffer.initializeElement(at: row, to: new)
                } else {
                    buffer.initializeElement(at: row, to: New.zero)
                    if column.isValid(row) { refused.append(row) }
                }
            }
            count = values.count
        }
        return Outcome(
            column: Column(
                type: target, count: column.count, nullCount: column.nullCount + refused.count, values: wrap(converted),
                validity: column.validity(without: refused)),
            refusedRows: refused)
    }
}

/// A type of value with the one that NULL rows hold.
private protocol ColumnZero {
    static var zero: Self { get }
}

extension Int64: ColumnZero {}
extension Int32: ColumnZero {}
extension Double: ColumnZero {}
extension Bool: ColumnZero {
    static var zero: Bool { false }
}

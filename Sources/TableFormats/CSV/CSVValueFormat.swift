/// How the texts of a column of numbers, times or truth values are read.
protocol CSVValueFormat {
    associatedtype Value

    /// What a NULL row holds.
    static var null: Value { get }

    /// Reads the short plain forms that nearly all fields have, fast. Nil for the others, and for what is no value.
    /// At least `CSVBlock.padding` bytes may be read, whatever the length; a negative length stands for a text that is
    /// not ready to be read.
    mutating func short(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Value?

    /// Reads a field of each row of a tile, and answers how many are NULL. It is a requirement, and not only an
    /// extension's method, so that the compiler makes one for each format.
    mutating func read(
        _ fields: CSVFieldColumn, into values: UnsafeMutablePointer<Value>, _ validity: UnsafeMutablePointer<Bool>,
        column: Int, _ synonyms: SynonymTable, _ findings: inout CSVTileFindings
    ) -> Int

    /// Reads any form. Nil for what is no value.
    func any(_ text: UnsafeBufferPointer<UInt8>) -> Value?

    /// Adds a run of rows to the column.
    static func append(
        _ values: UnsafeBufferPointer<Value>, _ validity: UnsafeBufferPointer<Bool>, nullCount: Int,
        to builder: ColumnBuilder)
}

extension CSVValueFormat {
    mutating func read(
        _ fields: CSVFieldColumn, into values: UnsafeMutablePointer<Value>, _ validity: UnsafeMutablePointer<Bool>,
        column: Int, _ synonyms: SynonymTable, _ findings: inout CSVTileFindings
    ) -> Int {
        guard let bytes = fields.bytes else { return 0 }
        let (starts, ends) = (fields.starts, fields.ends)
        var format = self
        var nulls = 0
        for row in 0..<fields.count {
            let start = Int(starts[row])
            let length = Int(ends[row]) &- start
            if let value = format.short(bytes + start, length) {
                values[row] = value
                validity[row] = true
            } else if length != 0, let value = format.value(fields, row, column, synonyms, &findings) {
                values[row] = value
                validity[row] = true
            } else {
                values[row] = Self.null
                validity[row] = false
                nulls &+= 1
            }
        }
        self = format
        return nulls
    }

    /// Reads a text of any form. Nil stands for NULL; a text that is no value is noted.
    @inline(never)
    private func value(
        _ fields: CSVFieldColumn, _ row: Int, _ column: Int, _ synonyms: SynonymTable,
        _ findings: inout CSVTileFindings
    ) -> Value? {
        fields.withText(row) { text in
            if let value = any(text) { return value }
            if let replacement = synonyms.replacement(for: text) {
                if replacement.isEmpty { return nil }
                if let value = replacement.withUnsafeBufferPointer(any) { return value }
            } else if FieldParser.isBlank(text) {
                return nil
            }
            if findings.nullsBadValues {
                findings.nulledValues += 1
            } else {
                findings.badValues.append((row, column))
            }
            return nil
        }
    }
}

/// Whole numbers of 64 bits.
struct CSVInt64Format: CSVValueFormat {
    static var null: Int64 { 0 }

    @inline(__always)
    mutating func short(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Int64? { DigitWord.number(bytes, length) }

    func any(_ text: UnsafeBufferPointer<UInt8>) -> Int64? { FieldParser.int64(text) }

    static func append(
        _ values: UnsafeBufferPointer<Int64>, _ validity: UnsafeBufferPointer<Bool>, nullCount: Int,
        to builder: ColumnBuilder
    ) {
        builder.append(values, validity: validity, nullCount: nullCount)
    }
}

/// Whole numbers of 32 bits.
struct CSVInt32Format: CSVValueFormat {
    static var null: Int32 { 0 }

    @inline(__always)
    mutating func short(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Int32? {
        // Eight digits fit.
        DigitWord.number(bytes, length).map { Int32(truncatingIfNeeded: $0) }
    }

    func any(_ text: UnsafeBufferPointer<UInt8>) -> Int32? { FieldParser.int64(text).flatMap { Int32(exactly: $0) } }

    static func append(
        _ values: UnsafeBufferPointer<Int32>, _ validity: UnsafeBufferPointer<Bool>, nullCount: Int,
        to builder: ColumnBuilder
    ) {
        builder.append(values, validity: validity, nullCount: nullCount)
    }
}

/// Decimal numbers.
struct CSVDoubleFormat: CSVValueFormat {
    /// 10 to the power of 0 to 7.
    let powersOfTen: UnsafePointer<Double>

    static var null: Double { 0 }

    @inline(__always)
    mutating func short(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Double? {
        DigitWord.decimal(bytes, length, powersOfTen)
    }

    func any(_ text: UnsafeBufferPointer<UInt8>) -> Double? { FieldParser.double(text) }

    static func append(
        _ values: UnsafeBufferPointer<Double>, _ validity: UnsafeBufferPointer<Bool>, nullCount: Int,
        to builder: ColumnBuilder
    ) {
        builder.append(values, validity: validity, nullCount: nullCount)
    }
}

/// Times, most of them `YYYY-MM-DD HH:MM:SS`. Remembers the last day: files are more or less sorted.
struct CSVTimestampFormat: CSVValueFormat {
    private var monthText: UInt64 = 0
    private var dayText: UInt16 = 0
    private var midnight: Int64 = 0

    static var null: Int64 { 0 }

    @inline(__always)
    mutating func short(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Int64? {
        guard length == 19, bytes[10] == UInt8(ascii: " ") else { return nil }
        let month = DigitWord.load(bytes)
        let day = UnsafeRawPointer(bytes + 8).loadUnaligned(as: UInt16.self)
        guard let time = DigitWord.time(bytes + 11) else { return nil }
        if month != monthText || day != dayText {
            guard let days = DigitWord.isoDays(bytes) else { return nil }
            (monthText, dayText, midnight) = (month, day, Int64(days) * CalendarDay.microsecondsPerDay)
        }
        return midnight &+ time
    }

    func any(_ text: UnsafeBufferPointer<UInt8>) -> Int64? { FieldParser.timestamp(text) }

    static func append(
        _ values: UnsafeBufferPointer<Int64>, _ validity: UnsafeBufferPointer<Bool>, nullCount: Int,
        to builder: ColumnBuilder
    ) {
        builder.append(values, validity: validity, nullCount: nullCount)
    }
}

/// Calendar days.
struct CSVDateFormat: CSVValueFormat {
    static var null: Int32 { 0 }

    @inline(__always)
    mutating func short(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Int32? {
        length == 10 ? DigitWord.isoDays(bytes).map { Int32(truncatingIfNeeded: $0) } : nil
    }

    func any(_ text: UnsafeBufferPointer<UInt8>) -> Int32? { FieldParser.date(text) }

    static func append(
        _ values: UnsafeBufferPointer<Int32>, _ validity: UnsafeBufferPointer<Bool>, nullCount: Int,
        to builder: ColumnBuilder
    ) {
        builder.append(values, validity: validity, nullCount: nullCount)
    }
}

/// True or false.
struct CSVBoolFormat: CSVValueFormat {
    static var null: Bool { false }

    mutating func short(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool? { nil }

    func any(_ text: UnsafeBufferPointer<UInt8>) -> Bool? { FieldParser.bool(text) }

    static func append(
        _ values: UnsafeBufferPointer<Bool>, _ validity: UnsafeBufferPointer<Bool>, nullCount: Int,
        to builder: ColumnBuilder
    ) {
        builder.append(values, validity: validity, nullCount: nullCount)
    }
}

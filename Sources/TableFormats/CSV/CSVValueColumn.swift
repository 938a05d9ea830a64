/// A column of numbers, times or truth values.
final class CSVValueColumn<Format: CSVValueFormat>: CSVColumnParser {
    private let builder: ColumnBuilder
    private let synonyms: SynonymTable
    private var format: Format
    private let values: UnsafeMutablePointer<Format.Value>
    private let validity: UnsafeMutablePointer<Bool>
    private var count = 0
    private var nullCount = 0

    /// - Parameter capacity: the most rows of a tile.
    init(_ definition: ColumnDefinition, _ format: Format, capacity: Int) {
        builder = ColumnBuilder(type: definition.type)
        synonyms = SynonymTable(definition.synonyms)
        self.format = format
        values = .allocate(capacity: capacity)
        validity = .allocate(capacity: capacity)
    }

    deinit {
        values.deallocate()
        validity.deallocate()
    }

    func reserveCapacity(_ rows: Int) { builder.reserveCapacity(rows) }

    func parse(_ fields: CSVFieldColumn, column: Int, _ findings: inout CSVTileFindings) {
        nullCount = format.read(fields, into: values, validity, column: column, synonyms, &findings)
        count = fields.count
    }

    func commit() {
        Format.append(
            UnsafeBufferPointer(start: values, count: count), UnsafeBufferPointer(start: validity, count: count),
            nullCount: nullCount, to: builder)
    }

    func finish() -> Column { builder.finish() }
}

/// Turns blocks of records into typed columns. One parser belongs to one thread at a time; many may run at once.
///
/// It works on tiles of some hundred records: the tokenizer finds their separators, the records are checked, and then
/// each declared column reads its field of all of them. A tile with bad records is read once more without them.
package final class CSVBlockParser {
    private let schema: TableSchema
    private let options: CSVOptions
    private let mapping: HeaderMapping
    private let tokenizer: CSVTokenizer
    private let columns: [any CSVColumnParser]
    private let records: CSVTileRecords
    private let fields: CSVFieldColumn
    private let powersOfTen: UnsafeMutablePointer<Double>

    /// A parser of blocks of a file whose columns feed `schema` as `mapping` says.
    package init(schema: TableSchema, mapping: HeaderMapping, options: CSVOptions = CSVOptions()) {
        let options = options.bounded
        self.schema = schema
        self.options = options
        self.mapping = mapping
        let capacity = CSVTokenizer.tileCapacity
        tokenizer = CSVTokenizer(maximumRecordBytes: options.maximumRecordBytes)
        records = CSVTileRecords(header: mapping.header, maximumRecordBytes: options.maximumRecordBytes)
        fields = CSVFieldColumn(capacity: capacity)
        let powersOfTen = UnsafeMutablePointer<Double>.allocate(capacity: 8)
        for (index, power) in [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].enumerated() {
            (powersOfTen + index).initialize(to: power)
        }
        self.powersOfTen = powersOfTen
        columns = zip(schema.columns, mapping.sources).map { definition, sources in
            guard !sources.isEmpty else { return CSVAbsentColumn(type: definition.type) }
            return switch definition.type {
            case .int64: CSVValueColumn(definition, CSVInt64Format(), capacity: capacity)
            case .int32: CSVValueColumn(definition, CSVInt32Format(), capacity: capacity)
            case .double: CSVValueColumn(definition, CSVDoubleFormat(powersOfTen: powersOfTen), capacity: capacity)
            case .timestamp: CSVValueColumn(definition, CSVTimestampFormat(), capacity: capacity)
            case .date: CSVValueColumn(definition, CSVDateFormat(), capacity: capacity)
            case .bool: CSVValueColumn(definition, CSVBoolFormat(), capacity: capacity)
            case .text: CSVTextColumn(definition, capacity: capacity)
            }
        }
    }

    deinit {
        powersOfTen.deallocate()
    }

    /// The rows of a block, what was met in it, and what was left out.
    /// - Throws: `CSVError`, at the first record that is wrong, where the policy is `fail`. The parser may be used on.
    package func parse(_ block: CSVBlock) throws(CSVError) -> CSVParsedBlock {
        var result = BlockResult(at: block.position)
        try block.bytes.withUnsafeBufferPointer { (bytes) throws(CSVError) in
            let bytes = UnsafeBufferPointer(rebasing: bytes[block.range])
            guard block.content == .records else {
                return try note([CSVBadRecord(record: 0, start: 0, end: bytes.count, flaw: .tooLong)], bytes, &result)
            }
            let rows = min(block.newlineCount + 1, bytes.count / max(1, mapping.header.count) + 1)
            for column in columns { column.reserveCapacity(rows) }
            do throws(CSVError) {
                var position = 0
                while position < bytes.count {
                    position = tokenizer.readTile(bytes, from: position, hasQuotes: block.hasQuotes, isFinal: true)
                    try parseTile(bytes, hasQuotes: block.hasQuotes, &result)
                }
            } catch {
                // What was collected of this block must not join the next.
                for column in columns { _ = column.finish() }
                throw error
            }
        }
        let batch = ColumnBatch(schema: schema, columns: columns.map { $0.finish() }, rowCount: result.report.rows)
        return CSVParsedBlock(batch: batch, report: result.report, rejects: result.rejects)
    }
}

extension CSVBlockParser {
    /// What was found in a block so far, and how far lines were counted.
    private struct BlockResult {
        var report = CSVReport()
        var rejects: [CSVReject] = []
        let origin: CSVPosition
        var line: Int
        var position = 0

        init(at origin: CSVPosition) {
            self.origin = origin
            line = origin.line
        }

        /// The place in the file of a record; records must come in order.
        mutating func place(_ bytes: UnsafeBufferPointer<UInt8>, of record: Int) -> CSVPosition {
            line += CSVCensus(UnsafeBufferPointer(rebasing: bytes[position..<record])).newlines
            position = record
            return CSVPosition(line: line, byte: origin.byte + record)
        }
    }

    private func parseTile(
        _ bytes: UnsafeBufferPointer<UInt8>, hasQuotes: Bool, _ result: inout BlockResult
    ) throws(CSVError) {
        records.sort(tokenizer, bytes, &result.report)
        var findings = CSVTileFindings(nullsBadValues: options.badRecords == .null)
        parseColumns(bytes, hasQuotes, &findings)
        if !findings.badValues.isEmpty {
            noteBadValues(findings.badValues, bytes)
            if options.badRecords != .fail {
                findings = CSVTileFindings(nullsBadValues: false)
                parseColumns(bytes, hasQuotes, &findings)
            }
        }
        if !records.bad.isEmpty { try note(records.bad.sorted { $0.record < $1.record }, bytes, &result) }
        for column in columns { column.commit() }
        result.report.rows += records.count
        result.report.nulledValues += findings.nulledValues
        result.report.latin1Texts += findings.latin1Texts
    }

    private func parseColumns(
        _ bytes: UnsafeBufferPointer<UInt8>, _ hasQuotes: Bool, _ findings: inout CSVTileFindings
    ) {
        for (index, column) in columns.enumerated() {
            records.gather(mapping.sources[index], tokenizer, bytes, hasQuotes: hasQuotes, into: fields)
            column.parse(fields, column: index, &findings)
        }
    }

    /// Takes the records with bad values, each with the leftmost of them, out of the tile.
    private func noteBadValues(
        _ values: [(row: Int, column: Int)], _ bytes: UnsafeBufferPointer<UInt8>
    ) {
        var flaws: [Int: CSVBadRecord.Flaw] = [:]
        var leftmost: [Int: Int] = [:]
        for (row, column) in values {
            let sources = mapping.sources[column]
            let field = records.filledSource(sources, row, tokenizer, bytes)
            guard field < leftmost[row, default: .max] else { continue }
            leftmost[row] = field
            let span = records.span(of: field, row, tokenizer, bytes)
            flaws[row] = .invalidValue(column: column, field: field, start: span.start, end: span.end)
        }
        records.remove(flaws, tokenizer, bytes)
    }

    /// Throws the first of some bad records, or leaves them out.
    private func note(
        _ bad: [CSVBadRecord], _ bytes: UnsafeBufferPointer<UInt8>, _ result: inout BlockResult
    ) throws(CSVError) {
        for record in bad {
            let place = result.place(bytes, of: record.start)
            let error = record.error(bytes, at: place, schema, mapping, options)
            guard options.badRecords != .fail else { throw error }
            let kept = CSVBadRecord.kept(record.start, record.end, options)
            result.rejects.append(
                CSVReject(
                    position: place, column: record.column(mapping), reason: error.reason,
                    record: Array(bytes[kept])))
            result.report.rejectedRecords += 1
        }
    }
}

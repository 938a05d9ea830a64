// Compiled into the tests, and by scripts/fuzz into one module with the readers.
#if canImport(TableFormats)
@testable import TableFormats
#endif

/// What hostile bytes are given to: each reader must end with a result or its own error, and give the same result
/// however the bytes and rows are cut.
enum FuzzedReaders {
    /// Something that must not happen, whatever the bytes.
    struct Finding: Error {
        let what: String
    }

    /// What a reader made of the bytes.
    enum Outcome: Equatable {
        case rows(Int)
        case refused
    }

    /// The most rows or bytes that are read: a short file may stand for very many.
    private static let maximumRows = 20_000
    private static let maximumPlainBytes = 1 << 20
    private static let maximumColumns = 40
    /// The most that gzip is unpacked to, and what of it is read as CSV: what comes after is more of the same, and takes
    /// the time of many other inputs.
    private static let maximumInflatedBytes = 1 << 16
    private static let maximumInflatedCSVBytes = 1 << 11

    /// Columns of every type, under the names that the corpus has.
    private static let schema = TableSchema(
        [
            ("id", ColumnType.int64), ("small", .int32), ("amount", .double), ("flag", .text), ("pickup", .timestamp),
            ("day", .date), ("ok", .bool),
        ].map { ColumnDefinition($0.0, $0.1, aliases: ["\($0.0) alias"], synonyms: ["csh": "2", "none": ""]) })
}

// MARK: Parquet

extension FuzzedReaders {
    /// Reads a Parquet file: all columns, twice, in pieces of different size.
    static func parquet(_ bytes: [UInt8]) throws -> Outcome {
        let read: ParquetFile.Read = { range in
            guard range.lowerBound >= 0, range.upperBound <= Int64(bytes.count) else {
                throw Finding(what: "bytes \(range) of \(bytes.count) were asked for")
            }
            return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        let file: ParquetFile
        do {
            file = try ParquetFile(length: Int64(bytes.count), read: read)
        } catch let error as ParquetReadError {
            _ = error.description
            return .refused
        }
        var outcome = Outcome.rows(Int(clamping: file.rowCount))
        for (index, column) in file.columns.enumerated().prefix(maximumColumns) {
            _ = try? file.rowGroups(where: column.name, overlaps: Int64(0)...10)
            let pieces = try rows(of: file, index, pieces: 57, read)
            let whole = try rows(of: file, index, pieces: maximumRows, read)
            // Cut off at another row, an error may come in one and not in the other.
            guard let pieces, let whole else {
                outcome = .refused
                continue
            }
            guard isSame(pieces, whole) else {
                throw Finding(what: "column \(column.name) differs by the size of its pieces")
            }
        }
        return outcome
    }

    /// The first rows of a column; nil where it is refused.
    private static func rows(
        of file: ParquetFile, _ index: Int, pieces: Int, _ read: @escaping ParquetFile.Read
    ) throws -> Column? {
        do {
            let cursor = try ParquetColumnCursor(file, column: index, read: read)
            let builder = ColumnBuilder(type: file.columns[index].type)
            while builder.count < maximumRows, builder.textByteCount < maximumPlainBytes {
                let wanted = min(pieces, maximumRows - builder.count)
                let column = try cursor.next(rows: wanted)
                guard column.count > 0 else { break }
                try check(column, wanted)
                builder.append(column, rows: 0..<column.count)
            }
            return builder.textByteCount < maximumPlainBytes ? builder.finish() : nil
        } catch let error as ParquetReadError {
            _ = error.description
            return nil
        }
    }

    /// Whether columns are equal, where what is not a number equals itself.
    private static func isSame(_ left: Column, _ right: Column) -> Bool {
        guard case .double(let lefts) = left.values, case .double(let rights) = right.values else {
            return left == right
        }
        return left.validity == right.validity && lefts.map(\.bitPattern) == rights.map(\.bitPattern)
    }

    /// What holds for every column.
    private static func check(_ column: Column, _ wanted: Int) throws {
        let count: Int
        switch column.values {
        case .int64(let values): count = values.count
        case .int32(let values): count = values.count
        case .double(let values): count = values.count
        case .bool(let values): count = values.count
        case .text(let values):
            count = values.offsets.count - 1
            guard values.offsets.first == 0, Int(values.offsets.last ?? -1) == values.bytes.count,
                zip(values.offsets, values.offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
                String(validating: values.bytes, as: UTF8.self) != nil
            else { throw Finding(what: "texts that are not texts") }
        }
        guard count == column.count, column.count <= wanted,
            column.validity.isEmpty ? column.nullCount == 0 : column.validity.count == count,
            column.nullCount == column.validity.count(where: { !$0 })
        else { throw Finding(what: "a column of \(count) values that tells of \(column.count)") }
    }
}

// MARK: CSV

extension FuzzedReaders {
    /// The policy that an input is tried with where time counts: every one of them is that of some inputs.
    static func policy(for bytes: [UInt8]) -> BadRecordPolicy {
        let sum = bytes.reduce(UInt32(bytes.count)) { $0 &* 31 &+ UInt32($1) }
        return BadRecordPolicy.allCases[Int(sum >> 8) % BadRecordPolicy.allCases.count]
    }

    /// Reads CSV at once and in small pieces and blocks.
    /// - Parameter policies: for records that are wrong. Defaults to each in turn.
    static func csv(_ bytes: [UInt8], _ policies: [BadRecordPolicy] = BadRecordPolicy.allCases) throws -> Outcome {
        var outcome = Outcome.refused
        for policy in policies {
            var (whole, cut) = (CSVOptions(), CSVOptions())
            (whole.badRecords, cut.badRecords) = (policy, policy)
            (whole.maximumRecordBytes, cut.maximumRecordBytes) = (4096, 4096)
            (whole.blockBytes, cut.blockBytes) = (1 << 16, 100)
            let first = try batches(bytes, whole, piece: max(1, bytes.count))
            let second = try batches(bytes, cut, piece: 7)
            switch (first, second) {
            case (let first?, let second?):
                guard zip(first.columns, second.columns).allSatisfy(isSame), first.report == second.report else {
                    throw Finding(what: "CSV rows differ by the size of pieces and blocks (\(policy))")
                }
                if policy == policies.first { outcome = .rows(first.columns.first?.count ?? 0) }
            case (nil, nil): break
            default: throw Finding(what: "CSV is refused by the size of pieces and blocks (\(policy))")
            }
        }
        return outcome
    }

    /// All columns; nil where the file is refused.
    private static func batches(
        _ bytes: [UInt8], _ options: CSVOptions, piece: Int
    ) throws -> (columns: [Column], report: CSVReport)? {
        var reader = CSVReader(schema: schema, options: options)
        let builders = schema.columns.map { ColumnBuilder(type: $0.type) }
        do {
            for start in stride(from: 0, to: bytes.count, by: piece) {
                reader.push(bytes[start..<min(start + piece, bytes.count)])
                while let batch = try reader.nextBatch() { append(batch, to: builders) }
            }
            reader.finish()
            while let batch = try reader.nextBatch() { append(batch, to: builders) }
        } catch {
            _ = error.description
            return nil
        }
        return (builders.map { $0.finish() }, reader.report)
    }

    private static func append(_ batch: ColumnBatch, to builders: [ColumnBuilder]) {
        for (builder, column) in zip(builders, batch.columns) { builder.append(column, rows: 0..<column.count) }
    }
}

// MARK: gzip

extension FuzzedReaders {
    /// Unpacks gzip, at once and in small pieces, and reads what comes out as CSV.
    /// - Parameter policies: of that CSV. Defaults to each in turn.
    static func gzip(_ bytes: [UInt8], _ policies: [BadRecordPolicy] = BadRecordPolicy.allCases) throws -> Outcome {
        let whole = try inflated(bytes, piece: max(1, bytes.count), outputBytes: maximumInflatedBytes)
        let cut = try inflated(bytes, piece: 5, outputBytes: 1000)
        // Where only one comes to the limit, the other met the damage right behind it.
        if let count = (whole ?? cut)?.count, count == maximumInflatedBytes, whole == nil || cut == nil {
            return .refused
        }
        guard whole == cut else { throw Finding(what: "gzip differs by the size of pieces") }
        guard let whole, whole.count < maximumInflatedBytes else { return .refused }
        return try csv(Array(whole.prefix(maximumInflatedCSVBytes)), policies)
    }

    /// The plain bytes; nil where the file is refused.
    private static func inflated(_ bytes: [UInt8], piece: Int, outputBytes: Int) throws -> [UInt8]? {
        var plain: [UInt8] = []
        do {
            let inflater = try GzipInflater(outputBytes: outputBytes)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                inflater.push(bytes[start..<min(start + piece, bytes.count)])
                while let more = try inflater.pull() {
                    plain += more
                    guard plain.count < maximumInflatedBytes else { return Array(plain[..<maximumInflatedBytes]) }
                }
            }
            try inflater.finish()
        } catch {
            _ = error.description
            return nil
        }
        return plain
    }
}

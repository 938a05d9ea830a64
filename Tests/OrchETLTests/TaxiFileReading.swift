import Foundation
import TableFormats
import TestSupport

@testable import OrchETL

/// A real file, read as the declared columns of its month say, and what was found of drift.
struct TaxiFileReading {
    let dataset: TaxiDataset
    let header: FileHeader
    let mapping: HeaderMapping
    let batches: [ColumnBatch]
    let drift: DriftReport

    /// Reads a Parquet file of the test data.
    init(parquet name: String, of dataset: TaxiDataset, under policy: DriftPolicy = .evolve) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: TestData.path(name))))
        let read: ParquetFile.Read = { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) }
        let file = try ParquetFile(length: Int64(bytes.count), read: read)
        let header = FileHeader(
            parquet: file.columns.map { FileHeader.Column($0.name, $0.isAlwaysNull ? nil : $0.type) })
        let schema = dataset.fileSchema(of: header, under: policy)
        let mapping = try HeaderMapping(header: header.names, schema: schema)
        let coercion = try BatchCoercion(schema: schema, mapping: mapping, types: header.types)
        let reader = try ParquetReader(file, read: read)
        var batches: [ColumnBatch] = []
        while let batch = try reader.nextBatch() {
            let outcome = coercion.apply(rowCount: batch.rowCount) { batch.columns[$0] }
            batches.append(try outcome.rows(under: .fail, firstRow: 0))
        }
        self.init(dataset, header, mapping, batches, under: policy)
    }

    /// Reads a CSV file of the test data.
    /// - Parameter dropsCutRow: whether the file's last line is cut in the middle and not read.
    init(
        _ name: String, of dataset: TaxiDataset, under policy: DriftPolicy = .evolve, dropsCutRow: Bool = false
    ) throws {
        var bytes = try Self.plainBytes(TestData.path(name))
        if dropsCutRow { bytes = Array(bytes[...(bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0)]) }
        try self.init(bytes, of: dataset, under: policy)
    }

    init(_ bytes: [UInt8], of dataset: TaxiDataset, under policy: DriftPolicy = .evolve) throws {
        let header = FileHeader(csv: try Self.header(of: bytes))
        let schema = dataset.fileSchema(of: header, under: policy)
        var reader = CSVReader(schema: schema)
        reader.push(bytes)
        reader.finish()
        var batches: [ColumnBatch] = []
        while let batch = try reader.nextBatch() { batches.append(batch) }
        self.init(
            dataset, header, try HeaderMapping(header: header.names, schema: schema), batches, under: policy)
    }

    private init(
        _ dataset: TaxiDataset, _ header: FileHeader, _ mapping: HeaderMapping, _ batches: [ColumnBatch],
        under policy: DriftPolicy
    ) {
        var sample = DriftSample()
        for batch in batches {
            sample.add(DriftSample(batch, month: dataset.month, pickup: dataset.pickupColumn))
        }
        var drift = DriftReport(dataset, header: header, mapping: mapping, under: policy)
        drift.add(sample, of: dataset, mapping: mapping)
        (self.dataset, self.header, self.mapping, self.batches, self.drift) = (dataset, header, mapping, batches, drift)
    }

    /// How many rows there are.
    var rows: Int { batches.map(\.rowCount).reduce(0, +) }

    /// The values of a column as text, nil for NULL.
    func texts(_ column: String) -> [String?] {
        batches.flatMap { batch in
            batch[column].map { column in (0..<column.count).map { column.text(at: $0) } } ?? []
        }
    }

    /// The names of a CSV file's columns.
    static func header(of bytes: [UInt8]) throws -> [String] {
        var reader = CSVReader(schema: TableSchema([]))
        reader.push(bytes)
        reader.finish()
        _ = try reader.nextBatch()
        return reader.mapping?.header ?? []
    }

    private static func plainBytes(_ path: String) throws -> [UInt8] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        guard path.hasSuffix(".gz") else { return bytes }
        let inflater = try GzipInflater()
        inflater.push(bytes)
        var plain: [UInt8] = []
        while let block = try inflater.pull() { plain += block }
        try inflater.finish()
        return plain
    }
}

import Foundation
import TestSupport
import Testing

@testable import TableFormats

/// The real files, through the reader alone; where CI runs and they are missing, the tests fail.
@Suite(.enabled(if: TestData.isAvailable || ProcessInfo.processInfo.environment["CI"] != nil, "no test data"))
struct CSVTestDataTests {
    private func read(_ name: String, _ schema: TableSchema, _ policy: BadRecordPolicy = .fail) throws -> CSVResult {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: TestData.path(name))))
        var options = CSVOptions()
        options.badRecords = policy
        options.blockBytes = 500
        var reader = CSVReader(schema: schema, options: options)
        reader.push(bytes)
        reader.finish()
        var result = CSVResult()
        while let batch = try reader.nextBatch() { result.batches.append(batch) }
        result.report = reader.report
        result.rejects = reader.takeRejects()
        result.header = reader.mapping?.header ?? []
        return result
    }

    private struct CSVResult {
        var batches: [ColumnBatch] = []
        var report = CSVReport()
        var rejects: [CSVReject] = []
        var header: [String] = []
    }

    private static let fhv = TableSchema([
        ColumnDefinition("dispatching_base_num", .text, aliases: ["dispatching_base_number"], isRequired: true),
        ColumnDefinition("pickup_datetime", .timestamp, aliases: ["pickup_date"]),
        ColumnDefinition("locationID", .int64, aliases: ["pulocationid"]),
    ])

    @Test(arguments: [
        ("damaged/accessdenied_xml_named.csv", CSVError.ForeignFormat.xml), ("damaged/gzip_bytes_named.csv", .gzip),
        ("damaged/parquet_no_footer.parquet", .parquet), ("green_tripdata_2020-07.csv.gz", .gzip),
    ])
    func refusesWhatIsNoCSV(name: String, expected: CSVError.ForeignFormat) {
        #expect {
            try read(name, Self.fhv)
        } throws: { error in
            guard case CSVError.notCSV(expected, _) = error else { return false }
            return true
        }
    }

    @Test func refusesSeveralErasUnderOneHeader() throws {
        let text = try String(contentsOfFile: TestData.path("damaged/fhv_ragged.csv"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        // Rows of 2017 whose last two fields are blank fit the three columns, and are counted. Those of 2019 have a
        // time where the header promises a zone.
        let fields = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let ragged = lines.indices.filter { line in
            let surplus = fields[line].dropFirst(3)
            return fields[line].count < 3 || surplus.contains { !$0.isEmpty } || fields[line][2].contains(":")
        }
        let first = try #require(ragged.first)
        let byte = lines[..<first].map { $0.utf8.count + 1 }.reduce(0, +)
        #expect {
            try read("damaged/fhv_ragged.csv", Self.fhv)
        } throws: { error in
            guard case CSVError.ragged(let at, expected: 3, got: 5, record: _) = error else { return false }
            return at == CSVPosition(line: first + 1, byte: byte)
        }
        let kept = try read("damaged/fhv_ragged.csv", Self.fhv, .reject)
        #expect(kept.report.rows == lines.count - 1 - ragged.count)
        #expect(kept.report.rowsWithSurplusBlanks > 0)
        #expect(kept.rejects.map(\.position.line) == ragged.map { $0 + 1 })
        #expect(kept.rejects.map { String(decoding: $0.record, as: UTF8.self) } == ragged.map { String(lines[$0]) })
    }

    @Test(arguments: [
        ("fhv_tripdata_2015-01", 33), ("fhv_tripdata_2017-01", 30), ("fhv_tripdata_2017-07", 13),
        ("fhv_tripdata_2018-01", 12), ("fhv_tripdata_2019-01", 18), ("fhv_tripdata_2020-01", 16),
        ("fhvhv_tripdata_2020-01", 14), ("green_tripdata_2013-08", 8), ("green_tripdata_2015-01", 4),
        ("green_tripdata_2016-07", 9), ("green_tripdata_2020-01", 7), ("yellow_tripdata_2009-01", 5),
        ("yellow_tripdata_2014-01", 5), ("yellow_tripdata_2016-07", 9), ("yellow_tripdata_2018-01", 9),
        ("yellow_tripdata_2019-05", 8),
    ])
    func readsTheHeadOfEveryEra(name: String, completeLines: Int) throws {
        let text = try String(contentsOfFile: TestData.path("heads_1k/\(name).csv"), encoding: .utf8)
        let header = text.prefix { !$0.isNewline }.split(separator: ",").map { column in
            String(column.drop { $0 == " " || $0 == "\"" }.reversed().drop { $0 == " " || $0 == "\"" }.reversed())
        }
        let isTime = { (name: String) in name.lowercased().contains("date") }
        let schema = TableSchema(header.map { ColumnDefinition($0, isTime($0) ? .timestamp : .text) })
        let result = try read("heads_1k/\(name).csv", schema, .reject)
        #expect(result.header == header)
        // The files are cut after 1024 bytes, in the middle of a row, which may look whole all the same.
        #expect(result.report.rows + result.report.blankLines + result.rejects.count == completeLines + 1)
        #expect(result.report.rows >= completeLines - 1)
        #expect(result.rejects.allSatisfy { $0.position.line == completeLines + 2 })
        for batch in result.batches {
            for (definition, column) in zip(batch.schema.columns, batch.columns) where isTime(definition.name) {
                #expect(column.nullCount == 0 || definition.name.lowercased().hasPrefix("dropoff"))
            }
        }
    }

    @Test func readsQuotedZones() throws {
        let schema = TableSchema([
            ColumnDefinition("LocationID", .int64), ColumnDefinition("Borough", .text), ColumnDefinition("Zone", .text),
            ColumnDefinition("service_zone", .text),
        ])
        let result = try read("taxi+_zone_lookup.csv", schema)
        #expect(result.report.rows == 265)
        var sum: Int64 = 0
        var notAvailable = 0
        for batch in result.batches {
            guard case .int64(let ids) = batch.columns[0].values, case .text(let zones) = batch.columns[3].values
            else { return #expect(Bool(false)) }
            sum += ids.reduce(0, +)
            notAvailable += (0..<batch.rowCount).count { zones.string(at: $0) == "N/A" }
            #expect(batch.columns.allSatisfy { $0.nullCount == 0 })
        }
        #expect((sum, notAvailable) == (35_245, 2))
    }

    @Test func readsANamelessIndexColumn() throws {
        let result = try read("fhv_sample_2015-02_reindexed.csv", Self.fhv)
        #expect(result.header == ["", "Dispatching_base_num", "Pickup_date", "locationID"])
        #expect(result.report.rows == 1000)
        #expect(result.batches.map { $0.columns[2].nullCount }.reduce(0, +) == 1000)
    }
}

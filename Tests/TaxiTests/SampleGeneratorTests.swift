import Foundation
import OrchETL
import TableFormats
import Testing

@testable import Taxi

struct SampleGeneratorTests {
    private func bytes(_ color: String, _ year: Int, _ month: Int, rows: Int?) throws -> [UInt8] {
        var generator = try SampleGenerator(color: color, year: year, month: month, rows: rows)
        var bytes: [UInt8] = []
        while let chunk = generator.nextChunk() { bytes += chunk }
        return bytes
    }

    private func read(_ bytes: [UInt8], _ dataset: TaxiDataset) throws -> (
        batches: [ColumnBatch], mapping: HeaderMapping
    ) {
        var reader = CSVReader(schema: dataset.fileSchema)
        reader.push(bytes)
        reader.finish()
        var batches: [ColumnBatch] = []
        while let batch = try reader.nextBatch() { batches.append(batch) }
        let mapping = reader.mapping
        return (batches, try #require(mapping))
    }

    @Test(arguments: TaxiColor.allCases, [2015, 2020, 2023])
    func isReadByOurOwnReader(color: TaxiColor, year: Int) throws {
        let dataset = try TaxiDataset(color: color, year: year, month: 2)
        let bytes = try bytes(color.rawValue, year, 2, rows: 2000)
        let (batches, mapping) = try read(bytes, dataset)
        #expect(batches.reduce(0) { $0 + $1.rowCount } == 2000)
        #expect(mapping.unknown.isEmpty)
        // The shape is that of 2020, less what was published later than the month; other eras had other columns besides.
        if year == 2020 { #expect(mapping.missing == (color == .fhv ? ["Affiliated_base_number"] : [])) }
    }

    @Test func hasTheRealMonthsCounts() throws {
        let dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        let bytes = try bytes("green", 2020, 7, rows: nil)
        var transform = TripTransform()
        for batch in try read(bytes, dataset).batches { _ = transform.apply(batch) }
        #expect(transform.counts.read == 72_257)
        #expect(transform.counts.dropped == 283)
        #expect(transform.counts.blank == 29_030)
    }

    @Test func looksLikeTheRealFile() throws {
        let text = String(decoding: try bytes("green", 2020, 7, rows: 20_000), as: UTF8.self)
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.count == 20_002 && lines.last == "")
        #expect(!text.contains("\n\n") && !text.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
        #expect(lines[0].hasPrefix("VendorID,lpep_pickup_datetime,"))
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.filter { $0 == "," }.count == 19 })
        // The blank block is the end of the file, and minutes are all it knows.
        let blank = lines.dropLast().drop { !$0.hasPrefix(",") }
        #expect(blank.count == 20_000 * 29_030 / 72_257)
        #expect(
            blank.allSatisfy { $0.hasPrefix(",2020-07-") && $0.hasSuffix(",,,") && $0.dropFirst(18).hasPrefix("00,") })
        let metered = lines.dropFirst().dropLast(blank.count + 1)
        #expect(metered.contains { $0.contains(",.") })
        #expect(metered.contains { $0.contains(",-") })
        #expect(
            metered.contains {
                $0.hasPrefix("2,2009-01-01") || $0.hasPrefix("1,2009-01-01") || $0.contains(",2008-12-31")
            })
        #expect(metered.contains { $0.contains(",2020-06-30 23:") })
        #expect(metered.contains { $0.contains(",N,") } && metered.contains { $0.contains(",Y,") })
    }

    @Test func givesTheSameBytesAgainAndOthersForOtherMonths() throws {
        let first = try bytes("yellow", 2021, 1, rows: 3000)
        #expect(try bytes("yellow", 2021, 1, rows: 3000) == first)
        #expect(try bytes("yellow", 2021, 2, rows: 3000) != first)
        #expect(try bytes("yellow", 2020, 1, rows: 3000) != first)
    }

    @Test(arguments: [0, 1, 2, 25, 26, 27])
    func makesSmallFiles(rows: Int) throws {
        let text = String(decoding: try bytes("green", 2020, 7, rows: rows), as: UTF8.self)
        #expect(text.components(separatedBy: "\r\n").count == rows + 2)
    }

    @Test func writesPlainAndGzip() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sample-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let plain = folder.appendingPathComponent("a.csv"), packed = folder.appendingPathComponent("a.csv.gz")
        #expect(try SampleGenerator.write(color: "fhv", year: 2020, month: 3, rows: 500, to: plain.path) == 500)
        #expect(try SampleGenerator.write(color: "fhv", year: 2020, month: 3, rows: 500, to: packed.path) == 500)
        let inflater = try GzipInflater()
        let bytes = Array(try Data(contentsOf: packed))
        #expect(bytes[4..<8] == [0, 0, 0, 0])
        inflater.push(bytes)
        var inflated: [UInt8] = []
        while let part = try inflater.pull() { inflated += part }
        try inflater.finish()
        #expect(inflated == Array(try Data(contentsOf: plain)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.csv", "a.csv.gz"])
    }

    @Test func refusesWhatItCannotMake() {
        #expect(throws: SampleGenerator.Failure.self) { try SampleGenerator(color: "blue", year: 2020, month: 7) }
        #expect(throws: SampleGenerator.Failure.self) {
            try SampleGenerator(color: "green", year: 2020, month: 7, rows: -1)
        }
        #expect(throws: ETLError.self) { try SampleGenerator(color: "green", year: 2020, month: 13) }
    }

    @Test(arguments: TaxiColor.allCases, 2009...2025)
    func everyMonthHasAPlausibleVolume(color: TaxiColor, year: Int) throws {
        for month in 1...12 {
            let volume = SampleVolume(color, year: year, month: month, rows: nil)
            #expect((40_000...25_000_000).contains(volume.rows))
            #expect(volume.blank + volume.zero < volume.rows)
        }
    }
}

import Foundation
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

/// The real files, against what other programs found in them.
@Suite(.enabled(if: TestData.isAvailable || ProcessInfo.processInfo.environment["CI"] != nil, "no test data"))
struct TaxiFilesTests {
    private static let files: [(name: String, color: TaxiColor, year: Int, month: Int)] = [
        ("green_tripdata_2020-04.csv.gz", .green, 2020, 4), ("green_tripdata_2020-06.csv.gz", .green, 2020, 6),
        ("green_tripdata_2020-07.csv.gz", .green, 2020, 7), ("green_tripdata_2020-09.csv.gz", .green, 2020, 9),
        ("green_head99_2019-01.csv", .green, 2019, 1),
        ("yellow_tripdata_2021-01_first22792.csv.gz", .yellow, 2021, 1), ("yellow_head99_lf.csv", .yellow, 2021, 1),
        ("yellow_head99_crlf.csv", .yellow, 2021, 1), ("yellow_tripdata_2021-01_us_dates.csv", .yellow, 2021, 1),
        ("ge_yellow_10k_2018-11.csv.gz", .yellow, 2018, 11), ("ge_yellow_10k_2019-07.csv.gz", .yellow, 2019, 7),
        ("ge_yellow_10k_2020-05.csv.gz", .yellow, 2020, 5), ("ge_yellow_1k_2021.csv", .yellow, 2021, 10),
        ("fhv_sample_2015-02_reindexed.csv", .fhv, 2015, 2), ("fhvhv_sample.csv", .fhvhv, 2019, 2),
    ]

    private static let parquetFiles: [(name: String, year: Int, month: Int)] = [
        ("green_tripdata_2021-01.parquet", 2021, 1), ("green_tripdata_2022-02.parquet", 2022, 2),
        ("green_tripdata_2023-03.parquet", 2023, 3),
    ]

    @Test(arguments: files)
    func agreesWithWhatOthersFound(name: String, color: TaxiColor, year: Int, month: Int) throws {
        try check(TaxiFileReading(name, of: TaxiDataset(color: color, year: year, month: month)), name)
    }

    @Test(arguments: parquetFiles)
    func takesTheDeclaredTypesFromWhateverParquetHolds(name: String, year: Int, month: Int) throws {
        let dataset = try TaxiDataset(color: .green, year: year, month: month)
        let reading = try TaxiFileReading(parquet: name, of: dataset)
        try check(reading, name)
        #expect(reading.drift.missing == [] && reading.drift.new == [] && reading.drift.untimely == [])
        #expect(reading.drift.retyped.allSatisfy { $0.isAlike && $0.declared == "int64" })
        #expect(reading.drift.allNull == ["ehail_fee"])
        #expect(reading.drift.reasonsToRefuse(under: .fail) == [])
        #expect(reading.batches.allSatisfy { $0.schema == dataset.fileSchema })
    }

    private func check(_ reading: TaxiFileReading, _ name: String) throws {
        let expected = try #require(try TestData.expectations()[name])
        #expect(reading.rows == expected.rows)
        #expect(reading.drift.rows == expected.rows)
        for (header, column) in try #require(expected.columns) where !header.isEmpty {
            let place = try #require(reading.header.names.firstIndex(of: header))
            let index = try #require(reading.mapping.sources.firstIndex { $0.contains(place) })
            try check(
                reading.batches.map { $0.columns[index] }, column, "\(name) \(header)",
                isParquet: reading.header.format == .parquet)
        }
        if let outside = expected.pickup_outside_month {
            let pickup = reading.drift.outOfRange.first { $0.column == reading.dataset.pickupColumn }
            #expect((pickup?.outsideMonth ?? 0) == outside)
        }
    }

    private func check(
        _ columns: [Column], _ expected: TestData.Column, _ place: String, isParquet: Bool
    ) throws {
        let type = try #require(columns.first?.type)
        #expect(columns.map(\.nullCount).reduce(0, +) == expected.nulls, "\(place)")
        switch expected.type {
        case "null": #expect(columns.allSatisfy { $0.nullCount == $0.count }, "\(place)")
        case "string", "large_string":
            #expect(type == .text, "\(place)")
            let texts = columns.flatMap { column in (0..<column.count).compactMap { column.text(at: $0) } }
            let counts = Dictionary(grouping: texts) { $0 }.mapValues(\.count)
            #expect(counts.count == expected.distinct, "\(place)")
            for (text, count) in expected.top ?? [:] { #expect(counts[text] == count, "\(place)") }
        case "timestamp[s]", "timestamp[us]":
            #expect(type == .timestamp, "\(place)")
            let times = numbers(columns)
            #expect(expected.min == times.min().map { .text(CalendarDay.text(microseconds: Int64($0))) }, "\(place)")
            #expect(expected.max == times.max().map { .text(CalendarDay.text(microseconds: Int64($0))) }, "\(place)")
        default:
            // Whole numbers come from Parquet as those of 32 bits and as floating point too.
            #expect(type.rawValue == expected.type || (isParquet && type == .int64), "\(place)")
            let numbers = numbers(columns)
            if let sum = expected.sum { #expect(numbers.reduce(0, +) == Double(sum), "\(place)") }
            if let cents = expected.sum_cents {
                #expect(numbers.map { Int64(($0 * 100).rounded()) }.reduce(0, +) == cents, "\(place)")
            }
            #expect(expected.min == numbers.min().map { .number($0) }, "\(place)")
            #expect(expected.max == numbers.max().map { .number($0) }, "\(place)")
        }
    }

    /// The values that are not NULL. Those of the files, times too, are exact as `Double`.
    private func numbers(_ columns: [Column]) -> [Double] {
        columns.flatMap { column -> [Double] in
            let values: [Double] =
                switch column.values {
                case .int64(let values): values.map { Double($0) }
                case .double(let values): values
                case .int32, .text, .bool: []
                }
            return column.nullCount == 0 ? values : zip(values, column.validity).filter(\.1).map(\.0)
        }
    }

    @Test func everyFileIsTriedOrOfAnotherKind() throws {
        let tried = Set(Self.files.map(\.name) + Self.parquetFiles.map(\.name))
        let others = try TestData.expectations().keys.filter {
            !tried.contains($0) && !$0.hasPrefix("heads_1k/") && !$0.hasPrefix("damaged/") && !$0.contains("lookup")
        }
        #expect(others.isEmpty)
    }

    private static let heads: [(name: String, color: TaxiColor, year: Int, month: Int, rows: Int)] = [
        ("yellow_tripdata_2009-01", .yellow, 2009, 1, 4), ("yellow_tripdata_2014-01", .yellow, 2014, 1, 4),
        ("yellow_tripdata_2016-07", .yellow, 2016, 7, 9), ("yellow_tripdata_2018-01", .yellow, 2018, 1, 8),
        ("yellow_tripdata_2019-05", .yellow, 2019, 5, 8), ("green_tripdata_2013-08", .green, 2013, 8, 7),
        ("green_tripdata_2015-01", .green, 2015, 1, 4), ("green_tripdata_2016-07", .green, 2016, 7, 8),
        ("green_tripdata_2020-01", .green, 2020, 1, 7), ("fhv_tripdata_2015-01", .fhv, 2015, 1, 33),
        ("fhv_tripdata_2017-01", .fhv, 2017, 1, 30), ("fhv_tripdata_2017-07", .fhv, 2017, 7, 13),
        ("fhv_tripdata_2018-01", .fhv, 2018, 1, 12), ("fhv_tripdata_2019-01", .fhv, 2019, 1, 18),
        ("fhv_tripdata_2020-01", .fhv, 2020, 1, 16), ("fhvhv_tripdata_2020-01", .fhvhv, 2020, 1, 14),
    ]

    @Test(arguments: heads)
    func everyErasHeaderIsAsDeclared(name: String, color: TaxiColor, year: Int, month: Int, rows: Int) throws {
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let reading = try TaxiFileReading("heads_1k/\(name).csv", of: dataset, under: .fail, dropsCutRow: true)
        #expect(reading.rows == rows)
        #expect(reading.drift.missing == [])
        #expect(reading.drift.new == [])
        #expect(reading.drift.untimely == [])
        #expect(reading.mapping.unknown == [])
        #expect(TaxiColor.fitting(reading.header.names) == color)
        #expect(reading.drift.reasonsToRefuse(under: .fail) == [])
    }

    @Test func every2009ValueArrives() throws {
        let dataset = try TaxiDataset(color: .yellow, year: 2009, month: 1)
        let head = try TaxiFileReading("heads_1k/yellow_tripdata_2009-01.csv", of: dataset, dropsCutRow: true)
        #expect(head.texts("VendorID").first == "2")
        #expect(head.texts("vendor_name").first == "VTS")
        #expect(head.texts("tpep_pickup_datetime").first == "2009-01-04 02:52:00")
        #expect(head.texts("payment_type").first == "2")
        #expect(head.texts("pickup_longitude").first == "-73.991957")
        #expect(head.texts("dropoff_latitude").first == "40.695922")
        #expect(head.texts("total_amount").first == "9.4")
        #expect(head.texts("PULocationID") == [nil, nil, nil, nil])
    }

    @Test func every2014ValueArrives() throws {
        let dataset = try TaxiDataset(color: .yellow, year: 2014, month: 1)
        let head = try TaxiFileReading("heads_1k/yellow_tripdata_2014-01.csv", of: dataset, dropsCutRow: true)
        #expect(head.texts("VendorID") == ["1", "1", "1", "1"])
        #expect(head.texts("vendor_name") == ["CMT", "CMT", "CMT", "CMT"])
        #expect(head.texts("payment_type") == ["1", "1", "1", "1"])
        #expect(head.texts("store_and_fwd_flag").first == "N")
        #expect(head.texts("extra").first == "0.5")
        #expect(head.texts("pickup_latitude").first == "40.736828")
    }

    @Test func bothBasesOf2018Arrive() throws {
        let dataset = try TaxiDataset(color: .fhv, year: 2018, month: 1)
        let head = try TaxiFileReading("heads_1k/fhv_tripdata_2018-01.csv", of: dataset, dropsCutRow: true)
        #expect(head.texts("dispatching_base_num").first == "B02884")
        #expect(head.texts("dispatching_base_number") == head.texts("dispatching_base_num"))
        let row = "2018-01-30 21:06:50,,1,2,,B1,B2\n"
        let header =
            "Pickup_DateTime,DropOff_datetime,PUlocationID,DOlocationID,SR_Flag,Dispatching_base_number,"
            + "Dispatching_base_num\n"
        let both = try TaxiFileReading(Array((header + row).utf8), of: dataset)
        #expect(both.texts("dispatching_base_num") == ["B2"])
        #expect(both.texts("dispatching_base_number") == ["B1"])
    }
}

import Foundation
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

struct DriftReportTests {
    private static let header2020 =
        "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,PULocationID,DOLocationID,"
        + "passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,ehail_fee,"
        + "improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge"

    private func green(
        header: String = Self.header2020, _ rows: [String] = [], under policy: DriftPolicy = .warn
    ) throws -> DriftReport {
        let text = ([header] + rows).joined(separator: "\n") + "\n"
        let dataset = try TaxiDataset(color: .green, year: 2020, month: 7)
        return try TaxiFileReading(Array(text.utf8), of: dataset, under: policy).drift
    }

    private func row(_ pickup: String) -> String { "2,\(pickup),\(pickup),N,1,1,1,1,1,1,0,0,0,0,,0,1,1,1,0" }

    @Test func aFileAsDeclaredHasNoFindings() throws {
        let report = try green([row("2020-07-01 00:00:00")])
        #expect(report.findings.filter { $0.level == .warning } == [])
        #expect(report.summary == ["No row has a value in ehail_fee."])
        #expect(report.reasonsToRefuse(under: .fail) == [])
    }

    @Test func aColumnThatTheEraHasIsMissing() throws {
        let report = try green(header: Self.header2020.replacingOccurrences(of: ",congestion_surcharge", with: ""))
        #expect(report.missing == ["congestion_surcharge"])
        #expect(
            report.reasonsToRefuse(under: .fail)
                == ["green 2020-07 has no congestion_surcharge, which is NULL in every row."])
        #expect(report.reasonsToRefuse(under: .warn) == [])
        #expect(report.reasonsToRefuse(under: .evolve) == [])
    }

    @Test func aNewColumnIsLoadedOrLeftOut() throws {
        let header = Self.header2020 + ",surge price,"
        let evolved = try green(header: header, under: .evolve)
        #expect(
            evolved.new == [
                DriftReport.NewColumn(name: "surge price", loadedAs: "surge_price"),
                DriftReport.NewColumn(name: "column 22", problem: "it has no name"),
            ])
        #expect(evolved.renamed == [])
        let warned = try green(header: header, under: .warn)
        #expect(warned.new.map(\.loadedAs) == [nil, nil])
        #expect(warned.new.map(\.name) == ["surge price", "column 22"])
        #expect(warned.reasonsToRefuse(under: .fail).count == 2)
    }

    @Test func aColumnThatCannotBeLoadedIsNamedOnceWithTheReason() throws {
        let report = try green(header: Self.header2020 + ",twice, TWICE,", under: .evolve)
        #expect(
            report.summary.prefix(2) == [
                "Column twice cannot be loaded and is left out: its name stands 2 times in the file.",
                "Column column 23 cannot be loaded and is left out: it has no name.",
            ])
        #expect(report.new.count == 2)
    }

    @Test func ourOwnMonthIsNoNewColumn() throws {
        #expect(try green(header: Self.header2020 + ",file_month").new == [])
    }

    @Test func aDeclaredColumnOfAnotherMonthIsUntimely() throws {
        let report = try green(header: Self.header2020 + ",cbd_congestion_fee,Pickup_longitude", under: .fail)
        #expect(report.untimely == ["cbd_congestion_fee", "pickup_longitude"])
        #expect(report.new == [])
        #expect(report.reasonsToRefuse(under: .fail) == [])
    }

    @Test func namesThatDifferAreSaid() throws {
        let report = try green(header: Self.header2020.replacingOccurrences(of: "RatecodeID", with: "RateCodeID "))
        #expect(report.renamed == [DriftReport.RenamedColumn(column: "RatecodeID", header: "RateCodeID")])
        #expect(report.reasonsToRefuse(under: .fail) == [])
    }

    @Test func typesThatDifferAreSaidAndOthersThanNumbersRefused() throws {
        let dataset = try TaxiDataset(color: .green, year: 2021, month: 1)
        let names = Self.header2020.split(separator: ",").map(String.init)
        let types: [String: ColumnType] = [
            "passenger_count": .double, "PULocationID": .int32, "lpep_pickup_datetime": .timestamp,
            "lpep_dropoff_datetime": .timestamp, "store_and_fwd_flag": .text, "trip_distance": .text,
        ]
        let columns = names.map { name in
            let declared = dataset.fileSchema.columns.first { $0.name == name }?.type
            return FileHeader.Column(name, name == "ehail_fee" ? nil : types[name] ?? declared)
        }
        let header = FileHeader(parquet: columns)
        let mapping = try HeaderMapping(header: names, schema: dataset.fileSchema(of: header, under: .fail))
        let report = DriftReport(dataset, header: header, mapping: mapping, under: .fail)
        #expect(report.missing == [])
        #expect(
            report.retyped == [
                .init(column: "PULocationID", declared: "int64", found: "int32", isAlike: true),
                .init(column: "passenger_count", declared: "int64", found: "double", isAlike: true),
                .init(column: "trip_distance", declared: "double", found: "text", isAlike: false),
            ])
        #expect(
            report.reasonsToRefuse(under: .fail)
                == [
                    "Column trip_distance holds text values instead of double; each is read as text would be, or refused."
                ])
    }

    @Test func numbersOfOtherWidthsAreOneLine() throws {
        let dataset = try TaxiDataset(color: .fhvhv, year: 2020, month: 1)
        let header = FileHeader(parquet: [
            .init("hvfhs_license_num", .text), .init("pickup_datetime", .timestamp), .init("PULocationID", .int32),
            .init("DOLocationID", .double),
        ])
        let mapping = try HeaderMapping(header: header.names, schema: dataset.fileSchema)
        let report = DriftReport(dataset, header: header, mapping: mapping, under: .warn)
        #expect(
            report.summary.contains(
                "Numbers are of another width: PULocationID (int32 for int64), DOLocationID (double for int64); each is "
                    + "taken where it is exact."))
    }

    @Test func theRefusalNamesTheFileAndTheReasons() {
        let error = ETLError.drift(file: "f.csv", findings: ["One.", "Two."])
        #expect(
            error.description == "f.csv differs from what is declared: One. Two. Nothing was loaded. Choose the drift "
                + "policy warn or evolve to load it all the same.")
    }

    @Test func timesOffTheMonthAreCountedAndKept() throws {
        let report = try green([
            row("2020-07-01 00:00:00"), row("2020-06-30 23:00:00"), row("2008-12-31 23:05:26"),
            row("2020-07-31 12:00:00"),
            row("2020-07-30 12:00:00"),
        ])
        let expected = DriftReport.OutOfRange(
            column: "lpep_pickup_datetime", rows: 1, outsideMonth: 2, earliest: "2008-12-31 23:05:26",
            latest: "2020-07-31 12:00:00")
        #expect(report.outOfRange.first == expected)
        #expect(report.outOfRange.count == 2)
        #expect(report.otherMonth == nil)
        #expect(
            report.summary.contains(
                "1 of 5 rows have a lpep_pickup_datetime more than a day off the month of green 2020-07; times run from "
                    + "2008-12-31 23:05:26 to 2020-07-31 12:00:00. They are kept."))
        #expect(report.reasonsToRefuse(under: .fail) == [])
    }

    @Test func aFileOfAnotherMonthIsFound() throws {
        let other = [row("2020-08-03 00:00:00"), row("2020-08-13 00:00:00"), row("2020-09-13 00:00:00")]
        let report = try green(other + [row("2020-07-03 00:00:00")])
        #expect(report.otherMonth == DriftReport.OtherMonth(month: "2020-08", rows: 2))
        #expect(report.reasonsToRefuse(under: .fail).count == 1)
        // Half of the rows do not make it that month's file.
        #expect(report.mostRowsMonth == nil && report.reasonsToRefuse(under: .evolve) == [])
        #expect(
            try green(other + [row("2020-07-03 00:00:00"), row("2020-07-03 00:00:00"), row("2020-07-04 00:00:00")])
                .otherMonth == nil)
    }

    @Test func aFileThatIsMostlyOfOneOtherMonthIsThatMonths() throws {
        let report = try green([row("2020-08-03 00:00:00"), row("2020-08-13 00:00:00"), row("2020-07-03 00:00:00")])
        #expect(report.mostRowsMonth == DriftReport.OtherMonth(month: "2020-08", rows: 2))
        #expect(report.reasonsToRefuse(under: .evolve).count == 1)
        #expect(report.reasonsToRefuse(under: .fail).count == 1)
        #expect(report.reasonsToRefuse(under: .warn) == [])
    }

    @Test func jsonKeepsItsKeys() throws {
        var report = try green([row("2020-07-01 00:00:00")])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        report.add(CSVReport())
        let data = try encoder.encode(report)
        #expect(
            String(decoding: data, as: UTF8.self)
                == "{\"adjustedToUTC\":[],\"allNull\":[\"ehail_fee\"],\"counts\":{\"blankLines\":0,\"emptyRecords\":0,\"latin1Texts\":0,"
                + "\"nanValues\":0,\"nulledValues\":0,\"rejectedRecords\":0,\"rowsWithSurplusBlanks\":0},\"dataset\":\"green 2020-07\","
                + "\"format\":\"csv\",\"missing\":[],\"new\":[],\"ofUnsaidClock\":[],\"outOfRange\":[],\"renamed\":[],"
                + "\"retyped\":[],\"rows\":1,\"untimely\":[]}")
        #expect(try JSONDecoder().decode(DriftReport.self, from: data) == report)
    }

    @Test func countsOfTheReaderAreSaid() throws {
        var report = try green([row("2020-07-01 00:00:00")])
        var read = CSVReport()
        read.nulledValues = 3
        read.blankLines = 1
        report.add(read)
        report.add(read)
        #expect(
            report.summary.suffix(2) == [
                "6 values that are none of their column's type became NULL.", "2 empty lines were passed over.",
            ])
    }
}

/// What the real files drift by.
@Suite(.enabled(if: TestData.isAvailable || ProcessInfo.processInfo.environment["CI"] != nil, "no test data"))
struct DriftReportFileTests {
    private func report(_ name: String, _ color: TaxiColor, _ year: Int, _ month: Int) throws -> DriftReport {
        try TaxiFileReading(name, of: TaxiDataset(color: color, year: year, month: month)).drift
    }

    @Test func pickupsOf2008And2041() throws {
        let report = try report("green_tripdata_2020-09.csv.gz", .green, 2020, 9)
        let pickup = try #require(report.outOfRange.first)
        #expect(pickup.column == "lpep_pickup_datetime")
        #expect(pickup.earliest == "2008-12-31 23:05:26")
        #expect(pickup.latest == "2041-08-17 16:24:38")
        #expect(report.allNull == ["ehail_fee"])
        #expect(report.missing == [] && report.new == [] && report.renamed == [] && report.untimely == [])
    }

    @Test func renamedColumnsAndOneThatIsEarly() throws {
        let report = try report("ge_yellow_10k_2018-11.csv.gz", .yellow, 2018, 11)
        #expect(
            report.renamed.map(\.header) == [
                "vendor_id", "pickup_datetime", "dropoff_datetime", "rate_code_id", "pickup_location_id",
                "dropoff_location_id",
            ])
        #expect(report.missing == [])
        // The Parquet files of 2018 have it, blank as here.
        #expect(report.untimely == [])
        #expect(report.allNull == ["congestion_surcharge"])
    }

    @Test func aColumnThatNobodyDeclared() throws {
        let report = try report("ge_yellow_1k_2021.csv", .yellow, 2021, 10)
        #expect(report.new == [DriftReport.NewColumn(name: "test_bool", loadedAs: "test_bool")])
        #expect(report.missing == [])
    }

    @Test func anIndexWithoutAName() throws {
        let report = try report("fhv_sample_2015-02_reindexed.csv", .fhv, 2015, 2)
        #expect(report.new == [DriftReport.NewColumn(name: "column 1", problem: "it has no name")])
        #expect(report.missing == [])
        #expect(report.otherMonth == nil)
    }

    @Test func aFileOfManyMonths() throws {
        let report = try report("fhvhv_sample.csv", .fhvhv, 2020, 12)
        #expect(report.otherMonth?.month == "2019-02")
    }
}

import Foundation
import TestSupport
import Testing

@testable import OrchETL

/// What other programs found in the real files, against what PostgreSQL finds in its tables.
@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"),
    .enabled(if: TestData.isAvailable, "the real data is not there; set ORCH_TEST_DATA"), .timeLimit(.minutes(10)),
    .postgresCluster)
struct PostgresRealFilesTests {
    @Test(
        arguments: [
            ("green_tripdata_2020-04.csv.gz", TaxiColor.green, 2020, 4),
            ("green_tripdata_2020-06.csv.gz", .green, 2020, 6),
            ("green_tripdata_2020-07.csv.gz", .green, 2020, 7), ("green_tripdata_2020-09.csv.gz", .green, 2020, 9),
            ("green_tripdata_2021-01.parquet", .green, 2021, 1), ("green_tripdata_2022-02.parquet", .green, 2022, 2),
            ("green_tripdata_2023-03.parquet", .green, 2023, 3),
            ("yellow_tripdata_2021-01_first22792.csv.gz", .yellow, 2021, 1),
            ("yellow_head99_crlf.csv", .yellow, 2021, 1),
        ] as [(String, TaxiColor, Int, Int)])
    func loadsAsOthersReadIt(name: String, color: TaxiColor, year: Int, month: Int) async throws {
        let database = try PostgresDatabase()
        let expected = try #require(try TestData.expectations()[name])
        let dataset = try TaxiDataset(color: color, year: year, month: month)
        let load = try await database.sink.load(TripFile(TestData.path(name), of: dataset))
        #expect(load.sourceSHA256 == expected.sha256)
        let rows = try #require(expected.rows)
        #expect(load.rowsRead == rows && load.rowsInserted == rows)
        let table = dataset.postgresTable
        #expect(
            try database.psql("SELECT count(*), min(file_month), max(file_month) FROM \(table)")
                == "\(rows)|\(dataset.month.firstDay)|\(dataset.month.firstDay)")
        for (column, figures) in expected.columns ?? [:] {
            let name = column.lowercased()
            let nulls = try database.psql("SELECT count(*) - count(\(name)) FROM \(table)")
            #expect(nulls == String(figures.nulls), "NULLs of \(column)")
            if let sum = figures.sum {
                #expect(try database.psql("SELECT sum(\(name)) FROM \(table)") == String(sum), "sum of \(column)")
            }
            if let cents = figures.sum_cents {
                let sql = "SELECT coalesce(sum(round(\(name)::numeric * 100)), 0)::bigint FROM \(table)"
                #expect(try database.psql(sql) == String(cents), "sum of \(column)")
            }
            for (bound, function) in [(figures.min, "min"), (figures.max, "max")] {
                guard let literal = bound?.literal else { continue }
                let isEqual = "SELECT \(function)(\(name)) = \(literal) FROM \(table)"
                #expect(try database.psql(isEqual) == "t", "\(function) of \(column)")
            }
        }
    }
}

extension TestData.Bound {
    /// The value as SQL.
    fileprivate var literal: String {
        switch self {
        case .number(let number): "\(number)"
        case .text(let text): "'\(text)'"
        }
    }
}

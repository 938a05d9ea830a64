import Foundation
import Orch
import OrchETL
import OrchTesting
import TestSupport
import Testing

/// The flows that the articles show, run in memory: files instead of the web and the lake, and a PostgreSQL of their own.
@Suite(.postgresCluster, .enabled(if: PostgresCluster.isAvailable))
struct ArticleFlowsTests {
    private static let months = ["2021-01", "2021-02"]
    private let folder: TemporaryFolder
    private let source: String
    private let lake: String
    private let database: String
    private let cluster: PostgresCluster

    init() throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        source = "file://\(folder.path)"
        lake = "file://\(folder.path)/lake"
        cluster = try #require(PostgresCluster.current)
        let name = "articles_\(UUID().uuidString.prefix(8).lowercased())"
        _ = try cluster.psql("CREATE DATABASE \(name)")
        database = cluster.url(database: name)
        for month in Self.months {
            let path = try folder.write(Self.trips(in: month), as: "yellow_tripdata_\(month).csv")
            #expect(try ChildProgram.run(["gzip", path]).code == 0)
        }
    }

    /// Three trips, one of them without passengers.
    private static func trips(in month: String) -> String {
        let header =
            "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,RatecodeID,"
            + "store_and_fwd_flag,PULocationID,DOLocationID,payment_type,fare_amount,extra,mta_tax,tip_amount,"
            + "tolls_amount,improvement_surcharge,total_amount,congestion_surcharge\n"
        return header
            + (0..<3).map { passengers in
                "1,\(month)-01 00:3\(passengers):10,\(month)-01 00:36:12,\(passengers),2.1,1,N,142,43,2,8,3,0.5,0,0,0.3,"
                    + "11.8,2.5\n"
            }.joined()
    }

    private func rows(of table: String) throws -> String {
        let name = try #require(database.split(separator: "?").first?.split(separator: "/").last)
        return try cluster.psql("SELECT count(*) FROM \(table)", database: String(name))
    }

    @Test func theFirstFlowGreets() async throws {
        let run = try await FlowTest(Greeting.self) { $0.times = 2 }.run()
        #expect(run.output == 2)
        #expect(run.messages(.info).filter { $0.hasPrefix("hello, number") } == ["hello, number 1", "hello, number 2"])
    }

    @Test func ingestingAMonthTwiceIsAsOnce() async throws {
        let test = FlowTest(IngestFlow.self) { flow in
            flow.url = "\(source)/yellow_tripdata_2021-01.csv.gz"
            flow.database = database
        }
        for _ in 1...2 {
            let run = try await test.run()
            #expect(run.output == 3, "\(run.state.message)")
            #expect(run.childRuns.count == 1)
            #expect(run.leftovers.isEmpty)
        }
        #expect(try rows(of: "yellow_taxi_trips") == "3")
    }

    @Test func aFetchThatFailsIsTriedAgain() async throws {
        let test = FlowTest(WebToGcs.self) { flow in
            (flow.year, flow.month, flow.color) = (2021, 1, .yellow)
            (flow.source, flow.lake) = (source, lake)
        }
        let run = try await test.failing("fetch", attempts: 1...2, with: NoSuchMonth(month: "2021-01")).run()
        #expect(run.output == "\(lake)/data/yellow/yellow_tripdata_2021-01.parquet", "\(run.state.message)")
        #expect(run.task("fetch")?.attempts == 3)
        #expect(run.messages(.info).contains("3 rows before, 2 after"))
    }

    @Test func theParentRunsBothMonths() async throws {
        let run = try await FlowTest(ParentFlow.self) { flow in
            (flow.source, flow.lake, flow.warehouse) = (source, lake, "")
        }.run()
        #expect(run.output == Self.months.map { "\(lake)/data/yellow/yellow_tripdata_\($0).parquet" })
    }

    @Test func theWarehouseIsABlockThatTheRunIsGiven() async throws {
        let run = try await FlowTest(GcsToBq.self).run()
        #expect(run.state.type == .failed)
        #expect(run.state.message.contains("orch block create bigquery-warehouse zoom-bq"))
    }

    @Test func theGraphDownloadsAndIngests() async throws {
        let run = try await FlowTest(MonthlyTrips.self) { flow in
            (flow.source, flow.database) = (source, database)
        }.run()
        #expect(run.state.type == .completed, "\(run.state.message)")
        #expect(run.metrics["rows_loaded"] == 3)
        #expect(try rows(of: "yellow_taxi_trips") == "3")
    }

    @Test(arguments: [true, false])
    func lakeAndTableAreFilledSideBySide(hasDatabase: Bool) async throws {
        let run = try await FlowTest(LakeAndTable.self) { flow in
            (flow.source, flow.lake, flow.database) = (source, lake, hasDatabase ? database : "")
        }.run()
        #expect(run.state.type == .completed, "\(run.state.message)")
        #expect(run.task("ingest")?.state?.name == (hasDatabase ? "Completed" : "Skipped"))
        #expect(run.task("report")?.state?.name == "Completed")
        #expect(try hasDatabase ? rows(of: "yellow_taxi_trips") == "3" : true)
    }

    @Test func theExporterWritesWhatTheTransformerLeft() async throws {
        let run = try await FlowTest(LoadApiData.self) { flow in
            (flow.source, flow.lake) = (source, lake)
        }.run()
        #expect(run.output == "\(lake)/data/yellow/yellow_tripdata_2021-01.parquet", "\(run.state.message)")
        #expect(run.tasks.map(\.task) == ["data_loader", "transformer", "data_exporter"])
    }
}

import Foundation
import Glibc
import OrchModel
import Testing

@Suite(.enabled(if: TaxiProcess.executable != nil, "the taxi program is not built beside the tests"))
struct TaxiProgramTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var source: String {
        "source=file://\(folder.url.path)/{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}.csv"
    }
    private var lake: String { "lake=file://\(folder.url.path)/lake" }
    private var launch: [String: String] {
        [
            "ORCH_FLOW_RUN_ID": Identifier.new().description, "ORCH_API_KEY": "key", "ORCH_ATTEMPT": "1",
            "ORCH_JOURNAL": "off",
        ]
    }

    private func records(_ output: [UInt8]) -> [StreamRecord.Kind] {
        var decoder = StreamDecoder(nonce: StreamNonce.make(apiKey: "key", attempt: 1), attempt: 1)
        let events = output.split(separator: UInt8(ascii: "\n")).flatMap { decoder.feed($0) } + decoder.finish()
        return events.compactMap { event in
            if case .record(_, let record) = event { return record.kind }
            Issue.record("not a record: \(event)")
            return nil
        }
    }

    @Test func listsItsFlows() async throws {
        let ending = try await TaxiProcess.run(["flows"])
        let names = ending.text.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(
            names == ["etl-web-to-gcs", "etl-gcs-to-bq", "etl-parent-flow", "parent_flow_runner", "ingest-postgres"])
        let json = try JSONValue(parsing: try await TaxiProcess.run(["flows", "--output", "json"]).output)
        #expect(json.arrayValue?.compactMap { $0["name"]?.stringValue } == names.map(String.init))
    }

    @Test func describesItself() async throws {
        let ending = try await TaxiProcess.run(["describe", "--json"])
        #expect(ending.code == 0)
        let description = try JSONDecoder().decode(ImageDescription.self, from: Data(ending.output))
        #expect(description.program == "taxi")
        #expect(description.deployments.map(\.name) == ["docker-flow", "docker-ingest"])
        #expect(description.deployments.map(\.flow) == ["parent_flow_runner", "ingest-postgres"])
        for deployment in description.deployments {
            #expect(deployment.parameters == ["color": "green", "year": 2020, "month": 7])
        }
        let runner = try #require(description.flows.first { $0.name == "parent_flow_runner" })
        #expect(runner.command == ["taxi", "run", "parent_flow_runner"])
        #expect(
            runner.blocks == [
                BlockReference(type: "gcs-bucket", parameter: "lake"),
                BlockReference(type: "bigquery-warehouse", parameter: "warehouse"),
            ])
        #expect(runner.parameters["color"]?.value.choices == ["yellow", "green", "fhv", "fhvhv"])
        #expect(runner.parameters["month"]?.value == ValueSchema(.integer, minimum: 1, maximum: 12))
        #expect(runner.parameters["year"]?.value.minimum == 2009)
    }

    @Test(arguments: [
        (["run", "etl-web-to-gcs", "-p", "color=blue"], "expected one of yellow, green, fhv, fhvhv, got \"blue\""),
        (["run", "etl-web-to-gcs", "-p", "month=13"], "expected a whole number from 1 to 12, got 13"),
        (["run", "etl-web-to-gcs", "-p", "colour=green"], "did you mean \"color\"?"),
        (["run", "etl-web-to-gsc"], "did you mean \"etl-web-to-gcs\"?"),
        (["convert", "green_tripdata_2020-07.csv", ""], "expected two files' names, got an empty one"),
        (["load", "green_tripdata_2020-07.csv", "--table", ""], "--table: expected a table's name"),
        (["load", "green_tripdata_2020-07.csv", "--rejects", ""], "--rejects: expected a file's name"),
        (["run"], "Usage: taxi run"), (["rnu"], "Usage: taxi"),
    ])
    func refusesAWrongCommandLine(arguments: [String], message: String) async throws {
        let ending = try await TaxiProcess.run(arguments)
        #expect(ending.code == 2)
        #expect((ending.text + ending.errors).contains(message))
    }

    @Test(arguments: [["--help"], ["--version"], ["run", "--help"]])
    func helps(arguments: [String]) async throws {
        let ending = try await TaxiProcess.run(arguments)
        #expect(ending.code == 0)
        #expect(!ending.output.isEmpty)
    }

    @Test func needsNothingButADisk() async throws {
        try folder.writeTrips()
        for _ in 1...2 {
            let ending = try await TaxiProcess.run(
                ["run", "etl-web-to-gcs", "-p", "color=green", "-p", "month=07", "-p", source, "-p", lake])
            #expect(ending.code == 0, "\(ending.text)")
            #expect(ending.text.contains("4 rows read, 1 without passengers dropped, 3 kept"))
            #expect(ending.text.contains("Completed"))
            #expect(!ending.text.contains("\u{1B}"))
            let object = folder.url.appending(path: "lake/data/green/green_tripdata_2020-07.parquet")
            let parquet = try Data(contentsOf: object)
            #expect(parquet.prefix(4) == Data("PAR1".utf8))
            #expect(parquet.suffix(4) == Data("PAR1".utf8))
        }
    }

    @Test func takesWhatItWroteAsASource() async throws {
        try folder.writeTrips()
        let first = try await TaxiProcess.run(
            ["run", "etl-web-to-gcs", "-p", "color=green", "-p", "month=7", "-p", source, "-p", lake])
        #expect(first.code == 0, "\(first.text)")
        let parquet = "source=file://\(folder.url.path)/lake/data/green/green_tripdata_2020-07.parquet"
        let again = try await TaxiProcess.run(
            [
                "run", "etl-web-to-gcs", "-p", "color=green", "-p", "month=7", "-p", parquet, "-p",
                "lake=file://\(folder.url.path)/other",
            ])
        #expect(again.code == 0, "\(again.text)")
        #expect(again.text.contains("3 rows read"))
        let object = folder.url.appending(path: "other/data/green/green_tripdata_2020-07.parquet")
        #expect(try Data(contentsOf: object).prefix(4) == Data("PAR1".utf8))
    }

    @Test func reportsARunThroughTheRunStream() async throws {
        try folder.writeTrips()
        let parameters = [
            "month": "7", "color": "\"green\"", "source": "\"\(source.dropFirst(7))\"",
            "lake": "\"\(lake.dropFirst(5))\"",
        ]
        var environment = launch
        environment["ORCH_PARAMETERS"] = "{" + parameters.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        let ending = try await TaxiProcess.run(["run", "etl-web-to-gcs"], environment: environment)
        #expect(ending.code == 0)
        #expect(ending.errors.isEmpty)
        let records = records(ending.output)
        #expect(records.first == .hello(.init(sdk: "0.1.0", flow: "etl-web-to-gcs")))
        let tasks = records.compactMap {
            if case .taskState(let task) = $0 { "\(task.name) \(task.state.name)" } else { nil }
        }
        // The last two run at the same time: the file is whole before the object is, but either may say so first.
        #expect(tasks.prefix(2) == ["extract Running", "extract Completed"])
        #expect(
            tasks.dropFirst(2).filter { $0.hasPrefix("transform") } == ["transform Running", "transform Completed"])
        #expect(tasks.dropFirst(2).filter { $0.hasPrefix("load") } == ["load Running", "load Completed"])
        #expect(tasks.count == 6)
        let result = records.compactMap { if case .result(let value) = $0 { value } else { nil } }.first
        #expect(result?["rowsRead"] == 4)
        #expect(result?["rowsWritten"] == 3)
        #expect(
            records.contains {
                if case .metric(let metric) = $0 { metric.name == "rows_dropped" && metric.value == 1 } else { false }
            })
        guard case .outcome(let outcome)? = records.last else {
            Issue.record("the last record is no outcome")
            return
        }
        #expect(outcome.type == .completed)
    }

    @Test func aFileThatIsRefusedLeavesNothingInTheLake() async throws {
        try folder.writeTrips()
        let file = folder.url.appending(path: "green_tripdata_2020-07.csv")
        try Data(try Data(contentsOf: file) + Data("2,no time\r\n".utf8)).write(to: file)
        let ending = try await TaxiProcess.run(
            ["run", "etl-web-to-gcs", "-p", source, "-p", lake], environment: launch)
        #expect(ending.code == 1)
        let tasks = records(ending.output).compactMap {
            if case .taskState(let task) = $0 { "\(task.name) \(task.state.name)" } else { nil }
        }
        // Both say why, and none is called cancelled.
        #expect(Set(tasks.dropFirst(2)) == ["transform Running", "load Running", "transform Failed", "load Failed"])
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "lake").path))
    }

    @Test func failsWhereTheSourceHasNoFile() async throws {
        let ending = try await TaxiProcess.run(
            ["run", "etl-web-to-gcs", "-p", source, "-p", lake], environment: launch)
        #expect(ending.code == 1)
        guard case .outcome(let outcome)? = records(ending.output).last else {
            Issue.record("the last record is no outcome")
            return
        }
        #expect(outcome.type == .failed)
        #expect(outcome.message.contains("green_tripdata_2020-07.csv"))
    }

    @Test func saysWhichBlockIsMissing() async throws {
        let ending = try await TaxiProcess.run(["run", "parent_flow_runner"])
        #expect(ending.code == 1)
        #expect(ending.text.contains("ORCH_BLOCK_BIGQUERY_WAREHOUSE_ZOOM_BQ"))
    }

    @Test func neverShowsTheDatabasesPassword() async throws {
        try folder.writeTrips()
        // Nobody listens on port 1; the URL's own check of the port comes later than that of the password.
        for environment in [[:], launch] {
            let ending = try await TaxiProcess.run(
                [
                    "run", "ingest-postgres", "-p", source, "-p",
                    "database=postgresql://root:hunter2@127.0.0.1:99999/ny_taxi",
                ],
                environment: environment)
            #expect(ending.code == 1)
            #expect(!ending.text.contains("hunter2"))
            #expect(!ending.errors.contains("hunter2"))
            #expect(ending.text.contains("postgresql://root:********@127.0.0.1:99999/ny_taxi"))
        }
    }

    @Test func loadsTheSampleItWrites() async throws {
        let file = folder.url.appending(path: "green_tripdata_2020-07.csv.gz").path
        let sample = try await TaxiProcess.run(
            ["sample", "--color", "green", "--year", "2020", "--month", "7", "--rows", "500", "--out", file])
        #expect(sample.code == 0)
        #expect(sample.text == "\(file): 500 rows\n")
        let ending = try await TaxiProcess.run(
            ["run", "etl-web-to-gcs", "-p", lake],
            environment: [
                "TAXI_SOURCE": "file://\(folder.url.path)/{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}.csv.gz"
            ])
        #expect(ending.code == 0)
        #expect(ending.text.contains("500 rows read"))
    }

    @Test(arguments: [["--color", "blue"], ["--month", "13"], ["--rows", "-1"], ["--rows", "many"]])
    func refusesASampleOfNothing(arguments: [String]) async throws {
        #expect(try await TaxiProcess.run(["sample"] + arguments).code == 2)
    }

    @Test func isCancelledBySIGTERM() async throws {
        let source = try SilentServer()
        let ending = try await TaxiProcess.run(
            ["run", "etl-web-to-gcs", "-p", "source=\(source.url)", "-p", lake], environment: launch,
            signal: SIGTERM, after: "Downloading")
        #expect(ending.code == 130)
        guard case .outcome(let outcome)? = records(ending.output).last else {
            Issue.record("the last record is no outcome")
            return
        }
        #expect(outcome == .init(type: .cancelled, name: "Cancelled", message: "cancelled by SIGTERM"))
    }

    @Test func keepsWhatItSaidBeforeACrash() async throws {
        let source = try SilentServer()
        let ending = try await TaxiProcess.run(
            ["run", "etl-web-to-gcs", "-p", "source=\(source.url)", "-p", lake], environment: launch,
            signal: SIGABRT, after: "Downloading")
        #expect(ending.code == -SIGABRT)
        let records = records(ending.output)
        #expect(records.contains { if case .log(let log) = $0 { log.message.hasPrefix("Downloading") } else { false } })
        #expect(!records.contains { if case .outcome = $0 { true } else { false } })
    }
}

import FoundationEssentials
import OrchModel
import Testing

struct AssetRecordTests {
    /// A record with every member.
    static let whole = AssetRecord(
        namespace: "gs://lake/taxi", dataset: "green", uri: "gs://lake/taxi/data/green/green_tripdata_2020-07.parquet",
        version: "1593561600000001", schemaVersion: 2,
        schema: [.init(name: "VendorID", type: "int64"), .init(name: "lpep_pickup_datetime", type: "timestamp")],
        rows: 71_974, bytes: 1_234_567, sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        source: "https://host/green_tripdata_2020-07.csv.gz",
        sourceSHA256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", fileMonth: "2020-07",
        dataIntervalStart: Timestamp("2020-07-01T00:00:00Z"), dataIntervalEnd: Timestamp("2020-08-01T00:00:00Z"))

    @Test func itsJSONIsFlatAndKeepsEverything() throws {
        let asset = Asset(
            id: .new(), flowRunID: .new(), flowRunName: "docker-flow-1", flowName: "etl", attempt: 2,
            at: Timestamp(microseconds: 1_593_561_600_000_001), record: Self.whole)
        let data = try JSONEncoder().encode(asset)
        #expect(try JSONDecoder().decode(Asset.self, from: data) == asset)
        let members = try #require(try JSONValue(parsing: data).objectValue)
        #expect(
            Set(members.keys) == [
                "id", "flowRunID", "flowRunName", "flowName", "attempt", "at", "namespace", "dataset", "uri", "version",
                "schemaVersion", "schema", "rows", "bytes", "sha256", "source", "sourceSHA256", "fileMonth",
                "dataIntervalStart", "dataIntervalEnd",
            ])
        #expect(members["schema"]?[0] == ["name": "VendorID", "type": "int64"])
    }

    @Test(arguments: [
        (source: "https://me:canary@host/x.csv?sig=canary#canary", shown: "https://host/x.csv"),
        (source: "https://host/a@b.csv", shown: "https://host/a@b.csv"),
        (source: "https://a@canary@host", shown: "https://host"), (source: "x.csv?canary", shown: "x.csv"),
    ])
    func noSecretOfAnAddressIsKept(source: String, shown: String) {
        var record = Self.whole
        record.source = source
        record.uri = "https://me:canary@host/lake/x"
        record.namespace = "https://me:canary@host/lake"
        #expect(record.withoutSecrets.source == shown)
        #expect(record.withoutSecrets.uri == "https://host/lake/x")
        #expect(record.withoutSecrets.namespace == "https://host/lake")
        #expect(Self.whole.withoutSecrets == Self.whole)
    }

    @Test func oneLineSaysWhatItIs() {
        #expect(
            Self.whole.summary
                == "green: gs://lake/taxi/data/green/green_tripdata_2020-07.parquet, 71974 rows, 1234567 bytes, schema 2, "
                + "version 1593561600000001")
        let least = AssetRecord(
            namespace: "file:///lake", dataset: "d", uri: "file:///lake/x", version: Self.whole.sha256, bytes: 0,
            sha256: "")
        #expect(least.summary == "d: file:///lake/x, 0 bytes, version 9f86d081884c7d65")
    }

    @Test func aReportOfAnAgentWithoutAssetsIsRead() throws {
        let text =
            #"{"token":"t","records":[],"taskRuns":[],"childRuns":[],"metrics":{"rows":1},"result":7}"#
        let report = try JSONDecoder().decode(AttemptReport.self, from: Data(text.utf8))
        #expect(report.assets.isEmpty)
        #expect(report.metrics == ["rows": 1])
        #expect(report.result == 7)
        var whole = report
        whole.assets = [AssetReport(flowRunID: .new(), at: .now(), record: Self.whole)]
        let read = try JSONDecoder().decode(AttemptReport.self, from: try JSONEncoder().encode(whole))
        #expect(read.assets == whole.assets)
        #expect(read.token == "t")
    }
}

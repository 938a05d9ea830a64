import OrchModel
import Testing

@testable import OrchCLI

struct AssetSummaryTests {
    private var asset: Asset {
        get throws {
            let id = try #require(Identifier("01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11"))
            let record = AssetRecord(
                namespace: "gs://lake", dataset: "green", uri: "gs://lake/data/green/x.parquet", version: "7", bytes: 9,
                sha256: "00")
            return Asset(
                id: id, flowRunID: id, flowRunName: "docker-flow-1", flowName: "etl", attempt: 2,
                at: Timestamp(microseconds: 1_593_561_600_000_000), record: record)
        }
    }

    @Test func leavesOutWhatWasNotReported() throws {
        #expect(
            AssetSummary(asset: try asset).text == """
                Object:  gs://lake/data/green/x.parquet
                Dataset: green of gs://lake
                Version: 7
                Bytes:   9
                SHA-256: 00
                Run:     docker-flow-1 (01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11), attempt 2
                Flow:    etl
                Written: 2020-07-01 00:00:00
                Record:  01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11

                Its columns were not reported.

                """)
    }

    @Test func showsColumnsAndWhereItCameFrom() throws {
        var asset = try asset
        asset.record.schemaVersion = 3
        asset.record.rows = 71_974
        asset.record.schema = [.init(name: "VendorID", type: "int64"), .init(name: "flag", type: "text")]
        asset.record.source = "https://host/x.csv.gz"
        asset.record.fileMonth = "2020-07"
        asset.record.dataIntervalStart = Timestamp("2020-07-01T00:00:00Z")
        asset.record.dataIntervalEnd = Timestamp("2020-08-01T00:00:00Z")
        let text = AssetSummary(asset: asset).text
        #expect(text.contains("Schema:        version 3\nRows:          71974\n"))
        #expect(text.contains("Source:        https://host/x.csv.gz\n"))
        #expect(text.contains("Month:         2020-07\nData interval: 2020-07-01 00:00:00 to 2020-08-01 00:00:00\n"))
        #expect(text.hasSuffix("\nCOLUMN    TYPE\nVendorID  int64\nflag      text\n"))
    }
}

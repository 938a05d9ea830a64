import Crypto
import Foundation
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

/// What every lake does, whether it is a folder or a bucket.
@Suite(.timeLimit(.minutes(15)))
struct LakeConformanceTests {
    private static let schema = TableSchema([
        ColumnDefinition("VendorID", .int64), ColumnDefinition("tip", .double), ColumnDefinition("flag", .text),
    ])

    private static func sha256(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    @Test(arguments: LakeKind.all)
    func anObjectIsWrittenReplacedAndRead(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            var versions: Set<String> = []
            for text in ["some bytes", "", "other"] {
                let file = try folder.write(text, as: "in")
                let object = try await lake.write(file: file, as: "data/green/a b.parquet")
                #expect(object.uri == "\(lake.uri)/data/green/a b.parquet")
                #expect(try lake.uri(of: "data/green/a b.parquet") == object.uri)
                #expect(object.bytes == Int64(text.utf8.count))
                #expect(object.sha256 == Self.sha256(text))
                versions.insert(object.version)
                #expect(try await lake.read("data/green/a b.parquet", to: folder.file("out")) == object.bytes)
                #expect(FileManager.default.contents(atPath: folder.file("out")) == Data(text.utf8))
            }
            #expect(versions.count == 3)
        }
    }

    @Test(arguments: LakeKind.all)
    func anAbsentObjectIsTold(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let uri = try lake.uri(of: "data/x")
            await #expect { _ = try await lake.read("data/x", to: folder.file("out")) } throws: { error in
                guard case ETLError.objectNotFound(uri) = error else { return false }
                return true
            }
            #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
            #expect(try await !lake.delete("data/x"))
            #expect(try await lake.list().isEmpty)
            #expect(try await lake.list(prefix: "no/such/folder/").isEmpty)
            #expect(try await lake.dataset("green") == nil)
        }
    }

    @Test(arguments: LakeKind.all)
    func objectsAreListedByPrefixAndRemoved(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let file = try folder.write("12345", as: "in")
            let names = ["data/green/b.parquet", "data/green/a.parquet", "data/greenish/a.parquet", "raw/x.csv"]
            for name in names + ["data/green/_SUCCESS", "data/_tmp/x", "data/.hidden"] {
                _ = try await lake.write(file: file, as: name)
            }
            let all = try await lake.list()
            #expect(all.map(\.object) == names.sorted())
            #expect(all.map(\.uri) == names.sorted().map { "\(lake.uri)/\($0)" })
            #expect(all.allSatisfy { $0.bytes == 5 })
            #expect(try await lake.list(prefix: "data/green").map(\.object) == Array(names.sorted().prefix(3)))
            #expect(try await lake.list(prefix: "data/green/").map(\.object) == Array(names.sorted().prefix(2)))
            #expect(try await lake.list(prefix: "data/green/b.").map(\.object) == ["data/green/b.parquet"])
            #expect(try await lake.list(prefix: "ata/").isEmpty)
            #expect(try await lake.delete("data/green/b.parquet"))
            #expect(try await !lake.delete("data/green/b.parquet"))
            #expect(try await lake.list(prefix: "data/green/").map(\.object) == ["data/green/a.parquet"])
        }
    }

    @Test(arguments: LakeKind.strict)
    func conditionsHoldOrNothingHappens(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            func write(_ text: String, if condition: LakeCondition) async throws -> String? {
                let file = try folder.write(text, as: "in")
                do {
                    return try await lake.write(file: file, as: "data/x", if: condition).version
                } catch ETLError.objectChanged(let uri) {
                    #expect(uri == "\(lake.uri)/data/x")
                    return nil
                }
            }
            #expect(try await write("0", if: .version("1")) == nil)
            #expect(try await lake.list().isEmpty)
            let first = try #require(try await write("1", if: .absent))
            #expect(try await write("2", if: .absent) == nil)
            let second = try #require(try await write("2", if: .version(first)))
            #expect(try await write("3", if: .version(first)) == nil)
            #expect(try await write("3", if: .version("no version")) == nil)
            _ = try await lake.read("data/x", to: folder.file("out"))
            #expect(FileManager.default.contents(atPath: folder.file("out")) == Data("2".utf8))
            await #expect(throws: ETLError.self) { try await lake.delete("data/x", if: .version(first)) }
            await #expect(throws: ETLError.self) { try await lake.delete("data/x", if: .absent) }
            #expect(try await lake.delete("data/x", if: .version(second)))
            await #expect(throws: ETLError.self) { try await lake.delete("data/x", if: .version(second)) }
            #expect(try await !lake.delete("data/x", if: .absent))
        }
    }

    @Test(arguments: LakeKind.all)
    func aDatasetIsRememberedWithItsFirstObject(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let at = Date(timeIntervalSince1970: 1_593_561_600)
            let facts = LakeFacts(
                rows: 3, source: "https://me:canary@host/x.csv?sig=canary", sourceSHA256: "ff", runID: "run-1",
                month: try FileMonth(year: 2020, month: 7), at: at)
            let asset = try await lake.write(
                file: try folder.write("month", as: "in"), as: "data/green/a.parquet", of: "green", schema: Self.schema,
                facts: facts)
            #expect(asset.lake == lake.uri)
            #expect(asset.dataset == "green")
            #expect(asset.uri == "\(lake.uri)/data/green/a.parquet")
            #expect(!asset.version.isEmpty)
            #expect(asset.schemaVersion == 1)
            #expect(asset.schemaChanges.isEmpty)
            #expect(asset.columns.map(\.name) == ["VendorID", "tip", "flag"])
            #expect(asset.columns.map(\.type) == ["int64", "double", "text"])
            #expect(asset.bytes == 5)
            #expect(asset.sha256 == Self.sha256("month"))
            #expect(asset.facts.source == "https://host/x.csv")
            #expect(asset.facts.rows == 3)
            let dataset = try #require(try await lake.dataset("green"))
            #expect(dataset.columns == asset.columns)
            #expect(dataset.schemaVersion == 1)
            #expect(
                dataset.history == [
                    .init(
                        version: 1, at: at, run: "run-1", object: "data/green/a.parquet", added: asset.columns,
                        removed: [], retyped: [])
                ])
            #expect(try await lake.dataset("yellow") == nil)
            // Whoever lists the lake, or asks for *.parquet, sees data alone.
            #expect(try await lake.list().map(\.object) == ["data/green/a.parquet"])
            #expect(try await lake.read("_datasets/green.json", to: folder.file("out")) > 0)
        }
    }

    /// What each write of one story does, with a lake that remembers the ones before.
    @Test(arguments: LakeKind.all)
    func schemasEvolveAsAskedAndBreaksAreRefused(kind: LakeKind) async throws {
        typealias Step = (columns: [ColumnDefinition], evolution: SchemaEvolution, version: Int?)
        let (id, tip, flag) = (Self.schema.columns[0], Self.schema.columns[1], Self.schema.columns[2])
        let fee = ColumnDefinition("fee", .double)
        let story: [Step] = [
            ([id, tip, flag], .refuse, 1), ([flag, id, tip], .refuse, 1), ([id], .refuse, 1), ([id, tip], .add, 1),
            ([id, tip, flag, fee], .refuse, nil), ([id, tip, flag, fee], .add, 2), ([id, tip, flag], .add, 2),
            ([id, tip, fee, ColumnDefinition("Flag", .text)], .add, nil),
            ([ColumnDefinition("VendorID", .text), tip], .add, nil),
            ([ColumnDefinition("VendorID", .text), tip], .replace, 3), ([id, tip, flag], .add, nil),
            ([ColumnDefinition("VendorID", .text)], .refuse, 3), ([id, tip, flag, fee], .replace, 4),
            ([id, tip, flag, fee], .replace, 4),
        ]
        try await kind.withLake { lake, folder in
            for (number, step) in story.enumerated() {
                let file = try folder.write("content \(number)", as: "in")
                let object = "data/green/\(number).parquet"
                do {
                    let asset = try await lake.write(
                        file: file, as: object, of: "green", schema: TableSchema(step.columns),
                        facts: LakeFacts(runID: "run-\(number)"), evolution: step.evolution)
                    #expect(asset.schemaVersion == step.version, "step \(number)")
                } catch ETLError.schemaBreak(let dataset, let uri, _, let differences, let isWritten) {
                    #expect(step.version == nil, "step \(number): \(differences)")
                    #expect((dataset, uri, isWritten) == ("green", lake.uri, false))
                    #expect(!differences.isEmpty)
                    #expect(try await lake.list(prefix: object).isEmpty)
                }
            }
            let dataset = try #require(try await lake.dataset("green"))
            #expect(dataset.columns.map(\.name) == ["VendorID", "tip", "flag", "fee"])
            #expect(dataset.history.map(\.version) == [4, 3, 2, 1])
            #expect(dataset.history.map(\.run) == ["run-12", "run-9", "run-5", "run-0"])
            #expect(dataset.history[1].retyped == [.init(name: "VendorID", from: "int64", to: "text")])
            #expect(dataset.history[1].removed.map(\.name) == ["flag", "fee"])
            #expect(dataset.history[2].added == [.init(name: "fee", type: "double")])
        }
    }

    /// A writer that was killed after its object and before the lake took note of it.
    @Test(arguments: LakeKind.all)
    func writingAgainRepairsWhatAKilledWriterLeft(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let file = try folder.write("content", as: "in")
            let grown = Self.schema.adding(ColumnDefinition("fee", .double))
            for (schema, version) in [(Self.schema, 1), (grown, 2)] {
                _ = try await lake.write(file: file, as: "data/green/a.parquet")
                let asset = try await lake.write(
                    file: file, as: "data/green/a.parquet", of: "green", schema: schema, facts: LakeFacts())
                #expect(asset.schemaVersion == version)
                #expect(try await lake.dataset("green")?.schemaVersion == version)
                #expect(try await lake.list().count == 1)
            }
        }
    }

    @Test(arguments: LakeKind.strict)
    func aMonthGoesWhereItsDatasetIs(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let july = try TaxiDataset(color: .green, year: 2020, month: 7)
            let asset = try await lake.write(
                file: try folder.write("x", as: "in"), of: july, facts: LakeFacts(rows: 1), if: .absent)
            #expect(asset.uri == "\(lake.uri)/\(july.lakeObject)")
            #expect(asset.facts.month == july.month)
            #expect(asset.columns.map(\.name) == july.tableSchema.columns.map(\.name))
            await #expect(throws: ETLError.self) {
                _ = try await lake.write(file: folder.file("in"), of: july, facts: LakeFacts(), if: .absent)
            }
        }
    }

    @Test(arguments: LakeKind.strict, ["{", "{\"format\": 2}", "{\"format\": 1}", ""])
    func aMemoryThatCannotBeReadStopsTheWrite(kind: LakeKind, text: String) async throws {
        try await kind.withLake { lake, folder in
            let uri = try lake.uri(of: "_datasets/green.json")
            _ = try await lake.write(file: try folder.write(text, as: "in"), as: "_datasets/green.json")
            await #expect {
                _ = try await lake.write(
                    file: folder.file("in"), as: "data/green/a", of: "green", schema: Self.schema, facts: LakeFacts())
            } throws: { error in
                guard case ETLError.unreadable(uri, _) = error else { return false }
                return true
            }
            #expect(try await lake.list().isEmpty)
        }
    }

    @Test(arguments: [
        (dataset: "green", object: "data/yellow/x"), (dataset: "green", object: "data/greenx"),
        (dataset: "green", object: "_datasets/green.json"), (dataset: "_green", object: "data/_green/x"),
        (dataset: ".green", object: "data/.green/x"), (dataset: "a/b", object: "data/a/b/x"),
        (dataset: "", object: "data//x"), (dataset: "green", object: "data/green/../x"),
    ])
    func namesOutsideOfTheDatasetAreRefused(dataset: String, object: String) async throws {
        try await LakeKind.folder.withLake { lake, _ in
            await #expect(throws: ETLError.self) {
                _ = try await lake.write(
                    file: "/dev/null", as: object, of: dataset, schema: Self.schema, facts: LakeFacts())
            }
            let entries = try await lake.list()
            #expect(entries.isEmpty)
        }
    }
}

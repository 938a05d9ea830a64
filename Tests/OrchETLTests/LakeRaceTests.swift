import Foundation
import Synchronization
import TableFormats
import TestSupport
import Testing

@testable import OrchETL

/// Several writers of one dataset.
@Suite(.timeLimit(.minutes(15)))
struct LakeRaceTests {
    private static func schema(_ type: ColumnType, _ more: String...) -> TableSchema {
        TableSchema([ColumnDefinition("id", type)] + more.map { ColumnDefinition($0, .text) })
    }

    /// No change may be lost: each of these replaces all columns, so each makes a version.
    @Test(arguments: LakeKind.strict)
    func everyChangeOfManyWritersIsRemembered(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let file = try folder.write("x", as: "in")
            let writers = 12
            let versions = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<writers {
                    group.addTask {
                        try await lake.write(
                            file: file, as: "data/green/\(number)", of: "green",
                            schema: Self.schema(.int64, "column\(number)"), facts: LakeFacts(runID: "\(number)"),
                            evolution: .replace
                        ).schemaVersion
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(versions.sorted() == Array(1...writers))
            let dataset = try #require(try await lake.dataset("green"))
            #expect(dataset.history.map(\.version) == Array((1...writers).reversed()))
            #expect(Set(dataset.history.compactMap(\.run)) == Set((0..<writers).map(String.init)))
        }
    }

    @Test(arguments: LakeKind.strict)
    func manyWritersOfTheSameColumnsMakeOneVersion(kind: LakeKind) async throws {
        try await kind.withLake { lake, folder in
            let file = try folder.write("x", as: "in")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let asset = try await lake.write(
                            file: file, as: "data/green/\(number)", of: "green", schema: Self.schema(.int64),
                            facts: LakeFacts())
                        #expect(asset.schemaVersion == 1)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await lake.dataset("green")?.history.count == 1)
            #expect(try await lake.list().count == 12)
        }
    }

    /// Another writer's first word about a dataset comes between this one's look at it and its own word.
    private static func withCompetitor(
        _ schema: TableSchema, _ body: (LakeSink, TemporaryFolder) async throws -> Void
    ) async throws {
        let columns = schema.columns.map { LakeDataset.Column(name: $0.name, type: $0.type.rawValue) }
        let author = LakeDataset.Author(run: "other", object: "data/green/b", at: Date(timeIntervalSince1970: 0))
        let content = String(decoding: try LakeDataset("green", columns: columns, by: author).json(), as: UTF8.self)
        let hasCome = Mutex(false)
        let bucket = try LakeStubBucket { name, objects in
            let isFirst = hasCome.withLock { hasCome in
                defer { hasCome = hasCome || name.contains("_datasets/") }
                return !hasCome && name.contains("_datasets/")
            }
            if isFirst { objects[name] = .init(content: content, generation: 7) }
            return nil
        }
        try await body(try LakeSink(bucket: "lake", client: bucket.client), try TemporaryFolder())
    }

    @Test func aFasterWritersChangeIsBuiltUpon() async throws {
        try await Self.withCompetitor(Self.schema(.int64)) { lake, folder in
            let asset = try await lake.write(
                file: try folder.write("x", as: "in"), as: "data/green/a", of: "green",
                schema: Self.schema(.int64, "fee"), facts: LakeFacts(runID: "own"))
            #expect(asset.schemaVersion == 2)
            #expect(asset.schemaChanges == ["fee (text) is new"])
            #expect(try await lake.dataset("green")?.history.map(\.run) == ["own", "other"])
        }
    }

    @Test func aFasterWritersOtherTypesAreToldWithTheObjectWritten() async throws {
        try await Self.withCompetitor(Self.schema(.text)) { lake, folder in
            func write() async throws -> (isWritten: Bool, differences: [String])? {
                do {
                    _ = try await lake.write(
                        file: try folder.write("x", as: "in"), as: "data/green/a", of: "green",
                        schema: Self.schema(.int64), facts: LakeFacts())
                    return nil
                } catch ETLError.schemaBreak(_, _, 1, let differences, let isWritten) {
                    return (isWritten, differences)
                }
            }
            let first = try #require(try await write())
            #expect(first.isWritten)
            #expect(first.differences == ["id was text and is int64"])
            #expect(try await write()?.isWritten == false)
            #expect(try await lake.dataset("green")?.columns.map(\.type) == ["text"])
        }
    }

    @Test func aWriteToABucketThatIsNotThereNamesTheBucket() async throws {
        let bucket = try LakeStubBucket { _, _ in .json("{}", status: 404) }
        let folder = try TemporaryFolder()
        let lake = try LakeSink(bucket: "lake", client: bucket.client)
        let file = try folder.write("x", as: "in")
        await #expect {
            _ = try await lake.write(
                file: file, as: "data/green/a", of: "green", schema: Self.schema(.int64), facts: LakeFacts())
        } throws: { error in
            "\(error)".hasPrefix("bucket lake was not found")
        }
    }

    @Test func aStorageThatRefusesTheMemoryFailsTheWriteAndTheNextOneRepairs() async throws {
        let refusals = Mutex(1)
        let bucket = try LakeStubBucket { name, _ in
            guard name.contains("_datasets/") else { return nil }
            return refusals.withLock { left in
                guard left > 0 else { return nil }
                left -= 1
                return .json("{}", status: 403)
            }
        }
        let folder = try TemporaryFolder()
        let lake = try LakeSink(bucket: "lake", client: bucket.client)
        let file = try folder.write("x", as: "in")
        func write() async throws -> LakeAsset {
            try await lake.write(
                file: file, as: "data/green/a", of: "green", schema: Self.schema(.int64), facts: LakeFacts())
        }
        await #expect(throws: (any Error).self) { _ = try await write() }
        #expect(try await lake.dataset("green") == nil)
        #expect(try await lake.list().count == 1)
        #expect(try await write().schemaVersion == 1)
        #expect(try await lake.dataset("green")?.schemaVersion == 1)
        #expect(try await lake.list().count == 1)
    }
}

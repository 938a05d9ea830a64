import Foundation
import TestSupport
import Testing

@testable import OrchETL

struct LakeSinkTests {
    @Test func writesAndReadsInAFolder() async throws {
        let folder = try TemporaryFolder()
        let lake = try LakeSink(url: "file://\(folder.path)/my%20lake/")
        let file = try folder.write("some bytes", as: "in")
        for text in ["some bytes", "other"] {
            _ = try folder.write(text, as: "in")
            let object = try await lake.write(file: file, as: "data/green/x.parquet")
            #expect(object.uri == "file://\(folder.path)/my lake/data/green/x.parquet")
            #expect(object.bytes == Int64(text.utf8.count))
            #expect(try await lake.read("data/green/x.parquet", to: folder.file("out")) == object.bytes)
            #expect(FileManager.default.contents(atPath: folder.file("out")) == Data(text.utf8))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("my lake/data/green")) == ["x.parquet"])
    }

    @Test func saysWhenAnObjectIsMissing() async throws {
        let folder = try TemporaryFolder()
        let lake = try LakeSink(url: "file://\(folder.path)")
        await #expect { _ = try await lake.read("data/x", to: folder.file("out")) } throws: { error in
            guard case ETLError.objectNotFound("file://\(folder.path)/data/x") = error else { return false }
            return true
        }
        #expect(try folder.names.isEmpty)
    }

    @Test(arguments: ["", "/x", "x/", "a//b", "../x", "a/../b", ".", "a/./b", "a\u{0}b"])
    func refusesNamesThatLeadOut(object: String) async throws {
        let folder = try TemporaryFolder()
        let lake = try LakeSink(url: "file://\(folder.path)")
        await #expect { _ = try await lake.write(file: "/dev/null", as: object) } throws: { error in
            guard case ETLError.invalidObject(object) = error else { return false }
            return true
        }
    }

    @Test(arguments: ["gs://bucket", "https://host/x", "/tmp/lake", "lake"])
    func refusesOtherAddresses(url: String) {
        #expect(throws: ETLError.self) { try LakeSink(url: url) }
    }

    @Test func whatKilledWritersLeftIsHiddenAndRemovedInTime() async throws {
        let folder = try TemporaryFolder()
        let lake = try LakeSink(url: "file://\(folder.path)")
        let file = try folder.write("x", as: "in")
        _ = try await lake.write(file: file, as: "data/x.parquet")
        let (old, fresh, other) = ("data/x.parquet.1a2b.part", "data/x.parquet.3c4d.part", "data/y.parquet.1a2b.part")
        for name in [old, fresh, other] { _ = try folder.write("half", as: name) }
        let longAgo = Date(timeIntervalSinceNow: -Double(FolderStorage.abandonedAfter) - 60)
        // However long this takes, the fresh one stays so.
        let later = Date(timeIntervalSinceNow: 86_400)
        for (name, date) in [(old, longAgo), (other, longAgo), (fresh, later)] {
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder.file(name))
        }
        #expect(try await lake.list(prefix: "data/").map(\.object) == ["data/x.parquet"])
        _ = try await lake.write(file: file, as: "data/x.parquet")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.file("data")).map { "data/\($0)" }
        #expect(Set(left) == ["data/x.parquet", fresh, other])
    }

    @Test func aFileThatCannotBeReadLeavesTheObjectAsItWas() async throws {
        let folder = try TemporaryFolder()
        let lake = try LakeSink(url: "file://\(folder.path)/lake")
        _ = try await lake.write(file: try folder.write("x", as: "in"), as: "data/x")
        await #expect(throws: ETLError.self) { _ = try await lake.write(file: folder.file("none"), as: "data/x") }
        await #expect(throws: ETLError.self) { _ = try await lake.write(file: folder.path, as: "data/x") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("lake/data")) == ["x"])
        #expect(FileManager.default.contents(atPath: folder.file("lake/data/x")) == Data("x".utf8))
    }

    @Test func itsAddressIsWhatObjectsBeginWith() throws {
        #expect(try LakeSink(url: "file:///tmp/my%20lake//").uri == "file:///tmp/my lake")
        #expect(try LakeSink(url: "file:///").uri == "file://")
    }
}

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
}

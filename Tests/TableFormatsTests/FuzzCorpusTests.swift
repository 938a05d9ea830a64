import Foundation
import Testing

/// Every file that fuzzing began with or found: each ends with a result or with the reader's own error.
struct FuzzCorpusTests {
    static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz/corpus")

    @Test(arguments: ["csv", "gzip", "parquet"])
    func everyFileEndsWithAResultOrAnError(reader: String) throws {
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Self.folder.appendingPathComponent(reader).path)
        var (read, refused) = (0, 0)
        for name in names.sorted() {
            let path = Self.folder.appendingPathComponent(reader).appendingPathComponent(name)
            let bytes = [UInt8](try Data(contentsOf: path))
            do {
                let outcome =
                    switch reader {
                    case "csv": try FuzzedReaders.csv(bytes)
                    case "gzip": try FuzzedReaders.gzip(bytes)
                    default: try FuzzedReaders.parquet(bytes)
                    }
                if outcome == .refused { refused += 1 } else { read += 1 }
            } catch {
                Issue.record("\(reader)/\(name): \(error)")
            }
        }
        // Both kinds are there, so that neither is tried in vain.
        #expect(read >= 3 && refused >= 3, "\(read) read, \(refused) refused")
    }
}

import Foundation
import OrchTesting
import Testing

@testable import Orch

struct FileSensorTests {
    /// Runs `body` with a folder of its own.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "orch-files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(folder)) } catch { outcome = .failure(error) }
        try FileManager.default.removeItem(atPath: folder)
        try outcome.get()
    }

    private func look(_ bench: SensorBench, _ memory: JSONValue? = nil, after seconds: Double = 0) -> SensorLook {
        SensorLook(
            context: bench.context, number: 1, since: SensorBench.start, now: SensorBench.start + .seconds(seconds),
            memory: memory)
    }

    @Test func pathsAndPatternsAreFound() async throws {
        let bench = try SensorBench()
        try await withFolder { folder in
            for name in ["green-1.csv", "green-2.csv", "yellow-1.csv", "odd[1].csv"] {
                try Data("abc".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
            }
            try FileManager.default.createDirectory(atPath: "\(folder)/green-3.csv", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/green-4.csv", withDestinationPath: "\(folder)/nowhere")
            func names(_ sensor: FileSensor) async throws -> [String]? {
                try await sensor.poke(look(bench))?.map { String($0.path.dropFirst(folder.count + 1)) }
            }
            #expect(try await names(.file("\(folder)/green-*.csv")) == ["green-1.csv", "green-2.csv"])
            #expect(try await names(.file("\(folder)/green-*.csv", atLeast: 3)) == nil)
            #expect(try await names(.file("\(folder)/yellow-1.csv")) == ["yellow-1.csv"])
            #expect(try await names(.file("\(folder)/odd\\[1\\].csv")) == ["odd[1].csv"])
            #expect(try await names(.file("\(folder)/gone/*.csv")) == nil)
            #expect(try await names(.file("\(folder)/green-1.csv/x")) == nil)
            #expect(try await names(.file("\(folder)/green-3.csv")) == nil)
            let found = try await FileSensor.file("\(folder)/green-1.csv").poke(look(bench))
            #expect(found?.first?.bytes == 3)
            await #expect(throws: SensorGivesUp.self) { try await names(.file("")) }
            await #expect(throws: SensorGivesUp.self) { try await names(.file("a\0b")) }
        }
    }

    @Test func aFileThatGrowsIsNotFoundBeforeItRests() async throws {
        let bench = try SensorBench()
        try await withFolder { folder in
            let file = URL(filePath: "\(folder)/part.csv")
            let sensor = FileSensor.file("\(folder)/*.csv", stableFor: .seconds(60))
            var memory: JSONValue?
            func isFound(after seconds: Double) async throws -> Bool {
                let look = look(bench, memory, after: seconds)
                let found = try await sensor.poke(look)
                memory = look.memory
                return found != nil
            }
            #expect(try await !isFound(after: 0))
            try Data("a".utf8).write(to: file)
            #expect(try await !isFound(after: 100))
            #expect(try await !isFound(after: 130))
            try Data("ab".utf8).write(to: file)
            #expect(try await !isFound(after: 190))
            #expect(try await !isFound(after: 249))
            #expect(try await isFound(after: 250))
            try FileManager.default.removeItem(at: file)
            #expect(try await !isFound(after: 400))
            try Data("ab".utf8).write(to: file)
            #expect(try await !isFound(after: 500))
        }
        #expect(FileSensor.file("x", atLeast: 2, stableFor: .seconds(60)).waitsFor == "2 files x unchanged for 1 min")
    }

    @Test func itWaitsAsATask() async throws {
        let bench = try SensorBench()
        try await withFolder { folder in
            let context = bench.context
            let waiting = context.submit("w") {
                try await context.wait(for: .file("\(folder)/go"), every: .seconds(1), timeout: .seconds(1e9))
            }
            try Data("x".utf8).write(to: URL(filePath: "\(folder)/go"))
            #expect(try await waiting.value.map(\.path) == ["\(folder)/go"])
        }
    }
}

import Foundation
import GoogleCloud
import Synchronization
import Testing

@testable import OrchETL

/// A load is cut off at each of its requests in turn, as by `kill -9`: either the request or its answer gets lost, and
/// nothing comes after it. Another load must then bring what one clean load brings.
struct BigQueryCrashTests {
    /// What there is before a load, and how it is made.
    struct Scene: Sendable, CustomTestStringConvertible {
        var mode: WriteMode
        var hasTable: Bool
        /// Whether the second load is told to be the first one, gone on with.
        var keepsSuffix: Bool
        var testDescription: String { "\(mode), \(hasTable ? "a table with rows" : "no table"), \(keepsSuffix)" }

        static let all = WriteMode.allCases.flatMap { mode in
            [true, false].flatMap { hasTable in
                [true, false].map { Scene(mode: mode, hasTable: hasTable, keepsSuffix: $0) }
            }
        }

        func fake() throws -> FakeGoogle {
            let fake = FakeGoogle()
            let fields = try BigQueryRig.fields().filter { $0.name != "congestion_surcharge" }
            let schema = try BigQueryRig.dataset.tableSchema
            try fake.state.withLock { state in
                try state.put(Self.rows("2020-07-01", "july"), at: BigQueryRig.july, schema)
                guard hasTable else { return }
                state.datasets = ["trips"]
                let rows = Self.rows("2020-07-01", "old") + Self.rows("2020-06-01", "june")
                state.tables["green_rides"] = FakeGoogle.Table(fields: fields, created: 1, rows: rows)
            }
            return fake
        }

        private static func rows(_ month: String, _ file: String) -> [FakeGoogle.Row] {
            Array(repeating: FakeGoogle.Row(month: month, file: file), count: 3)
        }
    }

    /// What must be the same: all tables, their columns and rows, a line for each.
    private static func outcome(_ fake: FakeGoogle) -> [String] {
        fake.state.withLock { $0.tables }.map { name, table in
            let columns = table.fields.map { "\($0.name) \($0.type.rawValue)" }.sorted().joined(separator: " ")
            let rows = table.rows.sorted().map { "\($0.month) \($0.file)" }.joined(separator: ", ")
            return "\(name): \(rows) (\(columns))"
        }.sorted()
    }

    @Test(arguments: Scene.all)
    func anotherLoadBringsWhatACleanOneBrings(scene: Scene) async throws {
        let clean = try scene.fake()
        try await BigQueryRig.load(clean, mode: scene.mode, source: "abc")
        let expected = Self.outcome(clean)
        let count = clean.state.withLock { $0.requests }
        #expect(count > 12)
        for request in 0..<count {
            for cut in [FakeGoogle.Cut.before(request), .after(request)] {
                let fake = try scene.fake()
                fake.state.withLock { $0.cut = cut }
                // The last requests are those that tidy up: they fail without a word.
                let first = try? await BigQueryRig.load(fake, mode: scene.mode, suffix: "r1", source: "abc")
                #expect(first == nil || request >= count - 2, "\(cut)")
                fake.state.withLock { $0.cut = nil }
                let suffix = scene.keepsSuffix ? "r1" : "r2"
                let load = try await BigQueryRig.load(fake, mode: scene.mode, suffix: suffix, source: "abc")
                #expect(Self.outcome(fake) == expected, "\(cut)")
                #expect(load.rowsInMonth == (scene.mode == .append && scene.hasTable ? 6 : 3), "\(cut)")
            }
        }
    }
}

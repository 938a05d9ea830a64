import CurlTransport
import GoogleCloud
import Orch
import OrchBlocks
import Testing

/// Results in a bucket, against an emulator that others wrote.
@Suite(
    .serialized,
    .enabled(
        if: GoogleEmulators.python != nil || GoogleEmulators.isCI,
        "ORCH_TEST_PYTHON names no python that has the emulators: results in a bucket were NOT tested"),
    .timeLimit(.minutes(10))
)
struct CloudStorageResultStoreTests {
    @Test func whatIsKeptIsReadAndWhatIsNotThereIsAnError() async throws {
        let emulators = try await GoogleEmulators.started()
        defer { emulators.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = CloudStorageClient(endpoint: emulators.storage, credentials: .anonymous, http: http)
        try await client.ensureBucket("lake", project: "orch-test")
        let store: any ResultStore = CloudStorageResultStore(client, bucket: "lake", folder: "team/results")
        #expect(store.name == "bucket gs://lake/team/results/")
        let small = Array("[1,2,3]".utf8)
        // More than one upload request takes, and more than one range.
        var large = [UInt8](repeating: 1, count: 33 << 20)
        for index in stride(from: 0, to: large.count, by: 4097) { large[index] = UInt8(truncatingIfNeeded: index) }
        for (key, bytes) in [("etl/aa/small.json", small), ("etl/bb/large.json", large)] {
            try await store.put(bytes, as: key)
            try await store.put(bytes, as: key)
            #expect(try await store.get(key, upTo: bytes.count + 1) == bytes)
            #expect(try await store.get(key, upTo: 2) == Array(bytes.prefix(2)))
        }
        // An object that ends where a range does.
        let even = [UInt8](repeating: 7, count: 32 << 20)
        try await store.put(even, as: "etl/cc/even.json")
        #expect(try await store.get("etl/cc/even.json", upTo: even.count + 1) == even)
        await #expect(throws: GoogleCloudError.self) { try await store.get("etl/aa/none.json", upTo: 10) }
        let listed = try await client.list(bucket: "lake", prefix: "team/results/").map(\.name)
        #expect(
            listed.sorted() == [
                "team/results/etl/aa/small.json", "team/results/etl/bb/large.json", "team/results/etl/cc/even.json",
            ])
    }
}

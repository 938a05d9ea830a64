import CurlTransport
import Foundation
import GoogleCloud
import TestSupport
import Testing

@testable import OrchETL

/// A kind of lake that the conformance suites run on.
struct LakeKind: Sendable, CustomTestStringConvertible {
    let name: String
    /// Whether conditions hold; the emulator of Cloud Storage takes no notice of them.
    let keepsConditions: Bool
    private let run: @Sendable (TemporaryFolder, (LakeSink) async throws -> Void) async throws -> Void

    var testDescription: String { name }

    static let folder = LakeKind(name: "folder", keepsConditions: true) { folder, body in
        try await body(try LakeSink(url: "file://\(folder.path)/lake"))
    }

    static let bucket = LakeKind(name: "bucket", keepsConditions: true) { _, body in
        let bucket = try LakeStubBucket()
        try await body(try LakeSink(bucket: "lake", folder: "taxi/trips", client: bucket.client))
    }

    static let emulator = LakeKind(name: "emulator", keepsConditions: false) { folder, body in
        try await StorageEmulator.with(folder) { client in
            try await body(try LakeSink(bucket: "lake", client: client))
        }
    }

    static let strict = [folder, bucket]
    static let all = strict + (StorageEmulator.isAvailable ? [emulator] : [])

    /// Runs `body` with a new, empty lake that is gone afterwards, and a folder to work in.
    func withLake(_ body: (LakeSink, TemporaryFolder) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        try await run(folder) { try await body($0, folder) }
    }
}

/// Cloud Storage's emulator, as a process of one test.
private enum StorageEmulator {
    private static let program = ProcessInfo.processInfo.environment["ORCH_TEST_PYTHON"].map {
        URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("gcp-storage-emulator").path
    }

    /// Whether it is installed. In CI it must be.
    static var isAvailable: Bool {
        if ProcessInfo.processInfo.environment["CI"] != nil { return true }
        return program.map { FileManager.default.isExecutableFile(atPath: $0) } ?? false
    }

    static func with(_ folder: TemporaryFolder, _ body: (CloudStorageClient) async throws -> Void) async throws {
        let program = try #require(program, "ORCH_TEST_PYTHON is not set")
        let (emulator, port) = try await FreePort.trying { port in
            let emulator = try EmulatorProcess(
                [program, "start", "--in-memory", "--host", "127.0.0.1", "--port", "\(port)"], in: folder)
            try await emulator.untilListening(port)
            return (emulator, port)
        }
        defer { emulator.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        // It may listen before it is ready.
        var policy = RetryPolicy()
        policy.maximumDelay = .seconds(1)
        policy.maximumAttempts = 200
        let client = CloudStorageClient(
            endpoint: "http://127.0.0.1:\(port)", credentials: .anonymous, http: http, retrier: Retrier(policy: policy))
        _ = try await client.ensureBucket("lake", project: "test-project")
        try await body(client)
    }
}

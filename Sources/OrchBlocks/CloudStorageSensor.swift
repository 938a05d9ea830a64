import CurlTransport
import GoogleCloud
public import Orch
import OrchModel

/// An object that a sensor has found in a bucket.
public struct FoundObject: Codable, Hashable, Sendable {
    /// Such as `gs://bucket/data/green.csv`.
    public var uri: String
    /// Its length.
    public var bytes: Int64
    /// Changes with every write of the name.
    public var generation: Int64
    /// When it was last changed, as Cloud Storage says; nil where it does not.
    public var updated: String?

    init(_ object: CloudStorageObject) {
        (uri, bytes, generation, updated) = (object.uri, object.size, object.generation, object.updated)
    }
}

/// Waits for objects in a bucket; see ``Sensor/cloudObject(_:in:)`` and ``Sensor/cloudPrefix(_:in:atLeast:)``.
public struct CloudStorageSensor: Sensor {
    enum Subject: Sendable {
        case object(String)
        case prefix(String, atLeast: Int)
    }

    let subject: Subject
    let block: String

    public var waitsFor: String {
        switch subject {
        case .object(let name): "object \(name) in \(block)"
        case .prefix(let prefix, let count):
            count > 1 ? "\(count) objects \(prefix)* in \(block)" : "object \(prefix)* in \(block)"
        }
    }

    public func poke(_ look: SensorLook) async throws -> [FoundObject]? {
        let block = try look.context.blocks.load(GCSBucketBlock.self, block)
        var policy = RetryPolicy()
        // The next look is the next attempt.
        policy.maximumAttempts = 1
        let client = CloudStorageClient(
            endpoint: block.endpoint ?? CloudStorageClient.defaultEndpoint,
            credentials: try block.credentials.credentials(), http: SensorConnections.shared,
            retrier: Retrier(policy: policy))
        let folder = block.bucketFolder.map { $0.hasSuffix("/") || $0.isEmpty ? $0 : $0 + "/" } ?? ""
        switch subject {
        case .object(let name):
            do {
                return [FoundObject(try await client.stat(folder + name, in: block.bucket))]
            } catch GoogleCloudError.notFound {
                return nil
            }
        case .prefix(let prefix, let least):
            let objects = try await client.list(bucket: block.bucket, prefix: folder + prefix)
                .filter { !$0.name.hasSuffix("/") }
            return objects.count >= max(1, least) ? objects.map(FoundObject.init) : nil
        }
    }
}

/// The connections of all sensors of the process.
enum SensorConnections {
    static let shared = HTTPClient()
}

extension Sensor where Self == CloudStorageSensor {
    /// Waits until an object is in a bucket.
    ///
    /// - Parameters:
    ///   - name: its name, after the folder of the block, where that has one.
    ///   - block: the name of a gcs-bucket block.
    public static func cloudObject(_ name: String, in block: String) -> CloudStorageSensor {
        CloudStorageSensor(subject: .object(name), block: block)
    }

    /// Waits until objects whose names begin alike are in a bucket; names that end with `/` are folders, and do not count.
    ///
    /// - Parameters:
    ///   - prefix: what the names begin with, after the folder of the block, where that has one.
    ///   - block: the name of a gcs-bucket block.
    ///   - least: how many there must be. Defaults to 1.
    public static func cloudPrefix(_ prefix: String, in block: String, atLeast least: Int = 1) -> CloudStorageSensor {
        CloudStorageSensor(subject: .prefix(prefix, atLeast: least), block: block)
    }
}

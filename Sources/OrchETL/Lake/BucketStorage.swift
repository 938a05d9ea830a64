import FoundationEssentials
import GoogleCloud

/// A lake's objects in a bucket of Cloud Storage. An object's version is its generation.
struct BucketStorage: LakeStorage {
    let bucket: String
    /// What the names of all objects start with: nothing, or a folder and a slash.
    let prefix: String
    let client: CloudStorageClient

    /// How often an object is asked for again that changed between two questions about it.
    private static let tries = 5

    func put(
        _ path: String, as object: String, if condition: LakeCondition, type: LakeContentType
    ) async throws -> LakeReceipt {
        let generation = try Self.generation(condition)
        // Beside the upload, which waits for the network.
        async let sha256 = FileDigest.sha256(of: path)
        do {
            let written = try await client.upload(
                file: path, to: bucket, as: prefix + object, contentType: type.rawValue, ifGenerationMatch: generation)
            return LakeReceipt(bytes: written.size, version: "\(written.generation)", sha256: try await sha256)
        } catch GoogleCloudError.precondition {
            throw LakeStorageError.changed
        }
    }

    func put(_ parquet: GrowingParquet, as object: String, if condition: LakeCondition) async throws -> LakeReceipt {
        let generation = try Self.generation(condition)
        do {
            let written = try await client.upload(
                growing: parquet.file, to: bucket, as: prefix + object, contentType: LakeContentType.parquet.rawValue,
                ifGenerationMatch: generation)
            return LakeReceipt(
                bytes: written.size, version: "\(written.generation)", sha256: try await parquet.outcome().sha256)
        } catch GoogleCloudError.precondition {
            throw LakeStorageError.changed
        }
    }

    func get(_ object: String, to path: String) async throws -> Int64 {
        do {
            return try await client.download(prefix + object, in: bucket, to: path).size
        } catch GoogleCloudError.notFound {
            throw LakeStorageError.notFound
        }
    }

    func load(_ object: String, upTo limit: Int) async throws -> (bytes: [UInt8], version: String)? {
        let path = FileManager.default.temporaryDirectory.appending(path: "orch-lake-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        for attempt in 1... {
            do {
                let found = try await client.stat(prefix + object, in: bucket)
                guard found.size <= limit else { throw LakeStorageError.tooLarge(bytes: found.size) }
                do {
                    try await client.download(prefix + object, in: bucket, to: path, generation: found.generation)
                } catch GoogleCloudError.notFound where attempt < Self.tries {
                    continue  // Another generation has taken its place.
                }
                let bytes = try await BlockingWork.run { _ in try Self.content(of: path) }
                return (bytes, "\(found.generation)")
            } catch GoogleCloudError.notFound {
                return nil
            }
        }
        return nil
    }

    func list(prefix start: String) async throws -> [LakeSink.Entry] {
        try await client.list(bucket: bucket, prefix: prefix + start).map { found in
            LakeSink.Entry(
                object: String(found.name.dropFirst(prefix.count)), uri: found.uri, bytes: found.size,
                version: "\(found.generation)")
        }
    }

    func delete(_ object: String, if condition: LakeCondition) async throws -> Bool {
        do {
            let wasThere = try await client.delete(
                prefix + object, in: bucket, ifGenerationMatch: try Self.generation(condition))
            if case .version = condition, !wasThere { throw LakeStorageError.changed }
            return wasThere
        } catch GoogleCloudError.precondition {
            throw LakeStorageError.changed
        }
    }

    /// The generation that `ifGenerationMatch` asks for; 0 means that there must be no object.
    /// See <https://cloud.google.com/storage/docs/request-preconditions#json-api>
    private static func generation(_ condition: LakeCondition) throws -> Int64? {
        switch condition {
        case .always: return nil
        case .absent: return 0
        case .version(let text):
            // What is no generation is none of this object's.
            guard let generation = Int64(text), generation > 0 else { throw LakeStorageError.changed }
            return generation
        }
    }

    private static func content(of path: String) throws -> [UInt8] {
        let input = try ReadableFile(path)
        var content: [UInt8] = []
        while case let bytes = try input.read(), !bytes.isEmpty { content += bytes }
        return content
    }
}

import FoundationEssentials
package import GoogleCloud
package import Orch
package import OrchModel

/// Results in a bucket of Cloud Storage, which containers on any host reach.
package struct CloudStorageResultStore: ResultStore {
    private let client: CloudStorageClient
    private let bucket: String
    /// What all object names start with; empty or with a slash at its end.
    private let folder: String

    package var name: String { "bucket gs://\(bucket)/\(folder)" }

    /// A store in a bucket.
    ///
    /// - Parameters:
    ///   - client: of the service that holds the bucket.
    ///   - bucket: the bucket's name.
    ///   - folder: where in it the results are. Defaults to `results`.
    package init(_ client: CloudStorageClient, bucket: String, folder: String = "results") {
        self.client = client
        self.bucket = bucket
        self.folder = folder.isEmpty || folder.hasSuffix("/") ? folder : folder + "/"
    }

    package func put(_ bytes: [UInt8], as key: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "orch-result-\(Identifier.new())").path
        try Data(bytes).write(to: URL(filePath: file))
        do {
            try await client.upload(file: file, to: bucket, as: folder + key, contentType: "application/json")
        } catch {
            try FileManager.default.removeItem(atPath: file)
            throw error
        }
        try FileManager.default.removeItem(atPath: file)
    }

    package func get(_ key: String, upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let part = min(limit - bytes.count, Self.part)
            let (start, end) = (Int64(bytes.count), Int64(bytes.count + part))
            do {
                let got = try await client.bytes(start..<end, of: folder + key, in: bucket)
                bytes += got
                if got.count < part { break }
            } catch GoogleCloudError.api(416, _, _, _) where !bytes.isEmpty {
                // The object ended where the part before did.
                break
            }
        }
        return bytes
    }

    /// How many bytes are asked for at a time.
    private static let part = 32 << 20
}

extension GCSBucketBlock {
    /// A store of results in the bucket, in its folder `results`.
    ///
    /// - Throws: `GoogleCloudError.invalidCredentials`.
    package func resultStore() throws -> any ResultStore {
        let folder = bucketFolder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
        return CloudStorageResultStore(try storageClient(), bucket: bucket, folder: folder + "results")
    }
}

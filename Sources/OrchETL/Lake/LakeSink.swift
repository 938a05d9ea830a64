package import GoogleCloud

/// A data lake: a folder of this machine or a bucket of Cloud Storage, with the same layout inside.
///
/// Objects lie at `data/<dataset>/…`. What the lake remembers of a dataset lies at `_datasets/<dataset>.json`, so
/// that the folder of a dataset holds nothing but data: some readers refuse one with files of two kinds.
public struct LakeSink: Sendable {
    /// An object that was written.
    public struct Object: Sendable, Equatable {
        /// `gs://bucket/data/green/….parquet` or `file:///folder/data/green/….parquet`.
        public var uri: String
        /// Its length in bytes.
        public var bytes: Int64
        /// Which of the contents that had this name: Cloud Storage's generation, or the SHA-256 in a folder.
        public var version: String
        /// The SHA-256 of its bytes, in hexadecimal digits.
        public var sha256: String
    }

    /// Where the objects are.
    package enum Place: Sendable {
        /// A folder; it need not be there yet.
        case folder(String)
        /// A bucket, by way of a client; every object's name starts with the prefix.
        case bucket(String, prefix: String, CloudStorageClient)
    }

    /// Where the objects are.
    package let place: Place

    /// A lake in a folder, `file:///folder`.
    /// - Throws: `ETLError.invalidAddress`.
    public init(url: String) throws {
        let address = try SourceAddress(url)
        guard case .file(let path) = address.place else {
            throw ETLError.invalidAddress(address.shown, expected: "a folder such as file:///tmp/lake")
        }
        place = .folder(String(path.reversed().drop { $0 == "/" }.reversed()))
    }

    /// A lake in a bucket, or in a folder of one.
    /// - Parameter folder: what all objects' names start with, with or without slashes around it. Defaults to none.
    /// - Throws: `ETLError.invalidObject` where the folder is no name for objects.
    package init(bucket: String, folder: String = "", client: CloudStorageClient) throws {
        let name = folder.drop { $0 == "/" }.reversed().drop { $0 == "/" }.reversed()
        if !name.isEmpty { try Self.check(String(name)) }
        place = .bucket(bucket, prefix: name.isEmpty ? "" : String(name) + "/", client)
    }

    /// The lake's own address, without a slash at its end: `gs://bucket/folder` or `file:///folder`.
    public var uri: String {
        switch place {
        case .folder(let folder): "file://\(folder)"
        case .bucket(let bucket, let prefix, _): "gs://\(bucket)\(prefix.isEmpty ? "" : "/")\(prefix.dropLast())"
        }
    }

    /// The address of an object, whether or not it is there.
    /// - Throws: `ETLError.invalidObject`.
    public func uri(of object: String) throws -> String {
        try Self.check(object)
        return "\(uri)/\(object)"
    }

    /// Writes a file as an object; the object appears whole or not at all, in place of what had its name.
    ///
    /// The lake remembers nothing of it: `write(file:as:of:schema:facts:)` is for the objects of datasets.
    /// - Parameters:
    ///   - path: the file; it must not change meanwhile.
    ///   - condition: what must hold of the object that is there. Defaults to nothing.
    /// - Throws: `ETLError`, such as `objectChanged` where the condition does not hold; `GoogleCloudError`, or
    ///   `CancellationError`.
    public func write(
        file path: String, as object: String, if condition: LakeCondition = .always
    ) async throws -> Object {
        let uri = try uri(of: object)
        return try await saying(uri) {
            let receipt = try await storage.put(path, as: object, if: condition, type: .parquet)
            return Object(uri: uri, bytes: receipt.bytes, version: receipt.version, sha256: receipt.sha256)
        }
    }

    /// Reads an object into a file, which holds it whole afterwards, or what it held before.
    /// - Returns: its length in bytes.
    /// - Throws: `ETLError.objectNotFound`, `ETLError`, `GoogleCloudError`, or `CancellationError`.
    public func read(_ object: String, to path: String) async throws -> Int64 {
        let uri = try uri(of: object)
        return try await saying(uri) { try await storage.get(object, to: path) }
    }

    /// How objects are reached.
    var storage: any LakeStorage {
        switch place {
        case .folder(let folder): FolderStorage(folder: folder)
        case .bucket(let bucket, let prefix, let client):
            BucketStorage(bucket: bucket, prefix: prefix, client: client)
        }
    }

    /// Turns what a storage says of an object into words about the lake.
    func saying<Value>(_ uri: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch LakeStorageError.notFound {
            throw ETLError.objectNotFound(uri)
        } catch LakeStorageError.changed {
            throw ETLError.objectChanged(uri)
        }
    }

    static func check(_ object: String) throws {
        let parts = object.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }) else {
            throw ETLError.invalidObject(object)
        }
    }
}

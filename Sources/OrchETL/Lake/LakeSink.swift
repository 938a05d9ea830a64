package import GoogleCloud

/// A data lake: a folder of this machine or a bucket of Cloud Storage, with the same layout inside.
public struct LakeSink: Sendable {
    /// An object that was written.
    public struct Object: Sendable, Equatable {
        /// `gs://bucket/data/green/….parquet` or `file:///folder/data/green/….parquet`.
        public var uri: String
        /// Its length in bytes.
        public var bytes: Int64
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

    /// The address of an object, whether or not it is there.
    /// - Throws: `ETLError.invalidObject`.
    public func uri(of object: String) throws -> String {
        try Self.check(object)
        return switch place {
        case .folder(let folder): "file://\(folder)/\(object)"
        case .bucket(let bucket, let prefix, _): "gs://\(bucket)/\(prefix)\(object)"
        }
    }

    /// Writes a file as an object; the object appears whole or not at all, in place of what had its name.
    /// - Parameter path: the file; it must not change meanwhile.
    /// - Throws: `ETLError`, `GoogleCloudError`, or `CancellationError`.
    public func write(file path: String, as object: String) async throws -> Object {
        let uri = try uri(of: object)
        switch place {
        case .folder(let folder):
            return Object(uri: uri, bytes: try await Self.copy(path, to: "\(folder)/\(object)"))
        case .bucket(let bucket, let prefix, let client):
            let written = try await client.upload(
                file: path, to: bucket, as: prefix + object, contentType: "application/vnd.apache.parquet"
            )
            return Object(uri: uri, bytes: written.size)
        }
    }

    /// Reads an object into a file, which holds it whole afterwards, or what it held before.
    /// - Returns: its length in bytes.
    /// - Throws: `ETLError.objectNotFound`, `ETLError`, `GoogleCloudError`, or `CancellationError`.
    public func read(_ object: String, to path: String) async throws -> Int64 {
        let uri = try uri(of: object)
        do {
            switch place {
            case .folder(let folder): return try await Self.copy("\(folder)/\(object)", to: path)
            case .bucket(let bucket, let prefix, let client):
                return try await client.download(prefix + object, in: bucket, to: path).size
            }
        } catch GoogleCloudError.notFound {
            throw ETLError.objectNotFound(uri)
        } catch ETLError.file(_, operation: "open", code: 2) {
            throw ETLError.objectNotFound(uri)
        }
    }

    private static func copy(_ source: String, to destination: String) async throws -> Int64 {
        try await BlockingWork.run { check in
            let input = try ReadableFile(source)
            let output = try AtomicFile(destination)
            var count: Int64 = 0
            while case let bytes = try input.read(), !bytes.isEmpty {
                try check()
                try output.write(bytes)
                count += Int64(bytes.count)
            }
            try output.commit()
            return count
        }
    }

    private static func check(_ object: String) throws {
        let parts = object.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }) else {
            throw ETLError.invalidObject(object)
        }
    }
}

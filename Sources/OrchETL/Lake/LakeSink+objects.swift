extension LakeSink {
    /// An object that lies in a lake.
    public struct Entry: Sendable, Equatable {
        /// Its name within the lake: `data/green/green_tripdata_2020-07.parquet`.
        public var object: String
        /// Its address.
        public var uri: String
        /// Its length in bytes.
        public var bytes: Int64
        /// Cloud Storage's generation; nil in a folder, where the whole file would have to be read.
        public var version: String?
    }

    /// The objects whose names begin with a prefix, in the order of their names' bytes.
    ///
    /// What the lake keeps for itself, and what other tools pass over as well, is left out: names of which a part
    /// begins with `_` or `.`, and files that are still being written.
    /// - Parameter prefix: such as `data/green/`. Defaults to nothing, for all objects.
    /// - Throws: `ETLError`, `GoogleCloudError`, or `CancellationError`.
    public func list(prefix: String = "") async throws -> [Entry] {
        try await storage.list(prefix: prefix).filter { !Self.isHidden($0.object) }
    }

    /// Removes an object; what the lake remembers of its dataset stays.
    /// - Parameter condition: what must hold of the object. Defaults to nothing.
    /// - Returns: whether it was there.
    /// - Throws: `ETLError`, such as `objectChanged` where the condition does not hold; `GoogleCloudError`, or
    ///   `CancellationError`.
    @discardableResult
    public func delete(_ object: String, if condition: LakeCondition = .always) async throws -> Bool {
        let uri = try uri(of: object)
        return try await saying(uri) { try await storage.delete(object, if: condition) }
    }

    private static func isHidden(_ object: String) -> Bool {
        object.split(separator: "/").contains { $0.hasPrefix("_") || $0.hasPrefix(".") }
    }
}

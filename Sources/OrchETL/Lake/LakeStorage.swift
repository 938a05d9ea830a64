/// Where a lake keeps its objects.
///
/// Every call may be repeated, and may run at the same time as any other. A name is that of an object within the lake,
/// checked before. Beside the errors below the calls throw `ETLError`, `GoogleCloudError` and `CancellationError`.
protocol LakeStorage: Sendable {
    /// Writes a file as an object, which appears whole or not at all.
    /// - Throws: `LakeStorageError.changed` where the condition does not hold; then nothing was written.
    func put(
        _ path: String, as object: String, if condition: LakeCondition, type: LakeContentType
    ) async throws -> LakeReceipt
    /// Writes a file as an object while it is still written; as with `put` of a file that is whole, the object appears
    /// whole or not at all, and not before the file is whole.
    /// - Throws: `LakeStorageError.changed` where the condition does not hold; then nothing was written. What the file's
    ///   writer failed with.
    func put(_ parquet: GrowingParquet, as object: String, if condition: LakeCondition) async throws -> LakeReceipt
    /// Reads an object into a file, which holds it whole afterwards, or what it held before.
    /// - Returns: its length in bytes.
    /// - Throws: `LakeStorageError.notFound`.
    func get(_ object: String, to path: String) async throws -> Int64
    /// The content and version of a small object; nil where there is none.
    /// - Throws: `LakeStorageError.tooLarge` for more bytes than `limit`.
    func load(_ object: String, upTo limit: Int) async throws -> (bytes: [UInt8], version: String)?
    /// All objects whose names begin with a prefix, by name.
    func list(prefix: String) async throws -> [LakeSink.Entry]
    /// Removes an object.
    /// - Returns: whether it was there.
    /// - Throws: `LakeStorageError.changed` where the condition does not hold; then it is still there.
    func delete(_ object: String, if condition: LakeCondition) async throws -> Bool
}

/// What a storage wrote.
struct LakeReceipt: Sendable {
    var bytes: Int64
    var version: String
    var sha256: String
}

/// What an object's bytes are.
enum LakeContentType: String, Sendable {
    /// See <https://www.iana.org/assignments/media-types/application/vnd.apache.parquet>
    case parquet = "application/vnd.apache.parquet"
    case json = "application/json"
}

/// What a storage says of an object; the lake knows its address.
enum LakeStorageError: Error {
    /// There is no such object.
    case notFound
    /// The object is not what the condition says.
    case changed
    /// The object has more bytes than are read at once.
    case tooLarge(bytes: Int64)
}

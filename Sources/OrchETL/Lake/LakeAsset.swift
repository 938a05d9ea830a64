public import FoundationEssentials

/// What is known of a file before it is written to a lake.
public struct LakeFacts: Sendable, Hashable {
    /// How many rows it holds.
    public var rows: Int64?
    /// The address of what it was made from; user, password and query are left out wherever it is kept.
    public var source: String?
    /// The SHA-256 of what it was made from, in hexadecimal digits.
    public var sourceSHA256: String?
    /// The run that made it.
    public var runID: String?
    /// The month that it holds.
    public var month: FileMonth?
    /// When it is written. Defaults to now.
    public var at: Date

    /// Facts of a file.
    public init(
        rows: Int64? = nil, source: String? = nil, sourceSHA256: String? = nil, runID: String? = nil,
        month: FileMonth? = nil, at: Date = Date()
    ) {
        self.rows = rows
        self.source = source
        self.sourceSHA256 = sourceSHA256
        self.runID = runID
        self.month = month
        self.at = at
    }
}

/// An object of a dataset that was written to a lake, with what is known of it.
public struct LakeAsset: Sendable, Hashable {
    /// The lake's address: `gs://bucket/folder` or `file:///folder`.
    public var lake: String
    /// The dataset's name: `green`.
    public var dataset: String
    /// The object's address.
    public var uri: String
    /// Which of the contents that had this name: Cloud Storage's generation, or the SHA-256 in a folder.
    public var version: String
    /// The version of the dataset's schema that it was written under, from 1.
    public var schemaVersion: Int
    /// What this object changed in the dataset's schema, in words; nothing where it fitted.
    public var schemaChanges: [String]
    /// Its columns, in order.
    public var columns: [LakeDataset.Column]
    /// Its length in bytes.
    public var bytes: Int64
    /// The SHA-256 of its bytes, in hexadecimal digits.
    public var sha256: String
    /// What was known of it before; the source is without user, password and query.
    public var facts: LakeFacts
}

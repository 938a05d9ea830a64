/// What a flow wrote: one object of a dataset, as it was when it was written.
public struct AssetRecord: Codable, Hashable, Sendable {
    /// A column as the object holds it.
    public struct Column: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What its values are: `int64`, `text`, `timestamp`, …
        public var type: String

        /// A column of that name and type.
        public init(name: String, type: String) {
            self.name = name
            self.type = type
        }
    }

    /// The lake or database that holds the dataset: `gs://bucket/folder`, `file:///lake`.
    public var namespace: String
    /// The dataset within its namespace: `green`.
    public var dataset: String
    /// The object: `gs://bucket/folder/data/green/green_tripdata_2020-07.parquet`.
    public var uri: String
    /// Which of the contents that had this URI: Cloud Storage's generation, or the SHA-256 where nothing counts them.
    public var version: String
    /// The version of the dataset's schema that the object was written under; nil where the dataset has none.
    public var schemaVersion: Int?
    /// The object's columns, in its order.
    public var schema: [Column]
    /// How many rows it holds; nil where nobody counted.
    public var rows: Int64?
    /// Its length in bytes.
    public var bytes: Int64
    /// The SHA-256 of its bytes, in hexadecimal digits.
    public var sha256: String
    /// The address of what it was made from.
    public var source: String?
    /// The SHA-256 of what it was made from, in hexadecimal digits.
    public var sourceSHA256: String?
    /// The month that it holds, where it holds one: `2020-07`.
    public var fileMonth: String?
    /// The data interval of the run that wrote it; the SDK fills it in.
    public var dataIntervalStart: Timestamp?
    /// The end of that interval, which is no part of it.
    public var dataIntervalEnd: Timestamp?

    /// A record of an object that was written.
    public init(
        namespace: String, dataset: String, uri: String, version: String, schemaVersion: Int? = nil,
        schema: [Column] = [], rows: Int64? = nil, bytes: Int64, sha256: String, source: String? = nil,
        sourceSHA256: String? = nil, fileMonth: String? = nil, dataIntervalStart: Timestamp? = nil,
        dataIntervalEnd: Timestamp? = nil
    ) {
        self.namespace = namespace
        self.dataset = dataset
        self.uri = uri
        self.version = version
        self.schemaVersion = schemaVersion
        self.schema = schema
        self.rows = rows
        self.bytes = bytes
        self.sha256 = sha256
        self.source = source
        self.sourceSHA256 = sourceSHA256
        self.fileMonth = fileMonth
        self.dataIntervalStart = dataIntervalStart
        self.dataIntervalEnd = dataIntervalEnd
    }
}

extension AssetRecord {
    /// The record on one line, for people: `green: gs://lake/data/green/x.parquet, 71974 rows, …`.
    public var summary: String {
        var parts = ["\(dataset): \(uri)"]
        if let rows { parts.append("\(rows) rows") }
        parts.append("\(bytes) bytes")
        if let schemaVersion { parts.append("schema \(schemaVersion)") }
        parts.append("version \(version.prefix(Self.shownDigits))")
        return parts.joined(separator: ", ")
    }

    /// How much of a version or checksum tells it from others: Cloud Storage's generations have 16 digits.
    public static let shownDigits = 16

    /// The record with what may be a secret left out of its addresses: user and password of all, the query and fragment
    /// of the source, where signatures stand.
    public var withoutSecrets: AssetRecord {
        var record = self
        record.namespace = Self.withoutUser(namespace)
        record.uri = Self.withoutUser(uri)
        record.source = source.map { Self.withoutUser(String($0.prefix { $0 != "?" && $0 != "#" })) }
        return record
    }

    static func withoutUser(_ address: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return address }
        let authority = address[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return address }
        return String(address[..<scheme.upperBound] + address[address.index(after: at)...])
    }
}

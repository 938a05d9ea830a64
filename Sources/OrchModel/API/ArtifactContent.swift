/// What an artifact holds, by its type.
public enum ArtifactContent: Hashable, Sendable {
    /// A text in Markdown; `bytes` is its length before it was cut, nil where it is whole.
    case markdown(text: String, bytes: Int?)
    /// A table; `rowsInAll` is how many rows there were before it was cut, nil where all are there.
    case table(columns: [String], rows: [[JSONValue]], rowsInAll: Int?)
    /// An address, and what a person reads in its place.
    case link(url: String, text: String)
    /// An image elsewhere.
    case imageAddress(String)
    /// An image itself: `image/png` and its bytes in base64.
    case image(mediaType: String, base64: String)

    /// The type's name.
    public var type: String {
        switch self {
        case .markdown: "markdown"
        case .table: "table"
        case .link: "link"
        case .imageAddress, .image: "image"
        }
    }

    /// The content as it is reported and kept.
    public var data: JSONValue {
        switch self {
        case .markdown(let text, let bytes):
            return .object(Self.members(["text": .string(text)], "bytes", bytes))
        case .table(let columns, let rows, let rowsInAll):
            let cells: JSONValue = .array(rows.map(JSONValue.array))
            return .object(
                Self.members(
                    ["columns": .array(columns.map(JSONValue.string)), "rows": cells], "rowsInAll", rowsInAll))
        case .link(let url, let text): return ["url": .string(url), "text": .string(text)]
        case .imageAddress(let url): return ["url": .string(url)]
        case .image(let mediaType, let base64): return ["mediaType": .string(mediaType), "base64": .string(base64)]
        }
    }

    private static func members(_ members: [String: JSONValue], _ name: String, _ count: Int?) -> [String: JSONValue] {
        var members = members
        members[name] = count.map { .int(Int64($0)) }
        return members
    }

    /// Reads the content of an artifact; nil where this version does not know its type or form.
    public init?(type: String, data: JSONValue) {
        func count(_ name: String) -> Int? { data[name]?.intValue.flatMap { Int(exactly: $0) } }
        switch type {
        case "markdown":
            guard let text = data["text"]?.stringValue else { return nil }
            self = .markdown(text: text, bytes: count("bytes"))
        case "table":
            guard let columns = data["columns"]?.arrayValue, let rows = data["rows"]?.arrayValue else { return nil }
            self = .table(
                columns: columns.map { $0.stringValue ?? $0.jsonText }, rows: rows.map { $0.arrayValue ?? [$0] },
                rowsInAll: count("rowsInAll"))
        case "link":
            guard let url = data["url"]?.stringValue else { return nil }
            self = .link(url: url, text: data["text"]?.stringValue ?? "")
        case "image":
            if let mediaType = data["mediaType"]?.stringValue, let base64 = data["base64"]?.stringValue {
                self = .image(mediaType: mediaType, base64: base64)
            } else if let url = data["url"]?.stringValue {
                self = .imageAddress(url)
            } else {
                return nil
            }
        default: return nil
        }
    }
}

extension ArtifactContent {
    /// Schemes that the address of a link or an image may have.
    private static let schemes: Set<String> = ["http", "https", "gs", "s3", "ftp", "sftp", "file"]

    /// An address as it may be shown: without its user, and with every value of its query and fragment hidden that may be a
    /// credential. nil where it is none: an address begins with a scheme such as `https://`.
    public static func shownAddress(_ address: String) -> String? {
        guard let scheme = address.firstRange(of: "://"),
            schemes.contains(address[..<scheme.lowerBound].lowercased()), address.utf8.count <= 4096,
            !address.unicodeScalars.contains(where: { $0.value <= 0x20 || (0x7F..<0xA0).contains($0.value) })
        else { return nil }
        var shown = AssetRecord.withoutUser(address)
        if let mark = shown.firstIndex(of: "#"), shown[mark...].contains("=") { shown = String(shown[..<mark]) }
        return JSONValue.string(shown).hidingURLPasswords.stringValue
    }
}

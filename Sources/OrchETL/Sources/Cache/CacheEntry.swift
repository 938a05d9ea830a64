import FoundationEssentials

/// Which file an address had, and how to ask whether it still has it.
struct CacheEntry: Codable, Sendable, Equatable {
    /// The address without what may be secret, for whoever looks into the folder.
    var source: String
    /// What the source called the state of the file.
    var validator: DownloadValidator
    /// The SHA-256 of the bytes, in hexadecimal digits; also the object's name.
    var sha256: String
    /// How many bytes there are.
    var bytes: Int64
    /// When the source was asked last, in seconds since 1970.
    var checkedAt: Int64
}

extension CacheEntry {
    /// Reads an entry; nil where there is none, or none that makes sense.
    init?(at path: String) {
        guard
            let text = try? Data(contentsOf: URL(filePath: path)),
            let entry = try? JSONDecoder().decode(CacheEntry.self, from: text),
            // It becomes a part of a path.
            entry.sha256.utf8.count == 64, entry.sha256.utf8.allSatisfy({ Self.digits.contains($0) })
        else { return nil }
        self = entry
    }

    /// Writes the entry, in place of an older one.
    /// - Throws: `ETLError.file`, `ETLError.unwritable`.
    func write(to path: String) throws {
        let text: Data
        do { text = try JSONEncoder().encode(self) } catch { throw ETLError.unwritable(file: path, cause: error) }
        let file = try AtomicFile(path)
        try file.write(Array(text))
        try file.commit()
    }

    private static let digits = Set("0123456789abcdef".utf8)
}

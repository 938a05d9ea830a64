import Crypto

/// What stands for a result that is kept in a ``ResultStore``: where it is, and how to know it again.
struct StoredResult: Codable, Hashable, Sendable {
    /// The version of this form.
    var version = StoredResult.currentVersion
    /// What the store calls itself, for people.
    var store: String
    var key: String
    var bytes: Int
    /// Of the bytes, 64 hexadecimal digits.
    var sha256: String
    /// The type of the value, for people.
    var type: String

    static let currentVersion = 1
    /// The largest result that is kept by reference, in bytes of its JSON text: 256 MiB.
    static let largest = 256 << 20

    /// The one member of the object that stands for a result.
    private static let member = "orch.stored-result"

    /// Why what stands for a result does not lead to it.
    enum Problem: Error, CustomStringConvertible {
        case tooLarge(Int)
        case noStore(StoredResult)
        case newer(Int)
        case changed(StoredResult, got: String)
        case unreadable(StoredResult, any Error)

        var description: String {
            switch self {
            case .tooLarge(let bytes):
                "it has \(bytes) bytes of JSON, and \(StoredResult.largest) are the most. Return where it is, such as an "
                    + "object's address"
            case .noStore(let result): "it is in \(result.store), and this flow names no result store"
            case .newer(let version):
                "it was kept in a form of version \(version); this program reads \(StoredResult.currentVersion)"
            case .changed(let result, let got):
                "\(result.store) has other bytes at \(result.key): expected \(result.bytes) with SHA-256 "
                    + "\(result.sha256.prefix(12))…, got \(got)"
            case .unreadable(let result, let error):
                "\(result.store) does not give \(result.key): \(ReportedText.message(of: error))"
            }
        }
    }

    /// Keeps a text in a store.
    ///
    /// - Returns: the JSON that stands for it.
    static func keep(_ text: String, type: String, flow: String, in store: any ResultStore) async throws -> JSONValue {
        let bytes = Array(text.utf8)
        guard bytes.count <= largest else { throw Problem.tooLarge(bytes.count) }
        let hash = SHA256.hash(data: bytes).hexadecimal
        let key = "\(flow)/\(hash.prefix(2))/\(hash).json"
        try await store.put(bytes, as: key)
        let result = StoredResult(store: store.name, key: key, bytes: bytes.count, sha256: hash, type: type)
        return .object([member: try JSONValue(encoding: result)])
    }

    /// What a JSON value stands for; nil where it is a result itself.
    init?(_ value: JSONValue) throws {
        guard let members = value.objectValue, members.count == 1, let body = members[Self.member] else { return nil }
        if let version = body["version"]?.intValue, version != Self.currentVersion {
            throw Problem.newer(Int(clamping: version))
        }
        self = try body.decode(StoredResult.self)
    }

    init(store: String, key: String, bytes: Int, sha256: String, type: String) {
        (self.store, self.key, self.bytes, self.sha256, self.type) = (store, key, bytes, sha256, type)
    }

    /// Whether a text may be what stands for a result: a look at its beginning, as most are results themselves.
    static func mayBe(_ text: String) -> Bool { text.hasPrefix("{\"\(member)\"") }

    /// The text that is kept, checked.
    func text(from store: (any ResultStore)?) async throws -> String {
        guard let store else { throw Problem.noStore(self) }
        guard (0...Self.largest).contains(bytes) else { throw Problem.tooLarge(bytes) }
        let found: [UInt8]
        do {
            found = try await store.get(key, upTo: bytes + 1)
        } catch {
            try Task.checkCancellation()
            throw Problem.unreadable(self, error)
        }
        guard found.count == bytes else { throw Problem.changed(self, got: "\(found.count) bytes") }
        let hash = SHA256.hash(data: found).hexadecimal
        guard hash == sha256 else { throw Problem.changed(self, got: "SHA-256 \(hash.prefix(12))…") }
        return String(decoding: found, as: UTF8.self)
    }
}

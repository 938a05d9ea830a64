import Glibc
import OrchModel

/// A small file that only its owner may read, made once.
struct SecretFile: Sendable {
    var path: String

    /// The most such a file holds, in bytes: a service account's key takes some 2,400.
    private static let limit = 1 << 16

    /// What the file holds, without white space around it; made with the value of `new` where there is none.
    ///
    /// Of several processes that make it at once one wins, and all read what it wrote: the file appears whole or not
    /// at all, with mode 0600 whatever the umask.
    func load(orMake new: () -> String) throws -> Secret {
        if let text = try read() { return text }
        try make(new())
        guard let text = try read() else { throw OrchServerError.file(path: path, action: "read", errno: ENOENT) }
        return text
    }

    /// What the file holds, without white space around it; nil where there is none.
    func read() throws -> Secret? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw OrchServerError.file(path: path, action: "open", errno: errno)
        }
        defer { Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= Self.limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { throw OrchServerError.file(path: path, action: "read", errno: errno) }
            if count == 0 { return Secret(Self.trimmed(String(decoding: bytes, as: UTF8.self))) }
            bytes += chunk[..<count]
        }
        throw OrchServerError.file(path: path, action: "read", errno: EFBIG)
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }

    private func make(_ text: String) throws {
        let temporary = "\(path).\(Identifier.new().short)"
        let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OrchServerError.file(path: temporary, action: "create", errno: errno) }
        defer {
            Glibc.close(descriptor)
            unlink(temporary)
        }
        let bytes = Array("\(text)\n".utf8)
        guard fchmod(descriptor, 0o600) == 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count,
            fsync(descriptor) == 0
        else { throw OrchServerError.file(path: temporary, action: "write", errno: errno) }
        // A link never replaces: who comes second takes the first one's file.
        guard link(temporary, path) == 0 || errno == EEXIST else {
            throw OrchServerError.file(path: path, action: "create", errno: errno)
        }
    }
}

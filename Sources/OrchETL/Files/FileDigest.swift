import Crypto

/// The SHA-256 of files.
enum FileDigest {
    /// The SHA-256 of a file as it lies on the disk, in hexadecimal digits.
    /// - Throws: `ETLError.file`, or `CancellationError`.
    static func sha256(of path: String) async throws -> String {
        try await BlockingWork.run { check in
            let file = try ReadableFile(path)
            var hash = SHA256()
            while case let bytes = try file.read(), !bytes.isEmpty {
                try check()
                hash.update(data: bytes)
            }
            return hash.finalize().hexadecimal
        }
    }
}

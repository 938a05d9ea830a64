import Crypto

extension ReadableFile {
    /// Writes the rest of the file to another one, which is left uncommitted.
    /// - Parameter check: throws when the copying is to stop.
    /// - Returns: the SHA-256 of what was copied, in hexadecimal digits.
    /// - Throws: `ETLError.file`, or what `check` throws.
    func copy(to output: AtomicFile, check: () throws -> Void) throws -> String {
        var hash = SHA256()
        while case let block = try read(), !block.isEmpty {
            try check()
            hash.update(data: block)
            try output.write(block)
        }
        return hash.finalize().hexadecimal
    }
}

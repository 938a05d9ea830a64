import Glibc

/// Where a command says what is no result of it, so that what reads its results does not meet it.
enum StandardError {
    /// Writes a line. Where that fails there is nobody left to be told.
    static func say(_ line: String) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

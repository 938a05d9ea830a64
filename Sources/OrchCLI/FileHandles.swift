import FoundationEssentials
import OrchModel

#if canImport(Glibc)
import Glibc
#endif

/// Unbuffered writes to the terminal, whole or with an error swallowed by nobody but a closed pipe.
enum FileHandles {
    /// Writes to standard output.
    static func writeOut(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes to standard error.
    static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Whether a person looks at standard output.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether to colour: a terminal, and no wish against it. See <https://no-color.org>.
    static var isColoured: Bool {
        isTerminal && getenv("NO_COLOR") == nil
    }

    /// All of standard input, as text.
    static func readInput() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            // Nobody reads any more: there is nobody to tell.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

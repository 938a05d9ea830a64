import FoundationEssentials
import OrchModel

#if canImport(Glibc)
import Glibc
#endif

/// Unbuffered reads and writes of the three standard descriptors.
enum FileHandles {
    /// Writes to standard output.
    ///
    /// A reader that has gone ends the process as SIGPIPE would (exit 141); what cannot be written for another reason,
    /// such as a full disk, ends it with exit 1 and says so, for a cut output must not count as success.
    static func writeOut(_ text: String) {
        guard let code = write(text, to: STDOUT_FILENO) else { return }
        if code == EPIPE { exit(141) }
        writeError("Error: cannot write to standard output: \(String(cString: strerror(code)))\n")
        exit(Failure.Code.failed.rawValue)
    }

    /// Writes to standard error.
    ///
    /// What cannot be written is dropped: there is nowhere left to say so.
    static func writeError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

    /// Whether a person looks at standard output.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether to colour: a terminal, and no wish against it. See <https://no-color.org>.
    static var isColoured: Bool {
        isTerminal && getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
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

    /// Writes all of a text; the error's number where it could not be written.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            guard written > 0 else { return errno }
            bytes = bytes.dropFirst(written)
        }
        return nil
    }
}

@preconcurrency import Glibc

/// What `print` has written in the whole life of the program.
enum StandardOutput {
    /// The exit code as shells know it of a program that writes to a reader who has gone.
    private static let brokenPipe: Int32 = 128 + SIGPIPE

    /// Hands over what was printed until now.
    ///
    /// Not `fflush(nil)`, which waits for each stream that some thread holds, such as one that reads standard input.
    static func flush() {
        fflush(stdout)
        fflush(stderr)
    }

    /// Hands over what is left. A cut output must not count as success: gives the exit code, which is another one where
    /// something could not be written, and says so, unless the reader had enough and went away.
    static func settle(_ code: Int32) -> Int32 {
        errno = 0
        let isFlushed = fflush(stdout) == 0
        let reason = errno
        guard !isFlushed || ferror(stdout) != 0 else { return code }
        guard reason != EPIPE else { return code == 0 ? brokenPipe : code }
        let why = reason == 0 ? "" : ": \(String(cString: strerror(reason)))"
        _ = Descriptor.write(Array("Error: cannot write to standard output\(why)\n".utf8), to: STDERR_FILENO)
        return code == 0 ? FlowRunner.Exit.failed.rawValue : code
    }
}

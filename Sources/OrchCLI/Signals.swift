@preconcurrency import Dispatch

#if canImport(Glibc)
import Glibc
#endif

/// Signals a command line reacts to.
enum Signals {
    /// Lets a write to a closed pipe fail instead of ending the process.
    static func ignoreBrokenPipe() { signal(SIGPIPE, SIG_IGN) }

    /// Yields each Ctrl-C from now on instead of ending the process.
    static func interrupts() -> AsyncStream<Void> {
        AsyncStream { continuation in
            signal(SIGINT, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
            source.setEventHandler { continuation.yield() }
            continuation.onTermination = { _ in source.cancel() }
            source.resume()
        }
    }
}

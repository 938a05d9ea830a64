import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A pipe that wakes a thread out of `poll`, so that it looks at what has changed.
final class Interrupt: Sendable {
    /// The end to poll for reading.
    let readEnd: Int32
    private let writeEnd: Int32

    /// - Throws: `noThread` when the system has no descriptor left.
    init() throws(PostgresError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .noThread(code: errno) }
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Wakes the thread. A full pipe is as good as one more byte.
    func signal() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Forgets the signals that have arrived.
    func clear() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) > 0 {}
    }
}

/// Whether one statement was cancelled.
final class StatementCancellation: Sendable {
    private let flag = Mutex(false)
    private let interrupt: Interrupt

    init(_ interrupt: Interrupt) {
        self.interrupt = interrupt
    }

    var isCancelled: Bool { flag.withLock { $0 } }

    func cancel() {
        flag.withLock { $0 = true }
        interrupt.signal()
    }
}

import Glibc

/// The calls on file descriptors that the run stream needs. A descriptor is a number: who opens one closes it.
enum Descriptor {
    /// A second descriptor of the same open file, not passed on to child processes.
    static func duplicate(_ descriptor: Int32) throws -> Int32 {
        try check(fcntl(descriptor, F_DUPFD_CLOEXEC, 3), "fcntl(F_DUPFD_CLOEXEC)")
    }

    /// Makes `descriptor` stand for the open file of `source`, also in child processes.
    static func replace(_ descriptor: Int32, with source: Int32) throws {
        _ = try check(dup2(source, descriptor), "dup2")
    }

    /// A pipe whose ends are not passed on to child processes; reading from it never waits, writing to it does.
    static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        _ = try check(Glibc.pipe(&ends), "pipe")
        for end in ends { _ = try check(fcntl(end, F_SETFD, FD_CLOEXEC), "fcntl(F_SETFD)") }
        // The ends are two open files, so this flag is of the reading one alone.
        _ = try check(fcntl(ends[0], F_SETFL, O_NONBLOCK), "fcntl(F_SETFL)")
        return (ends[0], ends[1])
    }

    /// Reads what is there, at most `count` bytes. Empty where there is nothing now, `nil` at the end.
    static func read(_ descriptor: Int32, atMost count: Int) -> [UInt8]? {
        var received = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            repeat {
                received = Glibc.read(descriptor, buffer.baseAddress, count)
            } while received < 0 && errno == EINTR
            initialized = max(0, received)
        }
        if received == 0 { return nil }
        if received < 0, errno != EAGAIN { return nil }
        return bytes
    }

    /// Writes all of `bytes`, waiting as long as the reader does not read. False where nobody can read any more.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                offset += written
            } else if errno == EAGAIN {
                // Somebody made the shared open file non-blocking.
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private static func check(_ result: Int32, _ call: String) throws -> Int32 {
        guard result >= 0 else { throw OrchError.system(call: call, reason: String(cString: strerror(errno))) }
        return result
    }
}

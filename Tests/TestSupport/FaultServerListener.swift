import Foundation
import Synchronization

/// A TCP port on 127.0.0.1, chosen by the system.
final class LoopbackListener: Sendable {
    enum Mode: Sendable, Equatable {
        /// Takes connections.
        case listening
        /// Refuses connections: the port is taken, and nobody listens at it.
        case refusing
        /// Neither takes nor refuses connections: its queue is full.
        case full
    }

    let port: UInt16
    private let descriptor: Int32
    /// Connections that fill the queue.
    private let fillers: [Int32]
    private let isStopped = Mutex(false)

    init(_ mode: Mode) throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket, generic, size) == 0 && getsockname(socket, generic, &size) == 0
            }
        }
        guard isBound, mode == .refusing || listen(socket, mode == .full ? 0 : 128) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        descriptor = socket
        port = UInt16(bigEndian: address.sin_port)
        // Linux takes one more than the queue is long; the rest wait as our client is going to.
        fillers = mode == .full ? (0..<4).map { _ in Self.connectWithoutWaiting(to: address) } : []
    }

    deinit {
        for filler in fillers { close(filler) }
        close(descriptor)
    }

    /// The next connection; nil once the listener was stopped.
    func accept() -> Int32? {
        while true {
            let connection = Foundation.accept(descriptor, nil, nil)
            if connection >= 0 {
                // A child of the test's would keep it open.
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                return connection
            }
            guard errno == EINTR || errno == ECONNABORTED, !isStopped.withLock(\.self) else { return nil }
        }
    }

    func stop() {
        isStopped.withLock { $0 = true }
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private static func connectWithoutWaiting(to address: sockaddr_in) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let filler = socket(AF_INET, kind, 0)
        withUnsafePointer(to: address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return filler
    }
}

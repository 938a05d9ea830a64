import Foundation
import Synchronization

/// A web server on loopback that misbehaves on purpose.
///
/// It serves one file at every path, in one way of `FaultServer.Behaviour`, or answers each request as a closure says.
/// It has its own port and threads, and ends all of them with `stop()`.
package final class FaultServer: Sendable {
    /// What a client has asked.
    package struct Request: Sendable {
        /// Such as `GET`.
        package var method: String
        /// Path and query, as sent.
        package var target: String
        /// The header fields, names in lower case.
        package var headers: [String: String]
        /// The body, where its length was told.
        package var body: [UInt8] = []
        /// How many requests came before.
        package var number: Int
    }

    /// What is done to a connection, one after the other; at the end it is closed.
    package enum Act: Sendable {
        /// Sends bytes.
        case send([UInt8])
        /// Sends bytes, so many at once, with a pause of milliseconds after each piece.
        case trickle([UInt8], step: Int, milliseconds: UInt32)
        /// Sends nothing more until the client goes away or the server is stopped.
        case hold
        /// Breaks the connection with a reset, so that the client sees an error instead of an end.
        case reset
    }

    /// The port it listens at; with `refusesConnections`, one where nobody listens.
    package let port: UInt16
    private let listener: LoopbackListener
    private let requestLog = Mutex<[Request]>([])
    private let open = Mutex<Set<Int32>>([])
    private let answer: @Sendable (Request) -> [Act]

    /// A server that serves a file in one of the ways of the catalogue.
    package convenience init(_ behaviour: Behaviour, content: [UInt8]) throws {
        let script = FaultScript(behaviour, content: content)
        let mode: LoopbackListener.Mode =
            switch behaviour {
            case .refusesConnections: .refusing
            case .neverAccepts: .full
            default: .listening
            }
        try self.init(mode) { script.acts(for: $0) }
    }

    /// A server that answers each request as the closure says.
    package convenience init(answer: @escaping @Sendable (Request) -> [Act]) throws {
        try self.init(.listening, answer: answer)
    }

    private init(_ mode: LoopbackListener.Mode, answer: @escaping @Sendable (Request) -> [Act]) throws {
        self.answer = answer
        listener = try LoopbackListener(mode)
        port = listener.port
        guard mode == .listening else { return }
        Thread.detachNewThread { self.acceptAll() }
    }

    /// Such as `http://127.0.0.1:40000`.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// Everything that was asked so far, in order.
    package var requests: [Request] { requestLog.withLock(\.self) }

    /// Takes no more connections and breaks those that are open.
    package func stop() {
        listener.stop()
        for connection in open.withLock({ $0 }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    private func acceptAll() {
        while let connection = listener.accept() {
            _ = open.withLock { $0.insert(connection) }
            Thread.detachNewThread {
                self.serve(connection)
                // Closed under the lock, so that `stop()` never meets a number that belongs to somebody else by now.
                self.open.withLock { open in
                    open.remove(connection)
                    _ = close(connection)
                }
            }
        }
    }

    private func serve(_ connection: Int32) {
        guard var request = Self.readHead(connection) else { return }
        requestLog.withLock { log in
            request.number = log.count
            log.append(request)
        }
        for act in answer(request) {
            switch act {
            case .send(let bytes):
                guard Self.send(bytes[...], to: connection) else { return }
            case .trickle(let bytes, let step, let milliseconds):
                var rest = bytes[...]
                while !rest.isEmpty {
                    guard Self.send(rest.prefix(step), to: connection) else { return }
                    rest = rest.dropFirst(step)
                    usleep(milliseconds * 1000)
                }
            case .hold:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            case .reset:
                var now = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                return
            }
        }
        // What the client still sends would turn the end into a reset, and the reset could eat what it has not read.
        shutdown(connection, Int32(SHUT_WR))
        var rest = [UInt8](repeating: 0, count: 4096)
        while recv(connection, &rest, rest.count, 0) > 0 {}
    }

    private static func send(_ bytes: ArraySlice<UInt8>, to connection: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Reads a request, and the body that its length tells of: an answer to what was not read would break the connection.
    private static func readHead(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16_384)
        let end = Array("\r\n\r\n".utf8)
        func more() -> Bool {
            let count = recv(connection, &block, block.count, 0)
            bytes += block.prefix(max(0, count))
            return count > 0
        }
        var head = bytes.firstRange(of: end)
        while head == nil {
            guard more() else { return nil }
            head = bytes.firstRange(of: end)
        }
        guard let start = head?.upperBound else { return nil }
        let lines = String(decoding: bytes[..<start], as: UTF8.self).components(separatedBy: "\r\n").filter {
            !$0.isEmpty
        }
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        let fields = lines.dropFirst().map { line -> (String, String) in
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            return (parts[0].lowercased(), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        let headers = Dictionary(fields, uniquingKeysWith: { $0 + ", " + $1 })
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        while bytes.count < start + length {
            guard more() else { return nil }
        }
        return Request(
            method: words[0], target: words[1], headers: headers, body: Array(bytes[start...].prefix(length)), number: 0
        )
    }
}

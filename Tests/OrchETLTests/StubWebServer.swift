import Dispatch
import Foundation
import Synchronization

/// A web server on a loopback socket. It answers each request with the bytes it is given and closes the connection.
final class StubWebServer: Sendable {
    struct Request: Sendable {
        /// Such as `GET`.
        var method: String
        /// Path and query, as sent.
        var target: String
        var body: String
    }

    /// What to send: a head and a body, of which `sent` bytes go out (all where nil).
    struct Reply: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var sent: Int?

        static func json(_ text: String, status: Int = 200, headers: [String: String] = [:]) -> Reply {
            Reply(status: status, headers: headers, body: Array(text.utf8))
        }
    }

    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[Request]>([])
    private let handler: @Sendable (Request) -> Reply

    init(_ handler: @escaping @Sendable (Request) -> Reply) throws {
        self.handler = handler
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, size) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, generic, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        DispatchQueue(label: "stub-web-server").async { self.acceptAll() }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { seen.withLock { $0 } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func acceptAll() {
        while case let connection = accept(listener, nil, nil), connection >= 0 {
            DispatchQueue.global().async {
                self.answer(connection)
                close(connection)
            }
        }
        close(listener)
    }

    private func answer(_ connection: Int32) {
        guard let request = Self.read(connection) else { return }
        seen.withLock { $0.append(request) }
        let reply = handler(request)
        var head = "HTTP/1.1 \(reply.status) Stub\r\nConnection: close\r\n"
        if reply.headers["Content-Length"] == nil { head += "Content-Length: \(reply.body.count)\r\n" }
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        var rest = (Array((head + "\r\n").utf8) + reply.body.prefix(reply.sent ?? reply.body.count))[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
                let length =
                    lines.dropFirst().compactMap { line -> Int? in
                        let parts = line.split(separator: ":", maxSplits: 1)
                        guard parts.first?.lowercased() == "content-length" else { return nil }
                        return Int(parts[1].trimmingCharacters(in: .whitespaces))
                    }.first ?? 0
                let headBytes = text[..<end.upperBound].utf8.count
                if bytes.count >= headBytes + length {
                    let words = lines[0].split(separator: " ").map(String.init)
                    return Request(
                        method: words[0], target: words[1], body: String(decoding: bytes[headBytes...], as: UTF8.self)
                    )
                }
            }
            let count = recv(connection, &block, block.count, 0)
            guard count > 0 else { return nil }
            bytes += block.prefix(count)
        }
    }
}

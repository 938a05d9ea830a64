import Dispatch
import Glibc
import Synchronization

/// An HTTP/1.1 server on a loopback socket that records what it is asked and answers what it is told.
final class StubHTTPServer: Sendable {
    struct Request: Sendable {
        let method: String
        /// Path and query, as sent.
        let target: String
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]

        var path: String { String(target.prefix { $0 != "?" }) }
        /// The pairs behind `?`, as sent.
        var query: [String] {
            target.split(separator: "?").dropFirst().flatMap { $0.split(separator: "&").map(String.init) }
        }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], body: [UInt8] = [])
        /// Closes the connection without an answer.
        case sever
        /// Announces the whole body, sends this much of it and closes.
        case broken(headers: [String: String], body: [UInt8], sent: Int)

        static func json(_ text: String, status: Int = 200, headers: [String: String] = [:]) -> Reply {
            .answer(status, headers: headers, body: Array(text.utf8))
        }
    }

    private let listener: Int32
    private let port: UInt16
    private let recorded = Mutex<[Request]>([])
    private let handler: @Sendable (Request, _ number: Int) -> Reply

    /// - Parameter handler: Gets each request and its number, from 0.
    init(_ handler: @escaping @Sendable (Request, _ number: Int) -> Reply) throws {
        self.handler = handler
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw SocketError(code: errno) }
        port = UInt16(bigEndian: address.sin_port)
        DispatchQueue(label: "stub.accept").async { self.accept() }
    }

    struct SocketError: Error { let code: Int32 }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { recorded.withLock { $0 } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        while case let connection = Glibc.accept(listener, nil, nil), connection >= 0 {
            DispatchQueue.global().async { self.serve(connection) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let request = Self.read(connection) else { return }
        let number = recorded.withLock {
            $0.append(request)
            return $0.count - 1
        }
        switch handler(request, number) {
        case .sever:
            break
        case .answer(let status, let headers, let body):
            Self.send(connection, Self.head(status, headers, length: body.count) + body)
        case .broken(let headers, let body, let sent):
            Self.send(connection, Self.head(200, headers, length: body.count) + body.prefix(sent))
        }
    }

    private static func head(_ status: Int, _ headers: [String: String], length: Int) -> [UInt8] {
        let fields = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        return Array("HTTP/1.1 \(status) Stub\r\n\(fields)Content-Length: \(length)\r\nConnection: close\r\n\r\n".utf8)
    }

    private static func send(_ connection: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        var headLength: Int?
        while headLength == nil {
            guard let more = receive(connection) else { return nil }
            let from = max(bytes.count - 3, 0)
            bytes += more
            headLength = (from..<max(bytes.count - 3, from))
                .first { bytes[$0..<($0 + 4)].elementsEqual(end) }
                .map { $0 + 4 }
        }
        guard let headLength else { return nil }
        let lines = String(decoding: bytes[..<headLength], as: UTF8.self).split(separator: "\r\n")
        let first = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        }
        var body = Array(bytes[headLength...])
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while body.count < length {
            guard let more = receive(connection) else { return nil }
            body += more
        }
        return Request(method: first[0], target: first[1], headers: headers, body: body)
    }

    private static func receive(_ connection: Int32) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, count in
            count = max(recv(connection, buffer.baseAddress, buffer.count, 0), 0)
        }
        return bytes.isEmpty ? nil : bytes
    }
}

import Foundation
import Synchronization
import Testing

/// A TCP proxy before a PostgreSQL server that looks at each message of a client's and may cut the line there.
/// https://www.postgresql.org/docs/current/protocol-message-formats.html
final class PostgresProxy: Sendable {
    /// One step of a client: a statement, a chunk of COPY data, or the end of a COPY.
    struct Step: Sendable {
        /// Counted from 1.
        let number: Int
        /// The message's first byte: `Q` or `P` for statements, `d` and `c` in a COPY.
        let kind: Character
        /// The message without its first five bytes.
        let body: [UInt8]

        /// The statement's text.
        var sql: String {
            let texts = body.split(separator: 0, omittingEmptySubsequences: false)
            return String(decoding: kind == "P" ? texts[1] : texts[0], as: UTF8.self)
        }
    }

    enum Action: Sendable {
        case forward
        /// The server never sees the message.
        case cutBefore
        /// The server gets the message, the client no answer.
        case cutAfter
    }

    let port: Int
    private let server: Int
    private let listener: Int32
    private let steps = Mutex(0)
    private let decide: @Sendable (Step) -> Action

    /// - Parameters:
    ///   - server: the server's port on 127.0.0.1.
    ///   - decide: is told each step before the server is, and says what becomes of it.
    init(to server: Int, _ decide: @escaping @Sendable (Step) -> Action) throws {
        self.server = server
        self.decide = decide
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && listen(descriptor, 16) == 0
                    ? getsockname(descriptor, generic, &length) : -1
            }
        }
        try #require(code == 0)
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in accept() }
    }

    /// How many steps were seen.
    var count: Int { steps.withLock { $0 } }

    /// Lets no more clients in.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func accept() {
        while case let client = Foundation.accept(listener, nil, nil), client >= 0 {
            let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.loopback(port: server)
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(upstream, $0, size) }
            }
            guard code == 0 else { close(client); close(upstream); continue }
            // The descriptors are closed by the thread that ends last, so that no other connection gets their numbers.
            let ended = Ended(client, upstream)
            Thread.detachNewThread {
                while let bytes = Self.read(upstream, atMost: 1 << 16), Self.write(bytes, to: client) {}
                ended.end()
            }
            Thread.detachNewThread { [self] in
                forward(client, upstream)
                ended.end()
            }
        }
        close(listener)
    }

    private func forward(_ client: Int32, _ server: Int32) {
        // The first message has no type, and asks for no TLS: clients come with sslmode=disable.
        guard let head = Self.read(client, exactly: 4), let rest = Self.read(client, exactly: Self.number(head) - 4),
            Self.write(head + rest, to: server)
        else { return }
        while let head = Self.read(client, exactly: 5),
            let body = Self.read(client, exactly: Self.number(Array(head[1...])) - 4)
        {
            let kind = Character(UnicodeScalar(head[0]))
            var action = Action.forward
            if "QPdc".contains(kind) {
                let number = steps.withLock { steps in
                    steps += 1
                    return steps
                }
                action = decide(Step(number: number, kind: kind, body: body))
            }
            if case .cutBefore = action { return }
            if case .cutAfter = action { shutdown(client, Int32(SHUT_RDWR)) }
            guard Self.write(head + body, to: server) else { return }
            if case .cutAfter = action {
                // What belongs to a statement with parameters follows it, and the client has sent it already.
                if kind == "P" { Self.drain(client, into: server) }
                return
            }
        }
    }

    private static func drain(_ client: Int32, into server: Int32) {
        while let bytes = read(client, atMost: 1 << 16), write(bytes, to: server) {}
    }

    /// Ends both directions of a line, and closes it when both have ended.
    private final class Ended: Sendable {
        private let descriptors: [Int32]
        private let count = Mutex(0)

        init(_ descriptors: Int32...) { self.descriptors = descriptors }

        func end() {
            for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
            let isLast = count.withLock { count in
                count += 1
                return count == 2
            }
            if isLast { for descriptor in descriptors { close(descriptor) } }
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private static func number(_ bytes: [UInt8]) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func read(_ descriptor: Int32, atMost count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = recv(descriptor, &bytes, count, 0)
        return got > 0 ? Array(bytes[..<got]) : nil
    }

    private static func read(_ descriptor: Int32, exactly count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = read(descriptor, atMost: count - bytes.count) else { return nil }
            bytes += more
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }
}

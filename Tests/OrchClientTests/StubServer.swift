import Dispatch
import Glibc
import Synchronization
import Testing

/// What a stub answers to whatever it is asked.
struct StubAnswer: Sendable {
    var status: String
    var body: String
    var header = "X-Stub: yes"
}

/// A server on a real socket that answers every connection's first request the same way and closes it.
final class StubServer: Sendable {
    let url: String
    private let socket: Int32
    private let received = Mutex<String?>(nil)

    init(answer: StubAnswer) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = socket
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        DispatchQueue.global().async { self.serve(answer) }
    }

    func stop() {
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// The last request, head and body.
    func request() async -> String? {
        received.withLock { $0 }
    }

    private func serve(_ answer: StubAnswer) {
        while true {
            let connection = accept(socket, nil, nil)
            guard connection >= 0 else { break }
            received.withLock { $0 = Self.read(connection) }
            let text = "HTTP/1.1 \(answer.status)\r\n\(answer.header)\r\nConnection: close\r\n\r\n\(answer.body)"
            let bytes = Array(text.utf8)
            _ = write(connection, bytes, bytes.count)
            close(connection)
        }
        close(socket)
    }

    /// Reads a head and as much of a body as it announces.
    private static func read(_ connection: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let length = text.firstMatch(of: /(?i)content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            let count = Glibc.read(connection, &chunk, chunk.count)
            guard count > 0 else { return text }
            bytes += chunk[..<count]
        }
    }
}

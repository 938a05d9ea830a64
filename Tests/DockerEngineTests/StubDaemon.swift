import DockerEngine
import Foundation
import Glibc
import Synchronization

/// A daemon of our own on a unix socket: answers by a function, keeps what it was asked.
final class StubDaemon: Sendable {
    struct Request: Sendable {
        var method = ""
        var path = ""
        var query: [String: String] = [:]
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        /// The body as JSON with sorted keys.
        var json: String {
            guard let value = try? JSONSerialization.jsonObject(with: Data(body)),
                let data = try? JSONSerialization.data(
                    withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
            else { return "" }
            return String(decoding: data, as: UTF8.self)
        }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        /// The body in pieces; between two of them the daemon waits for `gate`.
        var chunks: [[UInt8]] = []
        var gate: DispatchSemaphore?
        /// Whether the connection is closed where the body should go on.
        var breaksOff = false

        static func json(_ text: String, status: Int = 200) -> Answer {
            Answer(status: status, headers: ["Content-Type": "application/json"], chunks: [Array(text.utf8)])
        }

        static func refusal(_ status: Int, _ message: String) -> Answer {
            json(#"{"message":"\#(message.replacing("\"", with: "\\\""))"}"#, status: status)
        }

        static func bytes(_ bytes: [UInt8], headers: [String: String] = [:]) -> Answer {
            Answer(headers: headers, chunks: [bytes])
        }
    }

    private struct State {
        var requests: [Request] = []
        var open: Set<Int32> = []
        var isStopped = false
    }

    let path = "/tmp/orch-daemon-\(UUID().uuidString.prefix(13)).sock"
    private let listener: Int32
    private let state = Mutex(State())
    private let threads = DispatchGroup()
    private let answer: @Sendable (Request) -> Answer

    /// - Parameter apiVersion: what `/_ping` tells; nil for a daemon that tells nothing.
    init(apiVersion: String? = "1.41", answer: @escaping @Sendable (Request) -> Answer) throws {
        self.answer = { request in
            guard request.path == "/_ping" else { return answer(request) }
            var ping = Answer(headers: ["OSType": "linux"], chunks: [Array("OK".utf8)])
            ping.headers["Api-Version"] = apiVersion
            return ping
        }
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
        }
        guard code == 0, listen(listener, 16) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        run { $0.accept() }
    }

    var client: DockerClient { DockerClient(host: .unix(path: path)) }

    /// What was asked, without pings.
    var requests: [Request] { state.withLock { $0.requests.filter { $0.path != "/_ping" } } }

    /// How often the version was asked for.
    var pings: Int { state.withLock { $0.requests.count { $0.path == "/_ping" } } }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
        threads.wait()
        close(listener)
        unlink(path)
    }

    private func run(_ body: @escaping @Sendable (StubDaemon) -> Void) {
        threads.enter()
        Thread.detachNewThread { [self] in
            body(self)
            threads.leave()
        }
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if descriptor < 0, errno == EINTR { continue }
            guard descriptor >= 0 else { return }
            let isStopped = state.withLock { state in
                state.open.insert(descriptor)
                return state.isStopped
            }
            if isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
            run { daemon in
                daemon.serve(descriptor)
                daemon.state.withLock { state in
                    state.open.remove(descriptor)
                    _ = close(descriptor)
                }
            }
        }
    }

    private func serve(_ descriptor: Int32) {
        var buffer: [UInt8] = []
        while let request = read(&buffer, from: descriptor) {
            state.withLock { $0.requests.append(request) }
            let answer = answer(request)
            var head =
                "HTTP/1.1 \(answer.status) Stub\r\n" + answer.headers.map { "\($0.key): \($0.value)\r\n" }.joined()
            head += answer.status == 304 || answer.status == 204 ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n"
            guard write(Array(head.utf8), to: descriptor) else { return }
            guard answer.status != 304, answer.status != 204 else { continue }
            for (number, chunk) in answer.chunks.enumerated() {
                if number > 0 { answer.gate?.wait() }
                let size = Array((String(chunk.count, radix: 16) + "\r\n").utf8)
                guard chunk.isEmpty || write(size + chunk + [13, 10], to: descriptor) else { return }
            }
            guard !answer.breaksOff, write(Array("0\r\n\r\n".utf8), to: descriptor) else { return }
        }
    }

    private func read(_ buffer: inout [UInt8], from descriptor: Int32) -> Request? {
        while true {
            if let end = buffer.firstRange(of: [13, 10, 13, 10]) {
                var request = Self.parse(String(decoding: buffer[..<end.lowerBound], as: UTF8.self))
                let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
                if buffer.count >= end.upperBound + length {
                    request.body = Array(buffer[end.upperBound..<end.upperBound + length])
                    buffer.removeFirst(end.upperBound + length)
                    return request
                }
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }

    private static func parse(_ head: String) -> Request {
        let lines = head.split(separator: "\r\n")
        let start = lines[0].split(separator: " ")
        var request = Request(method: String(start[0]))
        let target = start[1].split(separator: "?", maxSplits: 1)
        request.path = String(target[0])
        for item in target.count > 1 ? target[1].split(separator: "&") : [] {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            request.query[String(parts[0])] = String(parts[1]).removingPercentEncoding
        }
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            request.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return request
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

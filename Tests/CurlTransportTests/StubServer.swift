import CurlTransport
import Foundation
import Glibc
import Synchronization
import Testing

/// A small HTTP server on a real socket: one thread accepts, one thread serves each connection.
final class StubServer: Sendable {
    enum Place { case tcp, unix }

    typealias Handler = @Sendable (StubRequest, StubConnection) throws -> Void

    private struct State {
        var isStopped = false
        var open: [Int32: StubConnection] = [:]
        var requests: [StubRequest] = []
        var accepted = 0
    }

    let port: Int
    let socketPath: String?
    private let listener: Int32
    private let handler: Handler
    private let state = Mutex(State())
    private let threads = DispatchGroup()

    init(_ place: Place = .tcp, handler: @escaping Handler) throws {
        self.handler = handler
        switch place {
        case .tcp:
            (listener, port) = try StubSocket.listenOnTCP()
            socketPath = nil
        case .unix:
            let path = "/tmp/orch-stub-\(UUID().uuidString.prefix(13)).sock"
            listener = try StubSocket.listen(onPath: path)
            port = 0
            socketPath = path
        }
        threads.enter()
        Thread.detachNewThread { [self] in
            accept()
            threads.leave()
        }
    }

    /// Requests in the order their bodies were read.
    var requests: [StubRequest] { state.withLock { $0.requests } }
    /// Connections accepted so far.
    var accepted: Int { state.withLock { $0.accepted } }

    /// A request to it without a limit of time: where a server waits for a test, it waits for whatever holds up that test.
    func request(_ method: HTTPMethod = .get, _ path: String = "/") -> HTTPRequest {
        var request = HTTPRequest(
            method: method, url: "http://\(socketPath == nil ? "127.0.0.1:\(port)" : "localhost")\(path)")
        request.unixSocket = socketPath
        request.timeouts.idle = nil
        return request
    }

    /// Closes everything and waits until all threads have ended.
    func stop() {
        let open = state.withLock { state in
            state.isStopped = true
            return Array(state.open.values)
        }
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
        for connection in open { connection.shutdown() }
        threads.wait()
        close(listener)
        if let socketPath { unlink(socketPath) }
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            if descriptor < 0, errno == EINTR { continue }
            guard descriptor >= 0 else { return }
            let connection = StubConnection(descriptor)
            let isStopped = state.withLock { state in
                state.accepted += 1
                state.open[descriptor] = connection
                return state.isStopped
            }
            if isStopped { connection.shutdown() }
            threads.enter()
            Thread.detachNewThread { [self] in
                serve(connection)
                state.withLock { state in
                    state.open[descriptor] = nil
                    close(descriptor)
                }
                threads.leave()
            }
        }
    }

    private func serve(_ connection: StubConnection) {
        do {
            while let request = try connection.readRequest() {
                state.withLock { $0.requests.append(request) }
                try handler(request, connection)
            }
        } catch {
            // The client went away, or the handler wants the connection closed: both end here.
            return
        }
    }
}

struct StubRequest: Sendable {
    var method: String
    var target: String
    var headers: [String: String]
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }
}

enum StubFailure: Error {
    case system(String, Int32)
    case closed
}

/// The server's end of a connection; used by one thread, but for `shutdown`.
final class StubConnection: Sendable {
    private let descriptor: Int32
    private let buffer = Mutex<[UInt8]>([])

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    func shutdown() {
        Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Closes with a reset instead of an orderly end.
    func reset() throws {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        throw StubFailure.closed
    }

    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StubFailure.system("send", errno) }
            sent += count
        }
    }

    /// Writes without waiting; returns how many bytes the system took, 0 when it takes none.
    func writeSome(_ bytes: [UInt8]) throws -> Int {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, bytes.count, flags) }
        if count < 0, errno == EAGAIN || errno == EINTR { return 0 }
        guard count > 0 else { throw StubFailure.system("send", errno) }
        return count
    }

    func respond(_ status: Int = 200, _ headers: [String: String] = [:], _ body: String = "") throws {
        let fields = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        try write("HTTP/1.1 \(status) Stub\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Waits until the client closes.
    func awaitEnd() {
        while let more = try? receive(), !more.isEmpty {}
    }

    func readRequest() throws -> StubRequest? {
        guard let head = try readHead() else { return nil }
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)
        guard let start = lines.first?.split(separator: " "), start.count == 3 else { throw StubFailure.closed }
        var request = StubRequest(method: String(start[0]), target: String(start[1]), headers: [:])
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            request.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        if request.target.hasPrefix("/raw") {
            return request
        } else if request.headers["transfer-encoding"] == "chunked" {
            while true {
                let size = Int(try readLine(), radix: 16) ?? 0
                request.body += try read(size)
                _ = try readLine()
                if size == 0 { break }
            }
        } else if let length = request.headers["content-length"].flatMap({ Int($0) }) {
            request.body = try read(length)
        }
        return request
    }

    private func receive() throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count = recv(descriptor, &chunk, chunk.count, 0)
        while count < 0, errno == EINTR { count = recv(descriptor, &chunk, chunk.count, 0) }
        guard count >= 0 else { throw StubFailure.system("recv", errno) }
        return Array(chunk[..<count])
    }

    /// The next `count` bytes of a request whose body its handler reads itself, because its target is `/raw…`.
    func read(_ count: Int) throws -> [UInt8] {
        while buffer.withLock({ $0.count }) < count {
            let more = try receive()
            guard !more.isEmpty else { throw StubFailure.closed }
            buffer.withLock { $0 += more }
        }
        return buffer.withLock { buffer in
            defer { buffer.removeFirst(count) }
            return Array(buffer[..<count])
        }
    }

    private func readHead() throws -> String? {
        try readUntil([13, 10, 13, 10])
    }

    private func readLine() throws -> String {
        guard let line = try readUntil([13, 10]) else { throw StubFailure.closed }
        return line
    }

    private func readUntil(_ mark: [UInt8]) throws -> String? {
        while true {
            let found = buffer.withLock { buffer -> String? in
                guard let range = buffer.firstRange(of: mark) else { return nil }
                defer { buffer.removeFirst(range.upperBound) }
                return String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
            }
            if let found { return found }
            let more = try receive()
            if more.isEmpty { return nil }
            buffer.withLock { $0 += more }
        }
    }
}

enum StubSocket {
    static func listenOnTCP() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 ? getsockname(descriptor, pointer, &size) : -1
            }
        }
        guard code == 0, Glibc.listen(descriptor, 64) == 0 else { throw StubFailure.system("listen", errno) }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    static func listen(onPath path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard code == 0, Glibc.listen(descriptor, 64) == 0 else { throw StubFailure.system("listen \(path)", errno) }
        return descriptor
    }

    /// A port that nobody listens on.
    static func closedPort() throws -> Int {
        let (descriptor, port) = try listenOnTCP()
        close(descriptor)
        return port
    }
}

/// Something that happens once and can be awaited.
final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func raise() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isRaised = true
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isRaised = state.withLock { state in
                if !state.isRaised { state.waiters.append(continuation) }
                return state.isRaised
            }
            if isRaised { continuation.resume() }
        }
    }

    /// Holds a thread of the stub server.
    func block() {
        let semaphore = DispatchSemaphore(value: 0)
        Task {
            await wait()
            semaphore.signal()
        }
        semaphore.wait()
    }
}

extension HTTPRequest {
    /// The error that sending this, and reading what comes, ends with; records an issue where it succeeds.
    func failure() async -> HTTPClientError? {
        await #expect(throws: HTTPClientError.self) {
            try await HTTPClient().send(self).body.collect(upTo: 1 << 20)
        }
    }
}

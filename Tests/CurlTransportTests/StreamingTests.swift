import CurlTransport
import Foundation
import Synchronization
import Testing

struct StreamingTests {
    private static let megabyte = [UInt8](repeating: 7, count: 1 << 20)

    @Test func holdsTheServerBackWhileNobodyReads() async throws {
        let total = 64 << 20
        let stuck = Signal()
        let written = Mutex(0)
        let server = try StubServer(.unix) { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            // Full when the system takes nothing for longer than the client waits for more: it has stopped reading.
            var sent = 0
            var last = ContinuousClock.now
            while sent < total, ContinuousClock.now - last < .seconds(4) {
                let count = try connection.writeSome(Self.megabyte)
                if count == 0 { usleep(2_000) } else { last = .now }
                sent += count
            }
            written.withLock { $0 = sent }
            stuck.raise()
            while sent < total {
                let count = min(total - sent, Self.megabyte.count)
                try connection.write(Array(Self.megabyte[..<count]))
                sent += count
            }
        }
        defer { server.stop() }
        var request = server.request()
        request.timeouts.idle = .seconds(3)

        let response = try await HTTPClient().send(request)
        await stuck.wait()
        #expect(written.withLock { $0 } < 8 << 20)
        var received = 0
        var largest = 0
        for try await chunk in response.body {
            received += chunk.count
            largest = max(largest, chunk.count)
        }
        #expect(received == total)
        #expect(largest <= (1 << 20) + (1 << 16))
    }

    @Test(arguments: [true, false])
    func asksForRequestChunksOnlyAsTheServerTakesThem(isLengthKnown: Bool) async throws {
        let count = 64
        let produced = Mutex(0)
        let largestLead = Mutex(0)
        let server = try StubServer(.unix) { _, connection in
            for taken in 0..<count {
                let lead = produced.withLock { $0 } - taken
                largestLead.withLock { $0 = max($0, lead) }
                _ = try connection.read(1 << 20)
            }
            try connection.respond(200, ["Connection": "close"], "all")
            connection.awaitEnd()
        }
        defer { server.stop() }
        var request = server.request(.put, "/raw")
        request.body = .stream(length: isLengthKnown ? Int64(count << 20) : nil) {
            let number = produced.withLock { produced in
                produced += 1
                return produced
            }
            return number <= count ? Self.megabyte : nil
        }
        let response = try await HTTPClient().send(request)
        #expect(String(decoding: try await response.body.collect(upTo: 9), as: UTF8.self) == "all")
        // One chunk in our buffer, one in the closure's hands, and what the socket holds.
        #expect(largestLead.withLock { $0 } <= 6)
        #expect(produced.withLock { $0 } >= count)
        let head = try #require(server.requests.first).headers
        #expect(head["transfer-encoding"] == (isLengthKnown ? nil : "chunked"))
        #expect(head["content-length"] == (isLengthKnown ? "\(count << 20)" : nil))
    }

    @Test func sendsAChunkedBodyWhole() async throws {
        let server = try StubServer(.unix) { request, connection in
            try connection.respond(200, [:], "\(request.body.count)")
        }
        defer { server.stop() }
        let left = Mutex(50)
        var request = server.request(.post)
        request.body = .stream(length: nil) {
            left.withLock { left in
                left -= 1
                return left >= 0 ? [UInt8](repeating: 1, count: left * 1_000) : nil
            }
        }
        let response = try await HTTPClient().send(request)
        #expect(String(decoding: try await response.body.collect(upTo: 9), as: UTF8.self) == "1225000")
    }

    @Test func sendsARangeOfAFile() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("body-\(UUID().uuidString)").path
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let server = try StubServer { _, connection in try connection.respond() }
        defer { server.stop() }
        var request = server.request(.put)
        request.body = .file(path: path, offset: 1_000, length: 250_000)
        #expect(try await HTTPClient().send(request).status == 200)
        #expect(server.requests.first?.body == Array(bytes[1_000..<251_000]))

        request.body = .file(path: path, offset: 1_000, length: 400_000)
        let short = await request.failure()
        guard case .requestBodyLength(announced: 400_000, produced: 299_000) = short else {
            Issue.record("\(String(describing: short))")
            return
        }
        request.body = .file(path: path + ".missing", offset: 0, length: 1)
        let missing = await request.failure()
        guard case .requestFile(_, errno: 2) = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
    }

    private struct Broken: Error, Equatable { let number: Int }

    @Test func passesOnWhatTheBodyClosureThrows() async throws {
        let server = try StubServer { _, connection in try connection.respond() }
        defer { server.stop() }
        var request = server.request(.put)
        request.body = .stream(length: nil) { throw Broken(number: 5) }
        let error = await request.failure()
        guard case .requestBody(let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause as? Broken == Broken(number: 5))
    }

    @Test(arguments: [(announced: 10, chunk: 4), (announced: 3, chunk: 4)])
    func refusesABodyOfAnotherLength(announced: Int64, chunk: Int) async throws {
        let server = try StubServer { _, connection in try connection.respond() }
        defer { server.stop() }
        let asked = Mutex(0)
        var request = server.request(.put)
        request.body = .stream(length: announced) {
            let isFirst = asked.withLock { asked in
                asked += 1
                return asked == 1
            }
            return isFirst ? [UInt8](repeating: 0, count: chunk) : nil
        }
        let error = await request.failure()
        guard case .requestBodyLength(announced, produced: 4) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func takesAnAnswerThatComesBeforeTheBodyIsSent() async throws {
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            connection.awaitEnd()
        }
        defer { server.stop() }
        var request = server.request(.put, "/raw")
        request.body = .stream(length: 1 << 30) { Self.megabyte }
        let response = try await HTTPClient().send(request)
        #expect(response.status == 413)
        #expect(try await response.body.collect(upTo: 2).count == 2)
    }
}

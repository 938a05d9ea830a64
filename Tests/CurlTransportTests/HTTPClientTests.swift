import CurlTransport
import Testing

struct HTTPClientTests {
    @Test(arguments: [StubServer.Place.tcp, .unix])
    func exchangesHeadersAndBodies(over place: StubServer.Place) async throws {
        let server = try StubServer(place) { request, connection in
            try connection.respond(201, ["X-Twice": "a", "x-method": request.method], "got \(request.text)")
        }
        defer { server.stop() }
        let client = HTTPClient()
        var request = server.request(.post, "/a?b=c")
        request.headers["X-Mine"] = "one"
        request.body = .bytes(Array("hello".utf8))

        let response = try await client.send(request)

        #expect(response.status == 201)
        #expect(response.headers["X-METHOD"] == "POST")
        #expect(response.httpVersion == "1.1")
        #expect(String(decoding: try await response.body.collect(upTo: 100), as: UTF8.self) == "got hello")
        let seen = try #require(server.requests.first)
        #expect(seen.target == "/a?b=c")
        #expect(seen.headers["x-mine"] == "one")
        #expect(seen.headers["content-length"] == "5")
        #expect(seen.headers["expect"] == nil)
        #expect(seen.headers["content-type"] == nil)
        #expect(seen.headers["user-agent"] == "orch/1")
    }

    @Test(arguments: [HTTPMethod.post, .put, .patch])
    func sendsLengthZeroWithoutBody(method: HTTPMethod) async throws {
        let server = try StubServer { _, connection in try connection.respond(204) }
        defer { server.stop() }
        let response = try await HTTPClient().send(server.request(method))
        #expect(response.status == 204)
        let seen = try #require(server.requests.first)
        #expect(seen.method == method.rawValue)
        #expect(seen.headers["content-length"] == "0")
        #expect(seen.headers["content-type"] == nil)
    }

    @Test(arguments: [HTTPMethod.get, .head, .delete])
    func sendsNoLengthWhereNoBodyIsExpected(method: HTTPMethod) async throws {
        let server = try StubServer { request, connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(request.method == "HEAD" ? 99 : 0)\r\n\r\n")
        }
        defer { server.stop() }
        let response = try await HTTPClient().send(server.request(method))
        #expect(try await response.body.collect(upTo: 0).isEmpty)
        let seen = try #require(server.requests.first)
        #expect(seen.method == method.rawValue)
        #expect(seen.headers["content-length"] == nil)
    }

    @Test func sendsEmptyHeaderValues() async throws {
        let server = try StubServer { _, connection in try connection.respond() }
        defer { server.stop() }
        var request = server.request()
        request.headers["X-Empty"] = ""
        _ = try await HTTPClient().send(request)
        #expect(server.requests.first?.headers["x-empty"] == "")
    }

    @Test func passesOverInterimResponsesAndTrailers() async throws {
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-A: 1\r\nSet-A: 2\r\n\r\n")
            try connection.write("3\r\nabc\r\n3\r\ndef\r\n0\r\nX-Trailer: t\r\n\r\n")
        }
        defer { server.stop() }
        let response = try await HTTPClient().send(server.request())
        #expect(response.status == 200)
        #expect(response.headers["Link"] == nil)
        #expect(response.headers.all("set-a") == ["1", "2"])
        #expect(String(decoding: try await response.body.collect(upTo: 10), as: UTF8.self) == "abcdef")
    }

    @Test func reusesItsConnection() async throws {
        let server = try StubServer(.unix) { _, connection in try connection.respond(200, [:], "ok") }
        defer { server.stop() }
        let client = HTTPClient()
        for _ in 0..<20 {
            let response = try await client.send(server.request())
            #expect(try await response.body.collect(upTo: 10).count == 2)
        }
        #expect(server.requests.count == 20)
        #expect(server.accepted == 1)
    }

    @Test func repeatsOnAReusedConnectionThatTheServerClosed() async throws {
        let server = try StubServer { _, connection in
            try connection.respond(200, [:], "ok")
            throw StubFailure.closed
        }
        defer { server.stop() }
        let client = HTTPClient()
        for _ in 0..<3 {
            var request = server.request(.put)
            request.body = .bytes([1, 2, 3])
            let response = try await client.send(request)
            #expect(try await response.body.collect(upTo: 10).count == 2)
        }
        #expect(server.requests.allSatisfy { $0.body == [1, 2, 3] })
    }

    @Test func holdsAtMostTheLimitOfConnections() async throws {
        let server = try StubServer { _, connection in try connection.respond(200, [:], "ok") }
        defer { server.stop() }
        let client = HTTPClient(configuration: HTTPClientConfiguration(maxConnectionsPerHost: 2))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 { group.addTask { try await client.send(server.request()).body.collect(upTo: 9).count } }
            for try await count in group { #expect(count == 2) }
        }
        #expect(server.requests.count == 40)
        #expect(server.accepted <= 2)
    }

    @Test func refusesToHoldMoreThanTheLimit() async throws {
        let server = try StubServer { _, connection in try connection.respond(200, [:], "0123456789") }
        defer { server.stop() }
        let client = HTTPClient()
        #expect(try await client.send(server.request()).body.collect(upTo: 10).count == 10)
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(server.request()).body.collect(upTo: 9)
        }
        guard case .bodyTooLarge(limit: 9) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func failsWhatRunsAndWhatComesAfterShutdown() async throws {
        let arrived = Signal()
        let server = try StubServer { _, connection in
            arrived.raise()
            connection.awaitEnd()
        }
        defer { server.stop() }
        let client = HTTPClient()
        let running = Task { try await client.send(server.request()) }
        await arrived.wait()
        client.shutdown()
        client.shutdown()
        for attempt in [running, Task { try await client.send(server.request()) }] {
            let error = await #expect(throws: HTTPClientError.self) { try await attempt.value }
            guard case .shutDown = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func readsABodyAfterTheClientIsGone() async throws {
        let go = Signal()
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            go.block()
            try connection.write("late")
        }
        defer { server.stop() }
        let body = try await HTTPClient().send(server.request()).body
        go.raise()
        #expect(try await body.collect(upTo: 4).count == 4)
    }
}

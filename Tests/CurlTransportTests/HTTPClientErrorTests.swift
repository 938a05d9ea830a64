import CurlTransport
import Testing

struct HTTPClientErrorTests {
    @Test(arguments: [
        "", "localhost", "/path", "ftp://host/file", "file:///etc/passwd", "http://", "http://a b/",
        "http://host:99999/",
    ])
    func rejectsWhatIsNoAddress(url: String) async {
        let error = await HTTPRequest(url: url).failure()
        guard case .invalidURL(url) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [("X-A", "b\r\nX-C: d"), ("X-A", "b\0"), ("", "b"), ("X A", "b"), ("X-A:", "b")])
    func rejectsHeadersThatBreakOut(name: String, value: String) async {
        var request = HTTPRequest(url: "http://127.0.0.1:9/")
        request.headers.add(name, value)
        let error = await request.failure()
        guard case .invalidHeader(name) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsAnUnknownName() async {
        let error = await HTTPRequest(url: "http://nobody.invalid/").failure()
        guard case .dns(host: "nobody.invalid") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isTransient == true)
    }

    @Test func tellsARefusedPort() async throws {
        let port = try StubSocket.closedPort()
        let error = await HTTPRequest(url: "http://127.0.0.1:\(port)/").failure()
        guard case .refused(host: "127.0.0.1", port: port) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect("\(HTTPClientError.refused(host: "h", port: 1))" == "h:1 refused the connection: nothing listens there")
    }

    @Test func tellsAMissingSocket() async {
        var request = HTTPRequest(url: "http://localhost/")
        request.unixSocket = "/tmp/orch-stub-missing.sock"
        let error = await request.failure()
        guard case .socketRefused(path: "/tmp/orch-stub-missing.sock", errno: 2) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsAnEmptyAnswer() async throws {
        let server = try StubServer { _, _ in throw StubFailure.closed }
        defer { server.stop() }
        let error = await server.request().failure()
        guard case .closedEarly(host: "127.0.0.1", received: 0, expected: nil) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsHowMuchOfTheBodyCame() async throws {
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
            throw StubFailure.closed
        }
        defer { server.stop() }
        let response = try await HTTPClient().send(server.request())
        var iterator = response.body.makeAsyncIterator()
        #expect(try await iterator.next()?.count == 10)
        let error = await #expect(throws: HTTPClientError.self) { try await iterator.next() }
        guard case .closedEarly(_, received: 10, expected: 100) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsAChunkedBodyThatBreaksOff() async throws {
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            throw StubFailure.closed
        }
        defer { server.stop() }
        let error = await server.request().failure()
        guard case .closedEarly(_, received: 3, expected: nil) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsAReset() async throws {
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
            try connection.reset()
        }
        defer { server.stop() }
        let error = await server.request().failure()
        guard case .reset = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsWhatIsNotHTTP() async throws {
        let server = try StubServer { _, connection in
            try connection.write("SSH-2.0-Stub\r\n")
            throw StubFailure.closed
        }
        defer { server.stop() }
        let error = await server.request().failure()
        guard case .malformedResponse = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isTransient == false)
    }

    @Test func tellsAStalledServer() async throws {
        let server = try StubServer { _, connection in connection.awaitEnd() }
        defer { server.stop() }
        var request = server.request()
        request.timeouts.idle = .milliseconds(100)
        let error = await request.failure()
        guard case .idleTimeout(_, seconds: 0.1) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsAStalledBody() async throws {
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789")
            connection.awaitEnd()
        }
        defer { server.stop() }
        var request = server.request()
        request.timeouts.idle = .milliseconds(100)
        let error = await request.failure()
        guard case .idleTimeout = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsAnExchangeThatTakesTooLong() async throws {
        let server = try StubServer { _, connection in
            try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            while true { try connection.write("drip") }
        }
        defer { server.stop() }
        var request = server.request()
        request.timeouts.total = .milliseconds(200)
        let error = await #expect(throws: HTTPClientError.self) {
            // The slow reader keeps the body from ending by itself; the limit counts for it as well.
            for try await _ in try await HTTPClient().send(request).body {}
        }
        guard case .totalTimeout(_, seconds: 0.2) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsAServerThatNeverTakesTheConnection() async throws {
        // A listener whose queue is full answers no handshake.
        let (descriptor, port) = try FullListener.make()
        defer { FullListener.close(descriptor) }
        var request = HTTPRequest(url: "http://127.0.0.1:\(port)/")
        request.timeouts = HTTPTimeouts(connect: .milliseconds(150), idle: .milliseconds(50))
        let error = await request.failure()
        guard case .connectTimeout(_, seconds: 0.15) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func keepsSecretsOutOfMessages() async {
        let secret = "hunter2"
        var request = HTTPRequest(url: "http://me:\(secret)@127.0.0.1:1/p?sig=\(secret)&\(secret)#\(secret)")
        request.headers["Authorization"] = "Bearer \(secret)"
        request.headers["X-Registry-Auth"] = secret
        request.headers["X-Goog-Signature"] = secret
        request.headers["Accept"] = "text/plain"
        let texts = [
            "\(request)", String(reflecting: request), "\(request.headers)", String(reflecting: request.headers),
            String(describing: await request.failure()),
        ]
        for text in texts { #expect(!text.contains(secret)) }
        #expect(texts[0] == "GET http://127.0.0.1:1/p?sig=…&…")
        #expect(texts[2].contains("Accept: text/plain"))
    }
}

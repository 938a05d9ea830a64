import CurlTransport
import Testing

struct RedirectTests {
    private static let secrets = ["Authorization", "Cookie", "X-Registry-Auth", "X-Goog-User-Project", "X-Api-Key"]

    @Test(arguments: [301, 302, 307, 308])
    func dropsCredentialsAtAnotherPort(status: Int) async throws {
        let target = try StubServer { _, connection in try connection.respond(200, [:], "here") }
        defer { target.stop() }
        let location = target.request(.get, "/there").url
        let first = try StubServer { _, connection in try connection.respond(status, ["Location": location], "gone") }
        defer { first.stop() }
        var request = first.request()
        for name in Self.secrets { request.headers[name] = "secret" }
        request.headers["Accept"] = "text/plain"

        let response = try await HTTPClient().send(request)

        #expect(response.status == 200)
        #expect(response.url == location)
        #expect(String(decoding: try await response.body.collect(upTo: 9), as: UTF8.self) == "here")
        let seen = try #require(target.requests.first).headers
        for name in Self.secrets {
            #expect(first.requests.first?.headers[name.lowercased()] == "secret")
            #expect(seen[name.lowercased()] == nil)
        }
        #expect(seen["accept"] == "text/plain")
    }

    @Test func dropsTheUserInfoOfTheURL() async throws {
        let target = try StubServer { _, connection in try connection.respond() }
        defer { target.stop() }
        let location = target.request().url
        let first = try StubServer { _, connection in try connection.respond(302, ["Location": location]) }
        defer { first.stop() }
        var request = first.request()
        request.url = "http://me:secret@127.0.0.1:\(first.port)/"
        let response = try await HTTPClient().send(request)
        #expect(response.url == location)
        #expect(first.requests.first?.headers["authorization"]?.hasPrefix("Basic ") == true)
        #expect(target.requests.first?.headers["authorization"] == nil)
    }

    @Test func keepsCredentialsAtTheSameOrigin() async throws {
        let server = try StubServer { request, connection in
            try request.target == "/a/b"
                ? connection.respond(307, ["Location": "../c?d"]) : connection.respond(200, [:], request.text)
        }
        defer { server.stop() }
        var request = server.request(.post, "/a/b")
        request.headers["Authorization"] = "secret"
        request.body = .bytes([0x61])
        let response = try await HTTPClient().send(request)
        #expect(try await response.body.collect(upTo: 1) == [0x61])
        #expect(server.requests.map(\.target) == ["/a/b", "/c?d"])
        #expect(server.requests.map(\.method) == ["POST", "POST"])
        #expect(server.requests.last?.headers["authorization"] == "secret")
        #expect(server.accepted == 1)
    }

    @Test(arguments: [301, 302, 303])
    func turnsPostIntoGet(status: Int) async throws {
        let server = try StubServer { request, connection in
            try request.method == "POST" ? connection.respond(status, ["Location": "/next"]) : connection.respond()
        }
        defer { server.stop() }
        var request = server.request(.post)
        request.headers["Content-Type"] = "text/plain"
        request.body = .bytes([0x61])
        #expect(try await HTTPClient().send(request).status == 200)
        #expect(server.requests.map(\.method) == ["POST", "GET"])
        #expect(server.requests.last?.headers["content-type"] == nil)
    }

    @Test func handsTheRedirectBackWhereRefused() async throws {
        let server = try StubServer { _, connection in try connection.respond(302, ["Location": "/next"]) }
        defer { server.stop() }
        var request = server.request()
        request.redirects = .refuse
        let response = try await HTTPClient().send(request)
        #expect(response.status == 302)
        #expect(response.headers["location"] == "/next")
        #expect(server.requests.count == 1)
    }

    @Test func handsBackARedirectThatLeadsNowhere() async throws {
        let server = try StubServer { _, connection in try connection.respond(308, ["Range": "bytes=0-1"]) }
        defer { server.stop() }
        #expect(try await HTTPClient().send(server.request(.put)).status == 308)
    }

    @Test func endsALoop() async throws {
        let server = try StubServer { _, connection in try connection.respond(302, ["Location": "/?token=secret"]) }
        defer { server.stop() }
        var request = server.request()
        request.redirects = .follow(max: 3)
        let error = await request.failure()
        guard case .tooManyRedirects(url: "/?token=…", limit: 3) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.requests.count == 4)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x"])
    func refusesOtherSchemes(location: String) async throws {
        let server = try StubServer { _, connection in try connection.respond(302, ["Location": location]) }
        defer { server.stop() }
        let error = await server.request().failure()
        guard case .redirectRefused(url: location, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func refusesToLeaveAUnixSocket() async throws {
        let server = try StubServer(.unix) { _, connection in
            try connection.respond(302, ["Location": "http://example.org/"])
        }
        defer { server.stop() }
        let error = await server.request().failure()
        guard case .redirectRefused = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func refusesToRepeatAStreamedBody() async throws {
        let server = try StubServer { _, connection in try connection.respond(307, ["Location": "/next"]) }
        defer { server.stop() }
        var request = server.request(.put)
        request.body = .stream(length: 0) { nil }
        let error = await request.failure()
        guard case .redirectRefused = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

import CurlTransport
import Foundation
import Testing

struct ProxyTests {
    private struct Unexpected: Error { let what: String }

    /// Runs in a process of its own, since the environment belongs to all of it.
    @Test func asksTheProxyOfTheEnvironmentExceptForSockets() async {
        await #expect(processExitsWith: .success) {
            let proxy = try StubServer { _, connection in try connection.respond(200, [:], "proxy") }
            let socket = try StubServer(.unix) { _, connection in try connection.respond(200, [:], "socket") }
            setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
            setenv("no_proxy", "127.0.0.1", 1)
            let client = HTTPClient()
            let outside = try await client.send(HTTPRequest(url: "http://outside.invalid/x")).body.collect(upTo: 9)
            let inside = try await client.send(socket.request()).body.collect(upTo: 9)
            let texts = [outside, inside].map { String(decoding: $0, as: UTF8.self) }
            guard texts == ["proxy", "socket"], proxy.requests.map(\.target) == ["http://outside.invalid/x"] else {
                throw Unexpected(what: "\(texts) \(proxy.requests)")
            }
        }
    }
}

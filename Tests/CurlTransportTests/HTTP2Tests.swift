import CurlTransport
import Foundation
import Testing

@Suite(
    .enabled(if: HTTP2Server.tool != nil, "needs the nghttpd command (apt-get install nghttp2-server)"),
    .enabled(if: OpenSSLServer.tool != nil, "needs the openssl command"))
struct HTTP2Tests {
    @Test func speaksHTTP2AndLetsNoStreamHoldUpAnother() async throws {
        let server = try HTTP2Server(files: ["big": 64 << 20, "small": 1_000])
        defer { server.stop() }
        let client = HTTPClient(configuration: HTTPClientConfiguration(maxConnectionsPerHost: 1))
        let big = try await client.send(server.request("/big"))
        #expect(big.httpVersion == "2")
        // The first body waits unread, over the one connection that there may be.
        for _ in 0..<10 {
            let small = try await client.send(server.request("/small"))
            #expect(small.status == 200)
            #expect(try await small.body.collect(upTo: 1_000).count == 1_000)
        }
        var received = 0
        for try await chunk in big.body { received += chunk.count }
        #expect(received == 64 << 20)
    }
}

/// `nghttpd`, which serves a folder over HTTP/2.
final class HTTP2Server: Sendable {
    static let tool = ["/usr/sbin/nghttpd", "/usr/bin/nghttpd", "/usr/local/bin/nghttpd"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private let folder: String
    private let port: Int
    private let process: ServerProcess

    init(files: [String: Int]) throws {
        folder = try OpenSSLServer.makeCertificates()
        for (name, size) in files {
            try Data(count: size).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
        // A port that was free may be somebody's by the time it is bound: the server then ends.
        for _ in 1...3 {
            let port = try StubSocket.closedPort()
            let process = try ServerProcess(
                Self.tool ?? "nghttpd", ["-v", "-a", "127.0.0.1", "-d", folder, "\(port)", "server.key", "server.pem"],
                in: folder)
            if process.line(startingWith: "IPv4: listen") != nil {
                (self.port, self.process) = (port, process)
                return
            }
            process.stop()
        }
        throw OpenSSLServer.Failure.didNotStart
    }

    func request(_ path: String) -> HTTPRequest {
        var request = HTTPRequest(url: "https://localhost:\(port)\(path)")
        request.tls.caFile = "\(folder)/ca.pem"
        return request
    }

    func stop() {
        process.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }
}

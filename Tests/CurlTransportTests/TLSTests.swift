import CurlTransport
import Testing

@Suite(.enabled(if: OpenSSLServer.tool != nil, "needs the openssl command"))
struct TLSTests {
    private func request(_ server: OpenSSLServer, host: String = "localhost", ca: String? = "ca.pem") -> HTTPRequest {
        var request = HTTPRequest(url: "https://\(host):\(server.port)/")
        request.tls.caFile = ca.map(server.path)
        return request
    }

    @Test func trustsTheGivenAuthority() async throws {
        let server = try OpenSSLServer()
        defer { server.stop() }
        let response = try await HTTPClient().send(request(server))
        #expect(response.status == 200)
        #expect(String(decoding: try await response.body.collect(upTo: 1 << 16), as: UTF8.self).contains("TLSv1.3"))

        let trusting = HTTPClient(configuration: HTTPClientConfiguration(caFile: server.path("ca.pem")))
        #expect(try await trusting.send(request(server, ca: nil)).status == 200)
    }

    @Test(arguments: [
        (host: "localhost", ca: "other-ca.pem"), (host: "localhost", ca: nil), (host: "localhost", ca: "missing.pem"),
        (host: "127.0.0.1", ca: "ca.pem"),
    ])
    func refusesOtherAuthoritiesAndNames(host: String, ca: String?) async throws {
        let server = try OpenSSLServer()
        defer { server.stop() }
        let error = await request(server, host: host, ca: ca).failure()
        guard case .tls(host, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
        #expect(error?.isTransient == false)
    }

    @Test func showsAClientCertificate() async throws {
        let server = try OpenSSLServer(needsClientCertificate: true)
        defer { server.stop() }
        var request = request(server)
        request.tls.clientCertificate = server.path("client.pem")
        request.tls.clientKey = server.path("client.key")
        #expect(try await HTTPClient().send(request).status == 200)
    }

    @Test func tellsAMissingClientCertificate() async throws {
        let server = try OpenSSLServer(needsClientCertificate: true)
        defer { server.stop() }
        let error = await request(server).failure()
        guard case .tls = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

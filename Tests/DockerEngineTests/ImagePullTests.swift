import Foundation
import Testing

@testable import DockerEngine

struct ImagePullTests {
    @Test(arguments: [
        ("taxi", "taxi", "latest"), ("taxi:1", "taxi", "1"), ("reg:5000/taxi", "reg:5000/taxi", "latest"),
        ("reg:5000/team/taxi:v2", "reg:5000/team/taxi", "v2"), ("taxi@sha256:ab", "taxi", "sha256:ab"),
        ("reg:5000/taxi:1@sha256:ab", "reg:5000/taxi", "sha256:ab"),
    ])
    func takesReferencesApart(text: String, name: String, tag: String) {
        let reference = ImageReference(text)
        #expect(reference.name == name)
        #expect(reference.tag == tag)
    }

    @Test func sendsCredentialsInTheirHeader() async throws {
        let daemon = try StubDaemon { _ in .json(#"{"status":"Status: Image is up to date"}"#) }
        defer { daemon.stop() }
        let credentials = RegistryCredentials(username: "me", password: "p?>~ÿÿ", serverAddress: "reg")
        var iterator = try await daemon.client.pullImage(
            "reg/taxi", platform: "linux/amd64", credentials: credentials
        ).makeAsyncIterator()
        #expect(try await iterator.next()?.status == "Status: Image is up to date")
        #expect(try await iterator.next() == nil)
        let seen = try #require(daemon.requests.first)
        #expect(seen.path == "/v1.41/images/create")
        #expect(seen.query == ["fromImage": "reg/taxi", "tag": "latest", "platform": "linux/amd64"])
        let header = try #require(seen.headers["x-registry-auth"])
        #expect(!header.contains("+") && !header.contains("/"))
        let base64 = header.replacing("-", with: "+").replacing("_", with: "/")
        let fields = try JSONDecoder().decode([String: String].self, from: try #require(Data(base64Encoded: base64)))
        #expect(fields == ["username": "me", "password": "p?>~ÿÿ", "serveraddress": "reg"])
    }

    @Test func cutsValuesAtLineEndsWhereverChunksEnd() {
        let text = Array("{\"a\":1}\r\n\r\n{\"b\":2}\n{\"c\":3}".utf8)
        for border in 0...text.count {
            var splitter = JSONLineSplitter()
            let lines =
                splitter.take(Array(text[..<border])) + splitter.take(Array(text[border...])) + splitter.finish()
            #expect(lines.map { String(decoding: $0, as: UTF8.self) } == [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#])
        }
    }
}

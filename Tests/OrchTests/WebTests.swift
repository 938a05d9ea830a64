import Foundation
import OrchTesting
import Synchronization
import TestSupport
import Testing

@testable import Orch

/// `context.http`, `context.download` and the sensor of addresses, against a server on this machine.
@Suite(.timeLimit(.minutes(10)))
struct WebTests {
    private static func answer(
        _ status: String, _ headers: [String] = [], _ body: String = "", length: Int? = nil
    ) -> [FaultServer.Act] {
        let head =
            ["HTTP/1.1 \(status)", "Content-Length: \(length ?? body.utf8.count)", "Connection: close"] + headers
        return [.send(Array((head + ["", body]).joined(separator: "\r\n").utf8))]
    }

    /// Serves one answer after the other, the last one for all further requests.
    private func withServer(
        _ answers: [[FaultServer.Act]], _ body: (FaultServer, SensorBench) async throws -> Void
    ) async throws {
        let server = try FaultServer { answers[min($0.number, answers.count - 1)] }
        defer { server.stop() }
        let scratch = FileManager.default.temporaryDirectory.appending(path: "orch-web-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        try await body(server, try SensorBench(scratchRoot: scratch))
    }

    @Test func aRequestIsSentWithAllItHas() async throws {
        try await withServer([Self.answer("201 Created", ["X-Id: 5"], #"{"rows": 3}"#)]) { server, bench in
            struct Page: Decodable, Equatable { var rows: Int }
            var request = WebRequest(
                .post, "\(server.url)/runs?a=1#top", query: ["q": "ä &=?", "empty": ""], headers: ["X-Trace": "t1"],
                bearer: "s3cret")
            request.body = try .json(["month": 7])
            let answer = try await bench.context.http(request)
            #expect(answer.status == 201)
            #expect(answer.header("x-id") == "5")
            #expect(try answer.json(Page.self) == Page(rows: 3))
            let asked = try #require(server.requests.first)
            #expect(asked.method == "POST")
            #expect(asked.target == "/runs?a=1&q=%C3%A4%20%26%3D%3F&empty=")
            #expect(asked.headers["authorization"] == "Bearer s3cret")
            #expect(asked.headers["content-type"] == "application/json")
            #expect(asked.headers["x-trace"] == "t1")
            #expect(String(decoding: asked.body, as: UTF8.self) == #"{"month":7}"#)
            #expect(bench.lines.count == 1)
            #expect(bench.lines[0].hasPrefix("POST \(server.url)/runs?a=…&q=…&empty=…: 201 in"))
            #expect(throws: WebFailure.self) { try answer.json([Int].self) }
        }
    }

    @Test func secretsAreNeitherInLinesNorInErrors() async throws {
        try await withServer([Self.answer("403 Forbidden", [], "token s3cret refused")]) { server, bench in
            let port = server.port
            for credential in [
                WebRequest.Credential.bearer("s3cret"), .basic(user: "me", password: "s3cret"),
                .header("X-Api-Key", "s3cret"), .header("X-Odd", "s3cret"),
            ] {
                var request = WebRequest(.get, "http://me:s3cret@127.0.0.1:\(port)/x?key=s3cret")
                request.credential = credential
                let error = await #expect(throws: WebFailure.self) { try await bench.context.http(request) }
                #expect(error?.status == 403)
                #expect(error.map { "\($0)".contains("s3cret") } == false)
                #expect(error.map { String(decoding: $0.body, as: UTF8.self) } == "token s3cret refused")
            }
            #expect(!bench.lines.contains { $0.contains("s3cret") })
        }
    }

    @Test func aSecretOfAnOddNameFollowsNoRedirect() async throws {
        let seen = Mutex<[String: String]>([:])
        let other = try FaultServer { request in
            seen.withLock { $0 = request.headers }
            return Self.answer("200 OK")
        }
        defer { other.stop() }
        let elsewhere = "http://localhost:\(other.port)/"
        try await withServer([Self.answer("302 Found", ["Location: \(elsewhere)"])]) { server, bench in
            var request = WebRequest(.get, server.url)
            request.credential = .header("X-Odd", "s3cret")
            let error = await #expect(throws: WebFailure.self) { try await bench.context.http(request) }
            #expect(error?.status == 302)
            request.credential = .header("X-Api-Key", "s3cret")
            let answer = try await bench.context.http(request)
            #expect(answer.status == 200)
            #expect(seen.withLock { $0["x-api-key"] } == nil)
        }
    }

    @Test func passingTroubleIsTriedAgainAsTheServerAsks() async throws {
        let answers = [
            Self.answer("429 Too Many Requests", ["Retry-After: 17"]), Self.answer("503 Service Unavailable"),
            [.reset], Self.answer("200 OK", [], "ok"),
        ]
        try await withServer(answers) { server, bench in
            let answer = try await bench.context.http(WebRequest(.get, server.url))
            #expect(answer.text == "ok")
            #expect(bench.clock.waits == [.seconds(17), .seconds(2), .seconds(4)])
            #expect(bench.lines.count == 4)
        }
        try await withServer([Self.answer("500 Oops")]) { server, bench in
            let error = await #expect(throws: WebFailure.self) {
                try await bench.context.http(WebRequest(.get, server.url, retries: 2))
            }
            #expect(error?.attempts == 3)
            #expect(error.map { "\($0)" } == "GET \(server.url): the answer's status is 500 (the last of 3 attempts)")
            #expect(server.requests.count == 3)
        }
        try await withServer([Self.answer("503 Busy", ["Retry-After: 7200"])]) { server, bench in
            let error = await #expect(throws: WebFailure.self) {
                try await bench.context.http(WebRequest(.get, server.url))
            }
            #expect(error?.attempts == 1)
            #expect(error?.reason.contains("asks to come back in 2 h: 5 min are the most") == true)
        }
    }

    @Test func whatMayHaveBeenDoneIsNotDoneAgain() async throws {
        for (status, sent) in [("500 Oops", 1), ("503 Busy", 4), ("429 Slow", 4), ("404 None", 1)] {
            try await withServer([Self.answer(status)]) { server, bench in
                await #expect(throws: WebFailure.self) { try await bench.context.http(WebRequest(.post, server.url)) }
                #expect(server.requests.count == sent, "\(status)")
            }
        }
        try await withServer([[.reset], Self.answer("200 OK")]) { server, bench in
            await #expect(throws: WebFailure.self) { try await bench.context.http(WebRequest(.post, server.url)) }
            var request = WebRequest(.post, server.url)
            request.isRepeatable = true
            let answer = try await bench.context.http(request)
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: [
        ("0", 0.0), ("120", 120), ("99999999999999999999", 31_622_400), ("Sun, 13 Sep 2020 12:27:40 GMT", 60),
        ("Sun, 13 Sep 2020 12:00:00 GMT", 0),
    ])
    func retryAfter(text: String, seconds: Double) {
        #expect(WebRetry.retryAfter(text, at: SensorBench.start) == .seconds(seconds))
    }

    @Test(arguments: ["", "soon", "-1", "Sunday, 13-Sep-20 12:27:40 GMT", "Sun, 99 Sep 2020 12:27:40 GMT", "1.5"])
    func whatIsNoRetryAfterIsNone(text: String) {
        #expect(WebRetry.retryAfter(text, at: SensorBench.start) == nil)
    }

    @Test func anAnswerThatIsTooLargeIsNotTaken() async throws {
        try await withServer([Self.answer("200 OK", [], String(repeating: "x", count: 5000))]) { server, bench in
            var request = WebRequest(.get, server.url)
            request.largestAnswer = 4999
            let error = await #expect(throws: WebFailure.self) { try await bench.context.http(request) }
            #expect(error?.reason == "the response is larger than the 4999 bytes expected at most")
            await #expect(throws: WebFailure.self) { try await bench.context.download(request, to: "x") }
            let left = try FileManager.default.contentsOfDirectory(atPath: bench.context.scratch.path)
            #expect(left.isEmpty)
            request.largestAnswer = 5000
            let answer = try await bench.context.http(request)
            #expect(answer.bytes.count == 5000)
        }
    }

    @Test func aFileIsThereOnceAllOfItIs() async throws {
        let content = String(repeating: "0123456789", count: 20_000)
        let answers = [
            Self.answer("200 OK", [], "0123", length: 200_000), Self.answer("200 OK", ["ETag: e1"], content),
        ]
        try await withServer(answers) { server, bench in
            let file = try await bench.context.download(WebRequest(.get, server.url), to: "data.csv")
            #expect(file.bytes == 200_000)
            #expect(try String(contentsOf: file.url, encoding: .utf8) == content)
            #expect(file.sha256.count == 64)
            #expect(file.answer.header("etag") == "e1")
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.context.scratch.path) == ["data.csv"])
            for name in ["", "..", "a/b", "/etc/x", "a\0"] {
                await #expect(throws: OrchError.self) {
                    try await bench.context.download(WebRequest(.get, server.url), to: name)
                }
            }
        }
    }

    @Test func cancellingEndsTheExchangeAtOnce() async throws {
        try await withServer([[.hold]]) { server, bench in
            let context = bench.context
            let task = Task { try await context.http(WebRequest(.get, server.url)) }
            while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func whatIsNoAddressIsAFailure() async throws {
        let bench = try SensorBench()
        for url in ["", "ftp://host/x", "not a url", "file:///etc/passwd", "http://"] {
            await #expect(throws: WebFailure.self, "\(url)") { try await bench.context.http(WebRequest(.get, url)) }
        }
    }

    @Test func anAddressIsWaitedFor() async throws {
        let answers = [
            Self.answer("404 None"), Self.answer("403 Not yet"), Self.answer("503 Busy"), [.reset],
            Self.answer("200 OK", ["ETag: \"v1\"", "Last-Modified: Sun, 13 Sep 2020 12:00:00 GMT"]),
        ]
        try await withServer(answers) { server, bench in
            let found = try await bench.context.wait(for: .url("\(server.url)/f.csv?sig=s3cret"), every: .seconds(60))
            #expect(found.status == 200)
            #expect(found.etag == "\"v1\"")
            #expect(found.url == "\(server.url)/f.csv")
            #expect(server.requests.map(\.method) == Array(repeating: "HEAD", count: 5))
            #expect(!bench.lines.contains { $0.contains("s3cret") })
            #expect(bench.states() == ["Running", "Completed"])
        }
    }

    @Test func aChangeIsWaitedFor() async throws {
        let answers = [
            Self.answer("200 OK", ["ETag: v1"]), Self.answer("200 OK", ["ETag: v1"]), Self.answer("404 None"),
            Self.answer("200 OK", ["ETag: v2"]),
        ]
        try await withServer(answers) { server, bench in
            let found = try await bench.context.wait(for: .url(server.url, changes: true))
            #expect(found.etag == "v2")
            #expect(server.requests.count == 4)
        }
        try await withServer([Self.answer("200 OK")]) { server, bench in
            await #expect(throws: SensorFailed.self) {
                try await bench.context.wait(for: .url(server.url, changes: true))
            }
        }
    }

    @Test func anAnswersBodyDecides() async throws {
        let answers = [Self.answer("200 OK", [], #"{"ready": false}"#), Self.answer("200 OK", [], #"{"ready": true}"#)]
        try await withServer(answers) { server, bench in
            let sensor: URLSensor = .url(WebRequest(.get, server.url, bearer: "s3cret")) { answer in
                try answer.json([String: Bool].self)["ready"] == true
            }
            try await bench.context.wait(for: sensor)
            #expect(server.requests.count == 2)
            #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer s3cret" })
        }
    }
}

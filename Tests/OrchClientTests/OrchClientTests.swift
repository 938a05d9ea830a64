import CurlTransport
import OrchModel
import Testing

@testable import OrchClient

struct OrchClientTests {
    @Test(arguments: ["http://h:4200", "http://h:4200/", "http://h:4200/api", "http://h:4200/api//"])
    func theAddressMayEndAsPeopleWriteIt(url: String) {
        let http = HTTPClient()
        defer { http.shutdown() }
        #expect(OrchClient(url: url, token: "t", http: http).url == "http://h:4200")
    }

    @Test(arguments: [
        (url: "http://user:canary@h:4200/x", shown: "http://h:4200/x"),
        (url: "http://a@canary@h", shown: "http://h"), (url: "http://h/a@b", shown: "http://h/a@b"),
    ])
    func aPasswordInTheAddressIsNotShown(url: String, shown: String) {
        let http = HTTPClient()
        defer { http.shutdown() }
        #expect(OrchClient(url: url, token: "t", http: http).url == shown)
    }

    /// The address of a run without a name is that of all runs.
    @Test func anEmptyNameIsRefusedBeforeAnythingIsAsked() async {
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = OrchClient(url: "http://127.0.0.1:1", token: "t", http: http)
        let error = await #expect(throws: OrchClientError.self) { _ = try await client.run("") }
        #expect(error?.description.contains("expected a name, got an empty text") == true)
        await #expect(throws: OrchClientError.self) { try await client.deleteBlock(type: "gcs-bucket", name: "") }
    }

    @Test func noFilterHidesThatALogWasRemoved() {
        let at = Timestamp(microseconds: 0)
        var record = LogRecord(
            attempt: 1, source: .orch, sequence: 0, at: at, level: .warning, message: "logs removed",
            logger: LogRecord.retentionLogger)
        let filters = [
            LogFilter(level: .error), LogFilter(since: at + .seconds(1)), LogFilter(containing: "nothing like it"),
        ]
        #expect(filters.allSatisfy { $0.matches(record) })
        record.source = .flow
        #expect(!filters.contains { $0.matches(record) })
    }

    @Test(arguments: [
        (text: "docker-flow_1.~", escaped: "docker-flow_1.~"), (text: "a/b c", escaped: "a%2Fb%20c"),
        (text: "ž&?=%\n", escaped: "%C5%BE%26%3F%3D%25%0A"),
    ])
    func partsOfAnAddressAreEscaped(text: String, escaped: String) {
        #expect(OrchClient.escaped(text) == escaped)
    }

    @Test func aServerThatIsNotThereIsToldWithItsAddressAndWhatToDo() async throws {
        let http = HTTPClient()
        defer { http.shutdown() }
        // Port 1 is reserved, and nobody listens there.
        let client = OrchClient(url: "http://127.0.0.1:1", token: "the-token", http: http)
        do {
            _ = try await client.version()
            Issue.record("expected no answer")
        } catch {
            guard case .unreachable("http://127.0.0.1:1", .refused) = error else {
                Issue.record("expected a refused connection, got \(error)")
                return
            }
            #expect(error.isTransient)
            #expect(error.description.hasPrefix("no answer from the orch server at http://127.0.0.1:1: "))
            #expect(!"\(error)".contains("the-token"))
        }
    }

    @Test func answersOfSomethingElseAreToldAsSuch() async throws {
        let cases = [
            (StubAnswer(status: "200 OK", body: "<html>"), 200),
            (StubAnswer(status: "502 Bad Gateway", body: "<html>"), 502),
            (StubAnswer(status: "301 Moved Permanently", body: "", header: "Location: http://127.0.0.1:1/"), 301),
        ]
        for (answer, expected) in cases {
            let stub = try StubServer(answer: answer)
            defer { stub.stop() }
            let http = HTTPClient()
            defer { http.shutdown() }
            let client = OrchClient(url: stub.url, token: "t", http: http)
            do {
                _ = try await client.version()
                Issue.record("expected a refusal of \(answer)")
            } catch {
                guard case .badAnswer(_, expected, _) = error else {
                    Issue.record("expected \(expected), got \(error)")
                    continue
                }
            }
        }
    }

    @Test func anAnswerThatDoesNotDecodeIsNotQuoted() async throws {
        let body =
            #"[{"runID":"01980c4e-7f3a-7cc2-9b1e-0d6a4f2b9c11","secrets":{"ORCH_API_KEY":"canary"},"runName":7}]"#
        let stub = try StubServer(answer: StubAnswer(status: "200 OK", body: body))
        defer { stub.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        do {
            _ = try await OrchClient(url: stub.url, token: "t", http: http).held(agent: "a1")
            Issue.record("expected an answer that cannot be used")
        } catch {
            #expect("\(error)".contains("runName"))
            #expect(!"\(error)".contains("canary"))
        }
    }

    @Test func theRequestCarriesTokenBodyAndAddress() async throws {
        let stub = try StubServer(
            answer: StubAnswer(
                status: "404 Not Found", body: #"{"code":"not_found","message":"no","details":["near"]}"#))
        defer { stub.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = OrchClient(url: stub.url, token: "the-token", http: http)
        await #expect(throws: OrchClientError.self) {
            _ = try await client.saveBlock(type: "postgres", name: "a b", values: ["host": "h"])
        }
        let request = try #require(await stub.request())
        #expect(request.hasPrefix("PUT /api/blocks/postgres/a%20b HTTP/1.1\r\n"))
        #expect(request.contains("Authorization: Bearer the-token\r\n"))
        #expect(request.hasSuffix(#"{"values":{"host":"h"}}"#))
    }

    @Test func faultsComeWithTheirDetails() async throws {
        let body = #"{"code":"not_found","message":"there is none","details":["near"]}"#
        let stub = try StubServer(answer: StubAnswer(status: "404 Not Found", body: body))
        defer { stub.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        do {
            _ = try await OrchClient(url: stub.url, token: "t", http: http).deployment(named: "x")
            Issue.record("expected a fault")
        } catch {
            #expect(error.fault == APIFault(code: "not_found", message: "there is none", details: ["near"]))
            #expect(!error.isTransient)
            #expect("\(error)" == "there is none\n  near")
        }
    }

    @Test(arguments: [
        ("401 Unauthorized", "does not take the token from the profile local. Expected the one in admin.token"),
        ("403 Forbidden", "no; the token is from the profile local"),
        ("404 Not Found", "no"),
    ])
    func aRefusedTokenIsToldWithWhereItCameFrom(status: String, words: String) async throws {
        let body = #"{"code":"c","message":"no","details":[]}"#
        let stub = try StubServer(answer: StubAnswer(status: status, body: body))
        defer { stub.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        do {
            let client = OrchClient(url: stub.url, token: "canary", tokenOrigin: "the profile local", http: http)
            _ = try await client.deployment(named: "x")
            Issue.record("expected a fault")
        } catch {
            #expect("\(error)".contains(words))
            #expect(!"\(error)".contains("canary"))
            #expect(("\(error)".contains(stub.url)) == status.hasPrefix("401"))
        }
    }

    @Test func aStreamThatBreaksOffIsToldAfterItsEvents() async throws {
        let stub = try StubServer(
            answer: StubAnswer(status: "200 OK", body: "{\"heartbeat\":{}}\n\n{\"heartbeat\":{}}\n{\"hea"))
        defer { stub.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        var events = try await OrchClient(url: stub.url, token: "t", http: http).follow("x").makeAsyncIterator()
        #expect(try await events.next() == .heartbeat)
        #expect(try await events.next() == .heartbeat)
        do {
            _ = try await events.next()
            Issue.record("expected the broken stream to be told")
        } catch {
            #expect(error.isTransient)
        }
    }
}

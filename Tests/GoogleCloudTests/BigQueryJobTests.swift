import CurlTransport
import Testing

@testable import GoogleCloud

struct BigQueryJobTests {
    private static func job(_ state: String, id: String = "j", more: String = "") -> StubHTTPServer.Reply {
        .json(
            #"{"jobReference":{"projectId":"p","jobId":"\#(id)","location":"EU"},"#
                + #""status":{"state":"\#(state)"\#(more)}}"#
        )
    }

    private static let failure =
        #","errorResult":{"reason":"invalid","message":"first"},"#
        + #""errors":[{"reason":"invalid","message":"first"},"#
        + #"{"reason":"invalid","location":"row 2","message":"second"}]"#

    private func client(_ url: String, _ http: HTTPClient, clock: ManualClock = ManualClock()) -> BigQueryClient {
        BigQueryClient(
            project: "p", location: "EU", endpoint: url, credentials: .anonymous, http: http,
            retrier: Retrier(clock: clock), makeID: { "made-id" })
    }

    private func load() throws -> BigQueryLoad {
        BigQueryLoad(
            into: try BigQueryTableID(dataset: "d", table: "t$202007"), schema: [BigQueryField("a", .datetime)])
    }

    @Test func loadsFromStorageAndWaits() async throws {
        let server = try StubHTTPServer { _, number in
            number < 4
                ? Self.job(number == 0 ? "PENDING" : "RUNNING")
                : .json(
                    #"{"jobReference":{"projectId":"p","jobId":"j","location":"EU"},"status":{"state":"DONE"},"#
                        + #""statistics":{"load":{"outputRows":"71974"}}}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        let job = try await client(server.url, http, clock: clock)
            .load(try load(), from: ["gs://b/data/o.parquet"], id: BigQueryJobID("j"))
        #expect(job.outputRows == 71_974 && job.name == "p:EU.j")
        #expect(clock.pauses == [.milliseconds(200), .milliseconds(300), .milliseconds(450), .milliseconds(675)])
        #expect(server.requests[0].target == "/bigquery/v2/projects/p/jobs?prettyPrint=false")
        #expect(
            server.requests[0].text == #"{"configuration":{"load":{"createDisposition":"CREATE_IF_NEEDED","#
                + #""destinationTable":{"datasetId":"d","projectId":"p","tableId":"t$202007"},"#
                + #""schema":{"fields":[{"mode":"NULLABLE","name":"a","type":"DATETIME"}]},"sourceFormat":"PARQUET","#
                + #""sourceUris":["gs://b/data/o.parquet"],"writeDisposition":"WRITE_TRUNCATE"}},"#
                + #""jobReference":{"jobId":"j","location":"EU","projectId":"p"}}"#)
        #expect(
            server.requests[1].target == "/bigquery/v2/projects/p/jobs/j?projection=full&location=EU&prettyPrint=false")
    }

    @Test func throwsAllErrorsOfAFailedJob() async throws {
        let server = try StubHTTPServer { _, _ in Self.job("DONE", more: Self.failure) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        await #expect {
            try await client(server.url, http).load(try load(), from: ["gs://b/o"], id: BigQueryJobID("j"))
        } throws: { error in
            guard case GoogleCloudError.jobFailed("p:EU.j", let errors) = error else { return false }
            return errors.map(\.message) == ["first", "second"] && errors[1].location == "row 2"
        }
        #expect(server.requests.count == 1)
    }

    @Test func warningsDoNotFailAJob() async throws {
        let warning = #","errors":[{"reason":"invalid","message":"a bad row was skipped"}]"#
        let server = try StubHTTPServer { _, _ in Self.job("DONE", more: warning) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let job = try await client(server.url, http).load(try load(), from: ["gs://b/o"], id: BigQueryJobID("j"))
        #expect(!job.hasFailed)
    }

    @Test func tellsAnErrorOfLocationApart() async throws {
        let more =
            #","errorResult":{"reason":"invalid","message":"Cannot read and write in different locations: source: US"}"#
        let server = try StubHTTPServer { _, _ in Self.job("DONE", more: more) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        await #expect {
            try await client(server.url, http).load(try load(), from: ["gs://b/o"], id: BigQueryJobID("j"))
        } throws: { error in
            if case GoogleCloudError.locationMismatch = error { true } else { false }
        }
    }

    @Test func attachesToAJobThatRunsUnderTheSameID() async throws {
        let server = try StubHTTPServer { _, number in
            number == 0 ? .answer(409) : Self.job(number == 1 ? "RUNNING" : "DONE")
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let job = try await client(server.url, http).load(try load(), from: ["gs://b/o"], id: BigQueryJobID("j"))
        #expect(job.isDone)
        #expect(server.requests.map(\.method) == ["POST", "GET", "GET"])
    }

    @Test func sendsTheNextGenerationAfterJobsThatFailedEarlier() async throws {
        let server = try StubHTTPServer { _, number in
            switch number {
            case 0, 2: .answer(409)
            case 1, 3: Self.job("DONE", more: Self.failure)
            default: Self.job("DONE", id: "j-g3")
            }
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let job = try await client(server.url, http).load(try load(), from: ["gs://b/o"], id: BigQueryJobID("j"))
        #expect(job.id == "j-g3")
        #expect(server.requests[3].path.hasSuffix("/jobs/j-g2"))
        #expect(server.requests[4].text.contains(#""jobId":"j-g3""#))
    }

    @Test func repeatsUnderTheNextGenerationWhatMayPass() async throws {
        let passing = #","errorResult":{"reason":"backendError","message":"try again"}"#
        let server = try StubHTTPServer { _, number in
            number == 0 ? Self.job("DONE", more: passing) : Self.job("DONE", id: "j-g2")
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        let job = try await client(server.url, http, clock: clock)
            .load(try load(), from: ["gs://b/o"], id: BigQueryJobID("j"))
        #expect(job.id == "j-g2" && clock.pauses.count == 1)
        #expect(server.requests[1].text.contains(#""jobId":"j-g2""#))
    }

    @Test func saysWhatALoadMayNotRead() async throws {
        let denied =
            #","errorResult":{"reason":"accessDenied","location":"gs://b/o","message":"no storage.objects.get"}"#
        let server = try StubHTTPServer { _, _ in Self.job("DONE", more: denied) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        await #expect {
            try await client(server.url, http).load(try load(), from: ["gs://b/o"], id: BigQueryJobID("j"))
        } throws: { error in
            guard case GoogleCloudError.permissionDenied("gs://b/o", _, _, _) = error else { return false }
            return "\(error)".contains("roles/storage.objectViewer") && "\(error)".contains("no storage.objects.get")
        }
    }

    @Test func asksTheJobOfACancelledTaskToStop() async throws {
        let asked = AsyncStream.makeStream(of: String.self)
        let server = try StubHTTPServer { request, _ in
            asked.continuation.yield("\(request.method) \(request.path)")
            return Self.job("RUNNING")
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = BigQueryClient(
            project: "p", endpoint: server.url, credentials: .anonymous, http: http, makeID: { "made-id" })
        let task = Task { try await client.query("select 1") }
        var requests = asked.stream.makeAsyncIterator()
        #expect(await requests.next() == "POST /bigquery/v2/projects/p/jobs")
        // The first question about the job shows that it is waited for.
        #expect(await requests.next() == "GET /bigquery/v2/projects/p/jobs/j")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        while let request = await requests.next(), request != "POST /bigquery/v2/projects/p/jobs/j/cancel" {}
    }

    @Test func loadsALocalFileThroughASession() async throws {
        let server = try StubHTTPServer { request, number in
            number == 0
                ? .answer(200, headers: ["Location": "http://\(request.headers["host"] ?? "")/session"])
                : Self.job("DONE", id: "other")
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let folder = try TemporaryFolder()
        let path = try folder.file("f", [1, 2, 3])
        let job = try await client(server.url, http).load(try load(), file: path, id: BigQueryJobID("j"))
        #expect(job.id == "other")
        #expect(
            server.requests[0].target == "/upload/bigquery/v2/projects/p/jobs?uploadType=resumable&prettyPrint=false")
        #expect(server.requests[0].text.contains(#""jobId":"j""#) && !server.requests[0].text.contains("sourceUris"))
        #expect(server.requests[1].headers["content-range"] == "bytes 0-2/3")
        #expect(server.requests[1].body == [1, 2, 3])
    }

    @Test func stopsWaitingAfterTheLimit() async throws {
        let server = try StubHTTPServer { _, _ in Self.job("RUNNING") }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let clock = ManualClock()
        let client = client(server.url, http, clock: clock)
        let job = try await client.job("j")
        await #expect { try await client.wait(for: job, limit: .seconds(1)) } throws: { error in
            if case GoogleCloudError.jobUnfinished("p:EU.j", waited: .seconds(1)) = error { true } else { false }
        }
    }

    @Test(arguments: ["", "a b", "a.b", String(repeating: "x", count: 1025)])
    func refusesABadJobID(id: String) {
        #expect(throws: GoogleCloudError.self) { try BigQueryJobID(id) }
    }

    @Test func runsAQueryWithParametersAndReadsAllPages() async throws {
        let server = try StubHTTPServer { _, number in
            switch number {
            case 0: return Self.job("DONE", id: "made-id")
            case 1:
                return .json(
                    #"{"jobComplete":true,"schema":{"fields":[{"name":"n","type":"INTEGER","mode":"NULLABLE"},"#
                        + #"{"name":"tags","type":"STRING","mode":"REPEATED"}]},"pageToken":"t","#
                        + #""rows":[{"f":[{"v":"1"},{"v":[{"v":"x"},{"v":"y"}]}]}]}"#)
            default:
                return .json(
                    #"{"jobComplete":true,"schema":{"fields":[{"name":"n","type":"INTEGER"},"#
                        + #"{"name":"tags","type":"STRING"}]},"rows":[{"f":[{"v":null},{"v":{"f":[{"v":"z"}]}}]}]}"#)
            }
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let result = try await client(server.url, http).query(
            "select n, tags from t where m = @m and x = @x",
            parameters: [BigQueryParameter("m", .date, "2020-07-01"), BigQueryParameter("x", .int64, nil)],
            dataset: "d", pageSize: 1)
        #expect(result.fields.map(\.type) == [.int64, .string])
        #expect(result.rows.map { $0["n"] } == ["1", nil])
        #expect(result.rows[0].values[1] == .array([.scalar("x"), .scalar("y")]))
        #expect(result.rows[1].values == [.null, .record([.scalar("z")])])
        #expect(result.rows[0]["missing"] == nil && result.rows[0]["tags"] == nil)
        #expect(
            server.requests[0].text
                == #"{"configuration":{"query":{"defaultDataset":{"datasetId":"d","projectId":"p"},"#
                + #""parameterMode":"NAMED","query":"select n, tags from t where m = @m and x = @x","#
                + #""queryParameters":["#
                + #"{"name":"m","parameterType":{"type":"DATE"},"parameterValue":{"value":"2020-07-01"}},"#
                + #"{"name":"x","parameterType":{"type":"INT64"},"parameterValue":{"value":null}}],"#
                + #""useLegacySql":false}},"#
                + #""jobReference":{"jobId":"made-id","location":"EU","projectId":"p"}}"#)
        let base =
            "/bigquery/v2/projects/p/queries/made-id?maxResults=1&formatOptions.useInt64Timestamp=true&location=EU"
        #expect(server.requests[1].target == "\(base)&prettyPrint=false")
        #expect(server.requests[2].target == "\(base)&pageToken=t&prettyPrint=false")
    }

    @Test func countsTheRowsThatDMLChanged() async throws {
        let server = try StubHTTPServer { _, number in
            number == 0
                ? .json(
                    #"{"jobReference":{"projectId":"p","jobId":"j"},"status":{"state":"DONE"},"#
                        + #""statistics":{"query":{"statementType":"DELETE","numDmlAffectedRows":"12"}}}"#)
                : .json(#"{"jobComplete":true}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let result = try await client(server.url, http).query("delete from d.t where true", id: BigQueryJobID("j"))
        #expect(result.numDmlAffectedRows == 12 && result.job.statementType == "DELETE" && result.rows.isEmpty)
    }

    @Test func doesNotTakeAnIncompleteResultForAnEmptyOne() async throws {
        let server = try StubHTTPServer { _, number in
            number == 0 ? Self.job("DONE") : .json(#"{"jobComplete":false}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = client(server.url, http)
        await #expect { try await client.query("select 1") } throws: { error in
            if case GoogleCloudError.malformedAnswer = error { true } else { false }
        }
    }
}

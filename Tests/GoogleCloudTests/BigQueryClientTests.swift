import CurlTransport
import Testing

@testable import GoogleCloud

struct BigQueryClientTests {
    private func client(
        _ url: String, _ http: HTTPClient, clock: ManualClock = ManualClock(), location: String? = "EU"
    ) -> BigQueryClient {
        BigQueryClient(
            project: "p", location: location, endpoint: url, credentials: .anonymous, http: http,
            retrier: Retrier(clock: clock), makeID: { "made-id" })
    }

    @Test func createsADatasetInTheClientsLocation() async throws {
        let server = try StubHTTPServer { _, _ in
            .json(#"{"datasetReference":{"projectId":"p","datasetId":"d"},"location":"EU"}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let dataset = try await client(server.url, http).ensureDataset("d")
        #expect(dataset == BigQueryDataset(id: "d", location: "EU"))
        #expect(server.requests[0].target == "/bigquery/v2/projects/p/datasets?prettyPrint=false")
        #expect(server.requests[0].text == #"{"datasetReference":{"datasetId":"d","projectId":"p"},"location":"EU"}"#)
    }

    @Test(arguments: [(location: "eu", fits: true), (location: "US", fits: false)])
    func takesADatasetThatIsThereIfItLiesWhereJobsRun(location: String, fits: Bool) async throws {
        let server = try StubHTTPServer { request, _ in
            request.method == "POST"
                ? .answer(409)
                : .json(#"{"datasetReference":{"projectId":"p","datasetId":"d"},"location":"\#(location)"}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = client(server.url, http)
        if fits {
            #expect(try await client.ensureDataset("d").location == location)
        } else {
            await #expect { try await client.ensureDataset("d") } throws: { error in
                if case GoogleCloudError.locationMismatch("dataset p.d", _) = error { true } else { false }
            }
        }
    }

    @Test(arguments: ["trips-data-all", "", "a.b", "ä"])
    func refusesABadDatasetNameBeforeSending(name: String) async throws {
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = client("http://127.0.0.1:1", http)
        await #expect { try await client.ensureDataset(name) } throws: { error in
            guard case GoogleCloudError.invalidName("BigQuery dataset", name, _) = error else { return false }
            return "\(error)".contains("a dash is not allowed")
        }
        #expect(throws: GoogleCloudError.self) { try BigQueryTableID(dataset: name, table: "t") }
    }

    @Test(arguments: [
        ("green_rides", true), ("green rides-2", true), ("straße", true), ("t$202007", true), ("", false),
        ("a.b", false),
        ("a$", false), ("a$b$c", false), ("a`b", false),
    ])
    func checksTableNames(name: String, isFine: Bool) {
        #expect(((try? BigQueryTableID(dataset: "d", table: name)) != nil) == isFine)
    }

    @Test func createsATableWithItsSchema() async throws {
        let server = try StubHTTPServer { request, _ in
            request.method == "POST"
                ? .answer(409)
                : .json(
                    #"{"schema":{"fields":[{"name":"a","type":"INTEGER"}]},"numRows":"71974","location":"EU"}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let id = try BigQueryTableID(dataset: "d", table: "t")
        let fields = [BigQueryField("a", .int64), BigQueryField("month", .date, mode: .required)]
        let client = client(server.url, http)
        await #expect { try await client.createTable(id, fields: fields) } throws: { error in
            if case GoogleCloudError.alreadyExists("table p.d.t", _) = error { true } else { false }
        }
        let table = try await client.createTable(id, fields: fields, existsOK: true)
        #expect(table == BigQueryTable(fields: [BigQueryField("a", .int64)], rows: 71_974, location: "EU"))
        #expect(server.requests[0].target == "/bigquery/v2/projects/p/datasets/d/tables?prettyPrint=false")
        #expect(
            server.requests[0].text == #"{"schema":{"fields":[{"mode":"NULLABLE","name":"a","type":"INT64"},"#
                + #"{"mode":"REQUIRED","name":"month","type":"DATE"}]},"#
                + #""tableReference":{"datasetId":"d","projectId":"p","tableId":"t"}}"#)
    }

    @Test(arguments: [(204, true), (404, false)])
    func deletingATableTwiceIsFine(status: Int, was: Bool) async throws {
        let server = try StubHTTPServer { _, _ in .answer(status) }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        #expect(try await client(server.url, http).deleteTable(BigQueryTableID(dataset: "d", table: "t")) == was)
        #expect(server.requests[0].target == "/bigquery/v2/projects/p/datasets/d/tables/t?prettyPrint=false")
    }
}

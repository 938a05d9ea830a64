import CurlTransport
import FoundationEssentials
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
        #expect(table.fields == [BigQueryField("a", .int64)] && table.rows == 71_974 && table.location == "EU")
        #expect(server.requests[0].target == "/bigquery/v2/projects/p/datasets/d/tables?prettyPrint=false")
        #expect(
            server.requests[0].text == #"{"schema":{"fields":[{"mode":"NULLABLE","name":"a","type":"INT64"},"#
                + #"{"mode":"REQUIRED","name":"month","type":"DATE"}]},"#
                + #""tableReference":{"datasetId":"d","projectId":"p","tableId":"t"}}"#)
    }

    @Test func createsATableThatIsDividedByMonthAndOneThatExpires() async throws {
        let server = try StubHTTPServer { _, _ in
            .json(
                #"{"type":"TABLE","creationTime":"5","timePartitioning":{"type":"MONTH","field":"m"},"#
                    + #""schema":{"fields":[]}}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let table = try await client(server.url, http).createTable(
            BigQueryTableID(dataset: "d", table: "t"), fields: [], partitioning: .month(of: "m"),
            expiry: Date(timeIntervalSince1970: 1_700_000_000))
        #expect(table.kind == "TABLE" && table.created == 5 && table.partitioning == .month(of: "m"))
        #expect(
            server.requests[0].text == #"{"expirationTime":"1700000000000","schema":{"fields":[]},"#
                + #""tableReference":{"datasetId":"d","projectId":"p","tableId":"t"},"#
                + #""timePartitioning":{"field":"m","type":"MONTH"}}"#)
    }

    @Test func listsTheTablesOfAllPages() async throws {
        let server = try StubHTTPServer { _, number in
            let reference = #"{"projectId":"p","datasetId":"d","tableId":"t\#(number)"}"#
            let more = number == 0 ? #","nextPageToken":"n""# : ""
            return .json(#"{"tables":[{"tableReference":\#(reference),"creationTime":"2000"}]\#(more)}"#)
        }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        let tables = try await client(server.url, http).tables(in: "d")
        #expect(tables.map(\.name) == ["t0", "t1"] && tables[0].created == Date(timeIntervalSince1970: 2))
        #expect(
            server.requests[1].target
                == "/bigquery/v2/projects/p/datasets/d/tables?maxResults=1000&pageToken=n&prettyPrint=false")
    }

    @Test func givesATableMoreColumns() async throws {
        let server = try StubHTTPServer { _, _ in .json("{}") }
        defer { server.stop() }
        let http = HTTPClient()
        defer { http.shutdown() }
        try await client(server.url, http).setFields(
            of: BigQueryTableID(dataset: "d", table: "t"), to: [BigQueryField("a", .int64)])
        #expect(server.requests[0].method == "PATCH")
        #expect(server.requests[0].text == #"{"schema":{"fields":[{"mode":"NULLABLE","name":"a","type":"INT64"}]}}"#)
    }

    @Test func suggestsADatasetNameWithoutDashes() async throws {
        let error = try #require(throws: GoogleCloudError.self) { try BigQueryName.checkDataset("trips-data-all") }
        #expect("\(error)".hasSuffix("a dash is not allowed; “trips_data_all” would do"))
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

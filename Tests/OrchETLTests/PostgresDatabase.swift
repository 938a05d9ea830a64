import Foundation
import TestSupport
import Testing

@testable import OrchETL
@testable import Postgres

/// A database of one test's own, and small files to load into it.
struct PostgresDatabase {
    let cluster: PostgresCluster
    let name: String
    let folder: TemporaryFolder

    static let header = "VendorID,lpep_pickup_datetime,passenger_count,total_amount,store_and_fwd_flag\n"
    static let rows =
        "2,2020-07-01 00:05:18,1,21.8,N\n,2008-12-31 23:05:14,,-4.80,\n1,2041-08-17 00:00:00,0,.20,\"Y\"\n"

    /// - Parameter cluster: Defaults to the suite's.
    init(in cluster: PostgresCluster? = nil) throws {
        self.cluster = try cluster ?? #require(PostgresCluster.current)
        name = "t_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        folder = try TemporaryFolder()
        _ = try self.cluster.psql("CREATE DATABASE \(name)")
    }

    var url: String { cluster.url(database: name) }
    var sink: PostgresSink { get throws { try PostgresSink(url: url) } }
    var configuration: PostgresConfiguration { get throws { try PostgresConfiguration(url: url) } }

    /// The URL over TCP, without TLS, at a port before the server's.
    func url(port: Int) -> String {
        "postgresql://postgres:s3cret%2Fpass%20word@127.0.0.1:\(port)/\(name)?sslmode=disable&gssencmode=disable"
    }

    func psql(_ sql: String) throws -> String { try cluster.psql(sql, database: name) }

    /// A file of so many rows of a green month of 2020, each of whose sums is the number given.
    func csv(_ count: Int, total: Int = 1, month: Int = 7) throws -> String {
        let row = "1,2020-0\(month)-01 00:05:18,1,\(total),N\n"
        return try folder.write(Self.header + String(repeating: row, count: count), as: "\(UUID().uuidString).csv")
    }

    /// Three rows, with NULLs.
    func csv() throws -> String { try folder.write(Self.header + Self.rows, as: "\(UUID().uuidString).csv") }

    func green(_ month: Int = 7) throws -> TaxiDataset { try TaxiDataset(color: .green, year: 2020, month: month) }

    /// Asks until the answer is as expected; each question is a process, and the suite's time limit ends it.
    func wait(for expected: String, of sql: String) async throws {
        while try psql(sql) != expected { try? await Task.sleep(for: .milliseconds(1)) }
    }

    /// All tables there are, with the number of rows of each.
    func tables() throws -> String {
        try psql(
            """
            SELECT string_agg(relname || ' ' || (xpath('/row/n/text()', query_to_xml(
                format('SELECT count(*) AS n FROM %I.%I', nspname, relname), false, true, '')))[1], ', ' ORDER BY relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema')
            """)
    }
}

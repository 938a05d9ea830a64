import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import OrchETL

@Suite(
    .enabled(if: PostgresCluster.isAvailable, "PostgreSQL's initdb was not found"), .timeLimit(.minutes(15)),
    .postgresCluster)
struct PostgresConcurrencyTests {
    /// A table of ours that is not there yet, and one of a user's that is not divided.
    private static let tables = [
        nil, "CREATE TABLE green_taxi_trips (lpep_pickup_datetime timestamp, total_amount float8, file_month date)",
    ]

    @Test(arguments: tables)
    func twoLoadsAtOnceGiveOneMonth(table: String?) async throws {
        let database = try PostgresDatabase()
        if let table { _ = try database.psql(table) }
        let (csv, dataset) = (try database.csv(6000), try database.green())
        try await withThrowingTaskGroup(of: PostgresSink.Load.self) { group in
            for _ in 0..<4 { group.addTask { try await database.sink.load(csv: csv, of: dataset) } }
            for try await load in group { #expect(load.rowsInserted == 6000) }
        }
        #expect(try database.psql("SELECT count(*) FROM green_taxi_trips") == "6000")
    }

    @Test(arguments: tables)
    func loadsSeveralMonthsAtOnce(table: String?) async throws {
        let database = try PostgresDatabase()
        if let table { _ = try database.psql(table) }
        for _ in 0..<2 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for month in 1...6 {
                    let (csv, dataset) = (try database.csv(1000, month: month), try database.green(month))
                    group.addTask { _ = try await database.sink.load(csv: csv, of: dataset) }
                }
                try await group.waitForAll()
            }
            let counts =
                "SELECT string_agg(n::text, ',') FROM (SELECT count(*) AS n FROM green_taxi_trips "
                + "GROUP BY file_month) x"
            #expect(try database.psql(counts) == "1000,1000,1000,1000,1000,1000")
        }
    }

    @Test(arguments: tables)
    func readersSeeTheOldMonthOrTheNew(table: String?) async throws {
        let database = try PostgresDatabase()
        if let table { _ = try database.psql(table) }
        let (files, dataset) = ([try database.csv(3000), try database.csv(2000)], try database.green())
        _ = try await database.sink.load(csv: files[1], of: dataset)
        let isOver = Flag()
        let seen = Sightings()
        try await withThrowingTaskGroup { group in
            for (number, parameters) in [[], ["2020-07-01"]].enumerated() {
                group.addTask {
                    defer { isOver.set() }
                    try await PostgresConnection.with(try database.configuration) { reader in
                        let condition = parameters.isEmpty ? "" : " WHERE file_month = $1::date"
                        while !isOver.isSet {
                            let sql = "SELECT count(*) FROM green_taxi_trips" + condition
                            let count = try await reader.query(sql, parameters).firstValue ?? "none"
                            seen.add(count, of: number)
                        }
                    }
                }
            }
            group.addTask {
                defer { isOver.set() }
                var turn = 0
                // Twenty are many chances to see half a month; more are needed where a reader is slow.
                while !isOver.isSet, turn < 20 || !seen.counts.allSatisfy({ $0.count >= 2 }) {
                    _ = try await database.sink.load(csv: files[turn % 2], of: dataset)
                    turn += 1
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.counts == [["2000", "3000"], ["2000", "3000"]])
    }

    @Test func saysWhoIsInTheWayAndLeavesTheOldRows() async throws {
        let database = try PostgresDatabase()
        _ = try await database.sink.load(csv: try database.csv(5), of: try database.green())
        try await PostgresConnection.with(try database.configuration) { holder in
            try await holder.query("SET application_name = 'dashboard'; BEGIN; SELECT count(*) FROM green_taxi_trips")
            let pid = try await holder.query("SELECT pg_backend_pid()").firstValue ?? ""
            var sink = try database.sink
            sink.patience.table = .milliseconds(200)
            await #expect {
                _ = try await sink.load(csv: try database.csv(7), of: try database.green())
            } throws: { error in
                guard case ETLError.tableBusy("green_taxi_trips", let holders, _) = error else { return false }
                return holders.count == 1
                    && holders[0].hasPrefix(
                        "process \(pid) (user postgres, program dashboard, idle in transaction, in a transaction for ")
            }
            #expect(try database.psql("SELECT count(*) FROM green_taxi_trips") == "5")
            // A month that is not there yet is in no reader's way.
            _ = try await sink.load(csv: try database.csv(7, month: 6), of: try database.green(6))
        }
        _ = try await database.sink.load(csv: try database.csv(7), of: try database.green())
        #expect(try database.psql("SELECT count(*) FROM green_taxi_trips") == "14")
    }

    @Test func waitsForReadersToEnd() async throws {
        let database = try PostgresDatabase()
        let (csv, dataset, sink) = (try database.csv(7), try database.green(), try database.sink)
        _ = try await sink.load(csv: try database.csv(5), of: dataset)
        try await PostgresConnection.with(try database.configuration) { holder in
            try await holder.query("BEGIN; SELECT count(*) FROM green_taxi_trips")
            let load = Task { try await sink.load(csv: csv, of: dataset) }
            try await database.wait(
                for: "1", of: "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
            try await holder.query("COMMIT")
            #expect(try await load.value.rowsReplaced == 5)
        }
    }

    @Test func saysWhoseTurnItIs() async throws {
        let database = try PostgresDatabase()
        let turn = Mutex(false)
        // A load that stands still in the middle of its COPY.
        let proxy = try PostgresProxy(to: database.cluster.port) { step in
            guard step.kind == "c" else { return .forward }
            turn.withLock { $0 = true }
            while turn.withLock({ $0 }) { sched_yield() }
            return .forward
        }
        defer { proxy.stop() }
        let (csv, dataset) = (try database.csv(5), try database.green())
        let first = Task { try await PostgresSink(url: database.url(port: proxy.port)).load(csv: csv, of: dataset) }
        while !turn.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(1)) }
        defer { turn.withLock { $0 = false } }
        var sink = try database.sink
        sink.patience.turn = .milliseconds(100)
        await #expect {
            _ = try await sink.load(csv: csv, of: dataset)
        } throws: { error in
            guard case ETLError.tableBusy("2020-07 of green_taxi_trips", let holders, _) = error else { return false }
            return holders.count == 1 && holders[0].contains("program orch")
        }
        // Other months do not wait for it.
        _ = try await sink.load(csv: try database.csv(5, month: 6), of: try database.green(6))
        turn.withLock { $0 = false }
        _ = try await first.value
        #expect(try database.psql("SELECT count(*) FROM green_taxi_trips") == "10")
    }

    /// What each of two readers has counted.
    private final class Sightings: Sendable {
        private let values = Mutex<[Set<String>]>([[], []])

        var counts: [Set<String>] { values.withLock { $0 } }

        func add(_ count: String, of reader: Int) { values.withLock { _ = $0[reader].insert(count) } }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isSet: Bool { value.load(ordering: .relaxed) }

        func set() { value.store(true, ordering: .relaxed) }
    }
}

import Dispatch
import GRDB
import Testing

@testable import OrchStore

@Suite(.timeLimit(.minutes(10))) struct GroupCommitTests {
    private struct Refusal: Error {}

    /// Lets `count` writes wait behind one that runs, then lets it end; what became of each.
    private func together(
        _ count: Int, of writes: GroupCommit, _ body: @escaping @Sendable (Int, Database) throws -> Int
    ) async throws -> [Result<Int, any Error>] {
        let gate = DispatchSemaphore(value: 0)
        return try await withThrowingTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
            group.addTask { (-1, await Self.outcome(of: writes) { _ in Self.wait(for: gate) }) }
            do {
                // Whatever happens, for as long as it takes: the one that runs is let go when the others wait.
                defer { gate.signal() }
                // Asleep, not yielding: what spins keeps the threads busy that the database's own work waits for.
                while writes.commits == 0 { try await Task.sleep(for: .milliseconds(1)) }
                for index in 0..<count {
                    group.addTask { (index, await Self.outcome(of: writes) { try body(index, $0) }) }
                }
                while writes.waiting < count { try await Task.sleep(for: .milliseconds(1)) }
            }
            var results: [Int: Result<Int, any Error>] = [:]
            for try await (index, result) in group { results[index] = result }
            return (0..<count).compactMap { results[$0] }
        }
    }

    private static func outcome(
        of writes: GroupCommit, _ body: @escaping @Sendable (Database) throws -> Int
    ) async -> Result<Int, any Error> {
        do { return .success(try await writes.write(body)) } catch { return .failure(error) }
    }

    /// Blocks the database's own thread.
    private static func wait(for gate: DispatchSemaphore) -> Int {
        gate.wait()
        return 0
    }

    private func withTable(_ body: (DatabasePool) async throws -> Void) async throws {
        try await StoreFolder.with { folder in
            let pool = try DatabasePool(path: "\(folder)/group.sqlite")
            try await pool.write { db in
                try db.execute(sql: "CREATE TABLE item (number INTEGER PRIMARY KEY CHECK (number < 100)) STRICT")
            }
            try await body(pool)
            try pool.close()
        }
    }

    @Test func writesThatMeetAreCommittedTogetherAndThrowAlone() async throws {
        try await withTable { pool in
            let writes = GroupCommit(pool: pool)
            let results = try await together(20, of: writes) { index, db in
                try db.execute(sql: "INSERT INTO item VALUES (?)", arguments: [index])
                if index % 5 == 0 { throw Refusal() }
                return index
            }
            for (index, result) in results.enumerated() {
                switch result {
                case .success(let value): #expect(value == index && index % 5 != 0)
                case .failure(let error): #expect(error is Refusal && index % 5 == 0)
                }
            }
            let stored = try await pool.read { try Int.fetchAll($0, sql: "SELECT number FROM item ORDER BY number") }
            #expect(stored == (0..<20).filter { $0 % 5 != 0 })
            #expect(writes.commits == 2)
        }
    }

    @Test func anErrorThatEndsTheSharedTransactionCostsTheOthersNothing() async throws {
        try await withTable { pool in
            let writes = GroupCommit(pool: pool)
            let results = try await together(6, of: writes) { index, db in
                // A rollback of everything, as SQLite does by itself when the disk is full.
                try db.execute(
                    sql: "INSERT OR ROLLBACK INTO item VALUES (?)", arguments: [index == 3 ? 100 : index])
                return index
            }
            for (index, result) in results.enumerated() {
                #expect((try? result.get()) == (index == 3 ? nil : index))
            }
            let stored = try await pool.read { try Int.fetchAll($0, sql: "SELECT number FROM item ORDER BY number") }
            #expect(stored == [0, 1, 2, 4, 5])
        }
    }

    @Test func manyAreMoreThanOneTransactionHolds() async throws {
        try await withTable { pool in
            let writes = GroupCommit(pool: pool)
            let results = try await together(99, of: writes) { index, db in
                try db.execute(sql: "INSERT INTO item VALUES (?)", arguments: [index])
                return index
            }
            #expect(results.compactMap { try? $0.get() } == Array(0..<99))
            #expect(writes.commits == 3)
        }
    }
}

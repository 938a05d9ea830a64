import FoundationEssentials
import GRDB

/// A transaction of SQLite.
struct SQLiteSession: SQLSession {
    let db: Database

    /// Writers come one after the other, so nothing is left to lock.
    var dialect: SQLDialect {
        SQLDialect(
            forUpdate: "", forUpdateSkippingLocked: "", forShare: "",
            appliedMigrations: "SELECT identifier FROM grdb_migrations",
            clock: nil,
            databaseBytes: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
    }

    func rows(_ sql: String, _ arguments: SQLArguments) throws -> [SQLRow] {
        let statement = try db.cachedStatement(sql: sql)
        let columns = statement.columnNames
        let rows = try Row.fetchCursor(statement, arguments: Self.arguments(arguments))
        var read: [SQLRow] = []
        while let row = try rows.next() {
            read.append(SQLRow(columns: columns, values: row.databaseValues.map(SQLValue.init)))
        }
        return read
    }

    func run(_ sql: String, _ arguments: SQLArguments) throws -> Int {
        try db.cachedStatement(sql: sql).execute(arguments: Self.arguments(arguments))
        return db.changesCount
    }

    func lock(_ name: String) {}

    /// One table holds all days.
    func prepareLogs(of day: Int64) {}
    func dropEmptyLogDays(before day: Int64) -> Int { 0 }

    private static func arguments(_ arguments: SQLArguments) -> StatementArguments {
        StatementArguments(arguments.values.map(\.databaseValue))
    }
}

extension SQLValue {
    /// The value as GRDB has it.
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob(Array(data))
        }
    }
}

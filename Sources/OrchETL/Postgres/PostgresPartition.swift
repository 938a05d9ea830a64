import Postgres

/// The partition that a month's rows come in as: made and filled while nobody sees it, then put into the table's place
/// for the month. Building SQL is all this does.
struct PostgresPartition: Sendable {
    let table: PostgresTable
    /// What it is called until it has its place; no two loads choose the same.
    let name: PostgresName

    /// - Parameter mark: what tells this load's partition from others', a few letters and digits.
    init(of table: PostgresTable, mark: String) {
        self.table = table
        name = table.name.partition(Self.suffix(table.month) + "_" + mark)
    }

    /// What it is called for good, unless another table has the name.
    var finalName: PostgresName { table.name.partition(Self.suffix(table.month)) }

    private static func suffix(_ month: FileMonth) -> String {
        "_" + month.description.split(separator: "-").joined(separator: "_")
    }

    private static let check = PostgresConnection.quoted("orch_file_month")
    private static let fileMonth = PostgresConnection.quoted(PostgresTable.fileMonth)

    /// Makes it, empty. The constraint lets the server attach it without reading its rows; checking each row as it comes
    /// costs a third of reading them all again.
    /// - Parameters:
    ///   - relation: the table that it shall be a partition of, where there is one.
    ///   - additions: columns that the table will get.
    ///   - checks: constraints of the table.
    func creation(
        like relation: PostgresRelation?, additions: [PostgresTable.Column], checks: [String]
    ) -> String {
        let columns =
            relation.map { $0.columns.map(\.definition) + additions.map(\.definition) }
            ?? table.columns.map { $0.definition + ($0.name == PostgresTable.fileMonth ? " NOT NULL" : "") }
        let check = "CONSTRAINT \(Self.check) CHECK (\(Self.fileMonth) = DATE \(table.monthLiteral))"
        let definitions = (columns + checks + [check]).joined(separator: ", ")
        return "CREATE TABLE \(name.sql) (\(definitions))" + (relation?.tablespace.map { " TABLESPACE \($0)" } ?? "")
    }

    /// Puts it into the place of the partition that has the month now, if any. The table is locked meanwhile, for some
    /// milliseconds: against everyone where a partition goes, else against changes of its shape only.
    /// - Parameters:
    ///   - relation: the table.
    ///   - additions: columns that the table lacks.
    ///   - isNameFree: whether `finalName` will be.
    func exchange(in relation: PostgresRelation, additions: [PostgresTable.Column], isNameFree: Bool) -> String {
        let parent = relation.name.sql
        var statements: [String] = []
        if additions.isEmpty {
            let old = relation.partition.map { ", ONLY \($0.name.sql)" }
            let mode = old == nil ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE"
            statements.append("LOCK TABLE ONLY \(parent)\(old ?? "") IN \(mode) MODE")
        } else {
            // A new column is one of all partitions.
            statements.append("LOCK TABLE \(parent) IN ACCESS EXCLUSIVE MODE")
            statements.append(Self.widening(parent, additions))
        }
        if let old = relation.partition?.name {
            statements.append("ALTER TABLE \(parent) DETACH PARTITION \(old.sql)")
            statements.append("DROP TABLE \(old.sql)")
        }
        statements.append("ALTER TABLE \(parent) ATTACH PARTITION \(name.sql) FOR VALUES IN (\(table.monthLiteral))")
        statements.append("ALTER TABLE \(name.sql) DROP CONSTRAINT \(Self.check)")
        if isNameFree {
            statements.append(
                "ALTER TABLE \(name.sql) RENAME TO \(PostgresConnection.quoted(finalName.name))")
        }
        return statements.joined(separator: "; ")
    }

    /// Gives a table more columns.
    static func widening(_ table: String, _ additions: [PostgresTable.Column]) -> String {
        "ALTER TABLE \(table) " + additions.map { "ADD COLUMN \($0.definition)" }.joined(separator: ", ")
    }
}

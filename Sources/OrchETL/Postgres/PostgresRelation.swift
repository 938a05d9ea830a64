import Postgres

/// A table that is there, as the catalog describes it.
struct PostgresRelation: Sendable, Equatable {
    /// One of its columns.
    struct Column: Sendable, Equatable {
        let name: String
        /// As PostgreSQL prints it.
        let type: String
        let isNotNull: Bool
        /// The default value's expression.
        let defaultValue: String?
        /// How its texts are sorted, as SQL, where that is not what the type has by itself.
        let collation: String?
        /// Whether the server makes its values.
        let isComputed: Bool

        /// The column of another table that shall be a partition of this one.
        var definition: String {
            "\(PostgresConnection.quoted(name)) \(type)" + (collation.map { " COLLATE \($0)" } ?? "")
                + (defaultValue.map { " DEFAULT \($0)" } ?? "")
                + (isNotNull || name == PostgresTable.fileMonth ? " NOT NULL" : "")
        }
    }

    /// The partition that takes the rows of one month.
    struct Partition: Sendable, Equatable {
        let name: PostgresName
        /// Whether it can go: it takes no other rows, is an ordinary table of ours, and no view shows it by its name.
        let isReplaceable: Bool
    }

    /// The number by which the catalog knows it.
    let id: String
    let name: PostgresName
    /// The role that it belongs to.
    let owner: String
    /// Whether that is our role, or one that ours is a member of.
    let isOwned: Bool
    /// Where its partitions lie, as SQL, where that is not the database's own place.
    let tablespace: String?
    /// Whether it is divided by lists of `file_month`, and nothing else about it asks for rows one by one: no partition
    /// for the rest, no triggers, no policies, no rules.
    let isDividedByMonth: Bool
    let columns: [Column]
    /// Where the rows of the month go; nil where it is not divided, or no partition takes them.
    let partition: Partition?

    /// Whether a month can be brought in as a partition made beforehand.
    func takesPartition(in mode: WriteMode) -> Bool {
        guard isDividedByMonth, isOwned, !columns.contains(where: \.isComputed) else { return false }
        guard let partition else { return true }
        return mode == .replaceMonth && partition.isReplaceable
    }
}

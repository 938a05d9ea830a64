/// How the columns of the data lie in a table that is there. Names count without regard to case, order not at all.
struct PostgresFit: Sendable, Equatable {
    /// The table's own name of each of the data's columns, in the data's order; those to be added among them.
    let names: [String]
    /// The columns of the data that the table lacks and may get.
    let additions: [PostgresTable.Column]
    /// The table's own name of `file_month`.
    let fileMonth: String

    /// Compares.
    /// - Throws: `ETLError.tableShape` where the rows do not fit.
    init(_ table: PostgresTable, in relation: PostgresRelation, shownAs shown: String) throws {
        var (names, additions, differences) = ([String](), [PostgresTable.Column](), [String]())
        // What lacks these is no table of trips, and is not made one.
        let isOurs = table.columns.allSatisfy { !$0.isRequired || Self.column($0.name, of: relation) != nil }
        for column in table.columns {
            guard let found = Self.column(column.name, of: relation) else {
                names.append(column.name)
                if !isOurs {
                    differences.append("column \(column.name) (\(column.type)) is missing")
                } else if !relation.isOwned {
                    differences.append(
                        "column \(column.name) (\(column.type)) is missing, and only \(relation.owner) may add it")
                } else {
                    additions.append(column)
                }
                continue
            }
            names.append(found.name)
            if found.type != column.type {
                differences.append("column \(found.name) is \(found.type) instead of \(column.type)")
            }
        }
        for found in relation.columns where !names.contains(found.name) && found.isNotNull {
            if found.defaultValue == nil, !found.isComputed {
                differences.append("column \(found.name) (\(found.type)) is not in the data and takes no NULL")
            }
        }
        guard differences.isEmpty else { throw ETLError.tableShape(table: shown, differences: differences) }
        self.names = names
        fileMonth = Self.column(PostgresTable.fileMonth, of: relation)?.name ?? PostgresTable.fileMonth
        self.additions = additions
    }

    private static func column(_ name: String, of relation: PostgresRelation) -> PostgresRelation.Column? {
        relation.columns.first { $0.name == name } ?? relation.columns.first { $0.name.lowercased() == name }
    }
}

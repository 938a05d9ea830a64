import OrchModel

/// How many slots of a limit are held, and by whom: always counted, never kept.
enum SlotCount {
    /// Slots that are held. A run that waits for one it made, which holds a slot of the same limit, holds none meanwhile.
    ///
    /// - Parameter most: no more than these have to be told apart, so that a count costs no more than its limit; nil = all.
    static func held(_ key: LimitKey, atMost most: Int?, _ db: any SQLSession) throws -> Int {
        if let most, most <= 0 { return 0 }
        let own = key.condition("flow_run")
        var arguments = SQLArguments([own.argument].compactMap { $0?.sqlValue })
        if let most {
            let rough = try number(
                """
                SELECT count(*) FROM (
                    SELECT 1 FROM flow_run WHERE \(LimitKey.holds("flow_run")) AND \(own.sql) LIMIT ?) AS counted
                """, arguments + [most], db)
            guard rough >= most else { return rough }
        }
        let child = key.condition("child")
        arguments += SQLArguments([child.argument].compactMap { $0?.sqlValue })
        return try number(
            """
            SELECT count(*) FROM flow_run WHERE \(LimitKey.holds("flow_run")) AND \(own.sql)
                AND NOT EXISTS (
                    SELECT 1 FROM flow_run AS child WHERE child.parent_id = flow_run.id AND child.is_awaited = 1
                        AND \(LimitKey.holds("child")) AND \(child.sql))
            """, arguments, db)
    }

    /// The name of the run that has held a slot of a limit for the longest time; nil where none does.
    static func oldestHolder(_ key: LimitKey, _ db: any SQLSession) throws -> String? {
        let own = key.condition("flow_run")
        let row = try db.row(
            """
            SELECT name FROM flow_run WHERE \(LimitKey.holds("flow_run")) AND \(own.sql) ORDER BY number LIMIT 1
            """, SQLArguments([own.argument].compactMap { $0?.sqlValue }))
        guard let row else { return nil }
        var reader = RowReader(row, table: "flow_run")
        return try reader.next()
    }

    private static func number(_ sql: String, _ arguments: SQLArguments, _ db: any SQLSession) throws -> Int {
        guard let row = try db.row(sql, arguments) else { return 0 }
        var reader = RowReader(row, table: "flow_run")
        return try reader.next()
    }
}

import OrchModel

extension RelationalStore {
    package func saveBlock(_ block: StoredBlock) async throws {
        try await write { db in
            try db.lock("block")
            let (type, name) = (block.key.type, block.key.name)
            let other = try db.row(
                "SELECT type, name FROM block WHERE variable = ? AND (type, name) <> (?, ?)",
                [block.variable, type, name])
            if let other { throw StoreError.variableTaken(block.variable, by: try Self.key(other)) }
            try db.run(
                """
                INSERT INTO block (type, name, sealed, variable, updated_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (type, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at
                """,
                [type, name, block.sealed, block.variable, block.updatedAt.microseconds])
            try db.run("DELETE FROM block_reference WHERE type = ? AND name = ?", [type, name])
            for target in block.references {
                let found = try db.row("SELECT 1 FROM block WHERE type = ? AND name = ?", [target.type, target.name])
                guard found != nil else { throw StoreError.missingBlock(target) }
                try db.run(
                    """
                    INSERT INTO block_reference (type, name, target_type, target_name) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                    [type, name, target.type, target.name])
            }
        }
    }

    package func blocks() async throws -> [StoredBlock] {
        try await read { db in
            try db.rows("SELECT \(Self.blockColumns) FROM block ORDER BY type, name").map { try Self.block($0, db) }
        }
    }

    package func block(_ key: BlockKey) async throws -> StoredBlock? {
        try await read { db in
            try db.row("SELECT \(Self.blockColumns) FROM block WHERE type = ? AND name = ?", [key.type, key.name])
                .map { try Self.block($0, db) }
        }
    }

    package func deleteBlock(_ key: BlockKey) async throws -> Bool {
        try await write { db in
            try db.lock("block")
            let users = try db.rows(
                """
                SELECT type, name FROM block_reference
                WHERE target_type = ?1 AND target_name = ?2 AND (type, name) <> (?1, ?2) ORDER BY type, name
                """,
                [key.type, key.name]
            ).map(Self.key)
            guard users.isEmpty else { throw StoreError.blockInUse(key, by: users) }
            return try db.run("DELETE FROM block WHERE type = ? AND name = ?", [key.type, key.name]) > 0
        }
    }

    /// A row of a type and a name.
    private static func key(_ row: SQLRow) throws -> BlockKey {
        var reader = RowReader(row, table: "block")
        return BlockKey(type: try reader.next(), name: try reader.next())
    }

    private static let blockColumns = "type, name, sealed, variable, updated_at"

    private static func block(_ row: SQLRow, _ db: any SQLSession) throws -> StoredBlock {
        var reader = RowReader(row, table: "block")
        let key = BlockKey(type: try reader.next(), name: try reader.next())
        let references = try db.rows(
            """
            SELECT target_type, target_name FROM block_reference WHERE type = ? AND name = ?
            ORDER BY target_type, target_name
            """,
            [key.type, key.name]
        ).map(Self.key)
        return StoredBlock(
            key: key, sealed: try reader.optional() ?? [], variable: try reader.next(), references: references,
            updatedAt: try reader.time())
    }
}

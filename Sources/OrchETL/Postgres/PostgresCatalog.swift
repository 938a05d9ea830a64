import Postgres

/// Reads PostgreSQL's catalog. It locks no table, so that a load that only looks is in nobody's way.
/// https://www.postgresql.org/docs/current/catalogs.html
struct PostgresCatalog {
    let connection: PostgresConnection

    /// The full name of a table: where it is, else where it would be made.
    /// - Parameter schema: where to look. Defaults to the search path.
    func name(_ name: String, in schema: String?) async throws -> PostgresName {
        if let schema { return PostgresName(schema: schema, name: name) }
        let found = try await connection.query(
            """
            SELECT coalesce((SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.oid = to_regclass($1)), current_schema())
            """, [PostgresConnection.quoted(name)])
        return PostgresName(schema: found.firstValue ?? "public", name: name)
    }

    /// Whether anything has the name.
    func exists(_ name: PostgresName) async throws -> Bool {
        try await connection.query("SELECT to_regclass($1) IS NOT NULL", [name.sql]).firstValue == "t"
    }

    /// The table of a name, or nil.
    /// - Throws: `ETLError.notATable` for a view and the like.
    func relation(_ name: PostgresName, month: FileMonth, shownAs shown: String) async throws -> PostgresRelation? {
        let found = try await connection.query(Self.relation, [name.sql, PostgresTable.fileMonth])
        guard let row = found.rows.first, let id = row[0] else { return nil }
        guard ["r", "p"].contains(row[1]) else { throw ETLError.notATable(shown) }
        return PostgresRelation(
            id: id, name: name, owner: row[2] ?? "", isOwned: row[3] == "t", tablespace: row[4],
            isDividedByMonth: row[5] == "t", columns: try await columns(of: id),
            partition: try await partition(of: id, month))
    }

    private static let relation = """
        SELECT c.oid, c.relkind, pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'USAGE'),
            (SELECT quote_ident(spcname) FROM pg_tablespace s WHERE s.oid = c.reltablespace),
            p.partstrat = 'l' AND p.partnatts = 1 AND p.partattrs[0] = m.attnum AND p.partdefid = 0
                AND c.relpersistence = 'p' AND NOT c.relrowsecurity AND NOT c.relhasrules
                AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
        FROM pg_class c LEFT JOIN pg_partitioned_table p ON p.partrelid = c.oid
            LEFT JOIN pg_attribute m ON m.attrelid = c.oid AND m.attname = $2 AND NOT m.attisdropped
        WHERE c.oid = to_regclass($1)
        """

    private func columns(of id: String) async throws -> [PostgresRelation.Column] {
        let found = try await connection.query(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                CASE WHEN a.attcollation <> t.typcollation THEN format('%I.%I', n.nspname, l.collname) END,
                a.attidentity <> '' OR a.attgenerated <> ''
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                LEFT JOIN pg_collation l ON l.oid = a.attcollation LEFT JOIN pg_namespace n ON n.oid = l.collnamespace
            WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """, [id])
        return found.rows.map { row in
            PostgresRelation.Column(
                name: row[0] ?? "", type: row[1] ?? "", isNotNull: row[2] == "t", defaultValue: row[3],
                collation: row[4], isComputed: row[5] == "t")
        }
    }

    /// The partition whose bound names the month. Bounds are read as text; `DateStyle` has to be ISO.
    private func partition(of id: String, _ month: FileMonth) async throws -> PostgresRelation.Partition? {
        let found = try await connection.query(
            """
            SELECT n.nspname, c.relname, b.bound = 'FOR VALUES IN (' || $2 || ')'
                AND c.relkind = 'r' AND c.relpersistence = 'p' AND pg_has_role(c.relowner, 'USAGE')
                AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass
                    AND d.refobjid = c.oid AND d.classid = 'pg_rewrite'::regclass)
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL pg_get_expr(c.relpartbound, c.oid) AS b(bound)
            WHERE i.inhparent = $1::oid AND strpos(b.bound, $2) > 0
            """, [id, "'\(month.firstDay)'"])
        guard let row = found.rows.first, let schema = row[0], let name = row[1] else { return nil }
        return PostgresRelation.Partition(
            name: PostgresName(schema: schema, name: name), isReplaceable: row[2] == "t")
    }

    /// Statements that give a table what it needs beside columns to be a partition of this one: keys, references,
    /// indexes, the owner, and whatever was granted on the partition whose place it takes. What cannot be made
    /// beforehand, attaching makes.
    func companions(of relation: PostgresRelation, for table: PostgresName) async throws -> [String] {
        let parameters = [relation.id, table.sql]
        let constraints = try await connection.query(
            """
            SELECT format('ALTER TABLE %s ADD %s', $2::text, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE conrelid = $1::oid AND contype IN ('p', 'u', 'f') AND conparentid = 0 ORDER BY contype DESC, conname
            """, parameters)
        let indexes = try await connection.query(
            """
            SELECT format('CREATE %sINDEX ON %s %s', x.u, $2::text, substr(x.def, length(x.head) + 1)) FROM (
                SELECT pg_get_indexdef(i.indexrelid) AS def, u, format('CREATE %sINDEX %I ON ONLY %I.%I ', u,
                    c.relname, n.nspname, p.relname) AS head
                FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class p ON p.oid = i.indrelid
                    JOIN pg_namespace n ON n.oid = p.relnamespace
                    CROSS JOIN LATERAL (SELECT CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END) AS k(u)
                WHERE i.indrelid = $1::oid
                    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
            ) x WHERE starts_with(x.def, x.head) ORDER BY x.def
            """, parameters)
        let rights = try await connection.query(
            """
            SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, $2::text,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE c.oid = to_regclass($1) AND a.grantee <> c.relowner ORDER BY 1
            """, [relation.partition?.name.sql, table.sql])
        let owner = try await connection.query(
            """
            SELECT format('ALTER TABLE %s OWNER TO %I', $2::text, $1::text) WHERE $1::text <> current_user
            """, [relation.owner, table.sql])
        return [constraints, indexes, owner, rights].flatMap { $0.rows.compactMap(\.[0]) }
    }

    /// The CHECK constraints of a table, as a table's definition takes them.
    func checks(of id: String) async throws -> [String] {
        let found = try await connection.query(
            """
            SELECT format('CONSTRAINT %I ', conname) || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = $1::oid AND contype = 'c' ORDER BY conname
            """, [id])
        return found.rows.compactMap(\.[0])
    }
}

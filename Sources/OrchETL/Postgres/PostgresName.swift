import Postgres

/// The full name of a table.
struct PostgresName: Sendable, Equatable {
    let schema: String
    let name: String

    /// As SQL takes it.
    var sql: String { "\(PostgresConnection.quoted(schema)).\(PostgresConnection.quoted(name))" }

    /// Another table of the same schema.
    func sibling(_ name: String) -> PostgresName {
        PostgresName(schema: schema, name: name)
    }
}

extension PostgresName {
    /// Longer names are cut by the server. https://www.postgresql.org/docs/current/limits.html
    private static let maximumBytes = 63

    /// Makes sure of names as users give them. A dot in one could be part of a quoted name, but is hardly ever meant so.
    /// - Throws: `ETLError.invalidTableName`.
    static func check(table: String, schema: String?) throws {
        for name in [table, schema].compactMap(\.self) where name.utf8.count > maximumBytes {
            throw ETLError.invalidTableName(
                name, expected: "a name of at most \(maximumBytes) bytes, as PostgreSQL cuts longer ones")
        }
        guard !table.contains(".") else {
            throw ETLError.invalidTableName(
                table,
                expected: "a table's name alone, without a dot (its schema is chosen in the database's URL, "
                    + "?options=-csearch_path%3Dschema)")
        }
    }

    /// The table's name and a suffix, in at most 63 bytes. Where the name has to be cut, so many characters of its hash
    /// take the place of its end that two tables do not share a partition's name.
    func partition(_ suffix: String) -> PostgresName {
        let whole = name + suffix
        guard whole.utf8.count > Self.maximumBytes else { return sibling(whole) }
        let mark = "_" + Self.hash(name)
        var kept = name
        while kept.utf8.count + mark.utf8.count + suffix.utf8.count > Self.maximumBytes { kept.removeLast() }
        return sibling(kept + mark + suffix)
    }

    /// FNV-1a of 32 bits in eight hexadecimal digits: stable over runs, which `Hasher` is not.
    /// http://www.isthe.com/chongo/tech/comp/fnv/
    private static func hash(_ text: String) -> String {
        let value = text.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

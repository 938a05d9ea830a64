import CLibpq

/// Where a PostgreSQL server is and how to log in: libpq's own keywords, the password kept apart.
///
/// What is not set here comes from the environment (`PGHOST`, `PGSERVICE`, a password file), as in every libpq program.
/// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
package struct PostgresConfiguration: Sendable, Equatable {
    /// Keywords of libpq and their values, such as `host`, `port`, `user`, `dbname`, `sslmode`; never the password.
    package var keywords: [String: String]
    /// The password, where one is needed.
    package var password: PostgresPassword?
    /// How long connecting may take. Defaults to 10 s.
    package var connectTimeout: Duration = .seconds(10)
    /// How long a cancelled statement has to end before the connection is closed instead. Defaults to 5 s.
    package var cancelGrace: Duration = .seconds(5)

    /// A server by its parts.
    /// - Parameters:
    ///   - host: a name, an address, or a folder that begins with `/` and holds the server's Unix socket.
    ///   - port: Defaults to 5432.
    ///   - sslMode: `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`. Defaults to libpq's `prefer`.
    package init(
        host: String, port: Int = 5432, user: String, password: PostgresPassword? = nil, database: String,
        sslMode: String? = nil
    ) {
        keywords = ["host": host, "port": String(port), "user": user, "dbname": database]
        keywords["sslmode"] = sslMode
        self.password = password
    }

    /// A server by its URL, `postgresql://user:password@host:port/database?sslmode=require`, or by libpq's keywords,
    /// `host=… port=… dbname=… sslrootcert=… service=…`. A `connect_timeout` in it, in seconds, becomes `connectTimeout`.
    /// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
    /// - Throws: `invalidURL`. The error does not repeat the text, which may hold a password.
    package init(url: String) throws(PostgresError) {
        let isURL = url.hasPrefix("postgresql://") || url.hasPrefix("postgres://")
        // What has another scheme would be taken for keywords, and complained about as such.
        guard isURL || (url.contains("=") && !url.prefix { $0 != "=" }.contains("://")) else {
            throw .invalidURL(reason: "it neither begins with postgresql:// nor is made of keywords and values")
        }
        if isURL { try Self.checkEncoding(of: url) }
        // libpq's message is not passed on: it quotes parts of the text, and so perhaps of the password.
        guard let options = PQconninfoParse(url, nil) else {
            throw .invalidURL(
                reason: isURL
                    ? "libpq cannot take it apart; is a special character not percent-encoded?"
                    : "libpq cannot take it apart; is a keyword misspelled, or a value with blanks not in quotes?")
        }
        defer { PQconninfoFree(options) }
        keywords = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                keywords[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        password = keywords.removeValue(forKey: "password").map { PostgresPassword($0) }
        if let seconds = keywords.removeValue(forKey: "connect_timeout").flatMap({ Int($0) }), seconds > 0 {
            connectTimeout = .seconds(seconds)
        }
    }

    /// Refuses a URL whose password holds a character that ends it for libpq: the rest would be taken for a host or a port,
    /// and repeated in errors.
    private static func checkEncoding(of url: String) throws(PostgresError) {
        let address = url[(url.firstRange(of: "://")?.upperBound ?? url.startIndex)...]
        let authority = address.prefix { !"/?#".contains($0) }
        let path = address[authority.endIndex...].prefix { $0 != "?" }
        let hosts = authority.split(separator: "@", omittingEmptySubsequences: false)
        let ports = (hosts.last ?? "").split(separator: ",").map { host in
            host.drop { $0 != "]" }.isEmpty ? host.drop { $0 != ":" }.dropFirst() : host.drop { $0 != "]" }.dropFirst(2)
        }
        let isEncoded =
            hosts.count <= 2 && !path.contains("@")
            && ports.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } }
        guard isEncoded else {
            throw .invalidURL(
                reason:
                    "its password seems to hold a special character that is not percent-encoded (@ is %40, / is %2F, "
                    + ": is %3A, # is %23, ? is %3F)")
        }
    }

    /// `host:port` as far as it is known here, for messages.
    package var address: String {
        let service = keywords["service"].map { "service \($0)" }
        let host = keywords["host"] ?? keywords["hostaddr"] ?? service ?? "the default host"
        return keywords["port"].map { "\(host):\($0)" } ?? host
    }

    /// The database that is asked for; libpq takes the user's name where none is set.
    package var database: String? { keywords["dbname"] }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// User, address and database; never the password.
    package var description: String {
        "postgresql://\(keywords["user"].map { "\($0)@" } ?? "")\(address)/\(database ?? "")"
    }
    /// The same as `description`.
    package var debugDescription: String { description }
    /// A mirror that shows the description alone: other keywords (`sslpassword`) may be secret too.
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

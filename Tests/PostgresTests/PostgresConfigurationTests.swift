import Testing

@testable import Postgres

struct PostgresConfigurationTests {
    @Test func readsURLs() throws {
        let configuration = try PostgresConfiguration(url: "postgres://me:p%40ss@db.example:6000/rides?sslmode=require")
        #expect(
            configuration.keywords == [
                "user": "me", "host": "db.example", "port": "6000", "dbname": "rides", "sslmode": "require",
            ])
        #expect(configuration.password == "p@ss")
        #expect(configuration.address == "db.example:6000")
    }

    @Test func readsKeywords() throws {
        let text = "host=/run/pg dbname='my rides' user=me password='p \\' s' connect_timeout=3 service=x"
        let configuration = try PostgresConfiguration(url: text)
        #expect(
            configuration.keywords == ["host": "/run/pg", "dbname": "my rides", "user": "me", "service": "x"])
        #expect(configuration.password == "p ' s")
        #expect(configuration.connectTimeout == .seconds(3))
        #expect(try PostgresConfiguration(url: "service=x").address == "service x")
    }

    @Test func showsNoPassword() throws {
        let configuration = try PostgresConfiguration(url: "postgresql://me:hunter2@db/rides")
        var dumped = ""
        dump(configuration, to: &dumped)
        dump(configuration.password, to: &dumped)
        let texts = ["\(configuration)", String(reflecting: configuration), dumped, "\(configuration.password as Any)"]
        for text in texts { #expect(!text.contains("hunter2")) }
        #expect(texts[0] == "postgresql://me@db/rides")
    }

    @Test(arguments: [
        "mysql://me:hunter2@db/x", "postgresql://me:hunter2%zz@db/x", "postgresql://me:hunter2@[::1/x", "hunter2",
        "mysql://me:hunter2@db/x?a=b", "hunter2=x", "password='hunter2", "password=hunter2 word",
        "postgresql://me:wrong@hunter2:x@db:5432/rides", "postgresql://me:wrong/hunter2@db/rides",
        "postgresql://me:wrong#hunter2@db/rides", "postgresql://me:hunter2?x@db/rides",
        "postgresql://db:5432,me:hunter2/x",
    ])
    func refusesOtherURLsWithoutRepeatingThem(url: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func saysWhenNobodyListens() async {
        let configuration = PostgresConfiguration(host: "/nonexistent", port: 1, user: "me", database: "x")
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(configuration)
        }
        guard case .refused(address: "/nonexistent:1", _) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(error?.isTransient == true)
    }

    @Test(
        arguments: [
            (
                "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  28P01: password "
                    + "authentication failed for user \"me\"\nLOCATION:  auth_failed, auth.c:326\n",
                "28P01",
                "connection to server at \"127.0.0.1\", port 5432 failed: FATAL: password authentication failed "
                    + "for user \"me\""
            ),
            (
                "connection to server on socket \"/x\" failed: FATAL:  53300: sorry, too many clients already\n",
                "53300", "connection to server on socket \"/x\" failed: FATAL: sorry, too many clients already"
            ),
            (
                "connection to server at \"h\", port 1 failed: Connection refused\n\tIs the server running "
                    + "on that host?\n",
                nil,
                "connection to server at \"h\", port 1 failed: Connection refused Is the server running "
                    + "on that host?"
            ),
        ] as [(String, String?, String)])
    func readsTheStateOutOfFailures(message: String, sqlState: String?, text: String) {
        let failure = ConnectFailure(message: message)
        #expect(failure.sqlState == sqlState)
        #expect(failure.text == text)
    }
}

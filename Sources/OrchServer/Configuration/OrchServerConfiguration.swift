package import OrchModel

/// Settings of a controller.
package struct OrchServerConfiguration: Sendable {
    /// The address to bind. Defaults to `127.0.0.1`: this machine alone.
    package var host: String = "127.0.0.1"
    /// The port to bind; 0 lets the system choose. Defaults to 4200.
    package var port: Int = 4200
    /// The folder of the database, the keys and the tokens; made with mode 0700 where it is missing.
    package var dataDirectory: String
    /// The PostgreSQL database that takes the place of the data directory's SQLite file, by its URL or libpq's keywords;
    /// several controllers may share it. Defaults to nil.
    package var databaseURL: Secret?
    /// What containers are told to call, such as `http://server:4200`. Defaults to `http://host.docker.internal:PORT`.
    package var containerAPIURL: String?
    /// The file of the admin's token, made where it is missing. Defaults to `admin.token` in the data directory.
    package var adminTokenFile: String?
    /// The file of the agents' token, made where it is missing. Defaults to `agent.token` in the data directory.
    package var agentTokenFile: String?
    /// A JSON file of blocks that are created at start where they do not exist:
    /// `{"blocks": [{"type": …, "name": …, "values": {…}}]}`, or the list alone. A value `{"$file": PATH}` stands for the
    /// content of a file. Defaults to nil.
    package var bootstrapBlocks: String?
    /// How long an agent may be silent before its runs count as not observed. Defaults to 30 s.
    package var lease: Duration = .seconds(30)
    /// How long after the end of its lease a claimed run with no known container goes back into its queue.
    /// Defaults to 5 minutes.
    package var lostClaimGrace: Duration = .seconds(300)
    /// How often a waiting poll or follower looks at the store though nobody woke it, and a follower gets a heartbeat.
    /// Defaults to 10 s.
    package var recheck: Duration = .seconds(10)
    /// Bytes of messages that the log of a run may have; what comes after is counted and dropped. Defaults to 1 GiB.
    package var logLimit: Int64 = 1 << 30
    /// Whether `GET /metrics` answers without a token. Defaults to false: it needs the admin's or the agents'.
    package var hasPublicMetrics = false

    /// What is kept of runs that have ended. Defaults to logs of 30 days, runs of 90 days, and more; see there.
    package var retention = RetentionPolicy()

    /// Settings with defaults for a data directory.
    package init(dataDirectory: String) {
        self.dataDirectory = dataDirectory
    }

    /// The longest a poll is held back.
    static let longestPoll = Duration.seconds(60)
    /// The longest an agent's answer is waited for.
    static let longestQuestion = Duration.seconds(300)
    /// Agents that polled within this time count as polling.
    static let pollingWindow = Duration.seconds(60)

    /// Checks the settings.
    ///
    /// - Throws: ``OrchServerError/setting(_:expected:got:)`` for the first that cannot be used.
    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw OrchServerError.setting("port", expected: "0 to 65535", got: "\(port)")
        }
        guard !dataDirectory.isEmpty else {
            throw OrchServerError.setting("data directory", expected: "a path", got: "nothing")
        }
        guard logLimit > 0 else {
            throw OrchServerError.setting("log limit", expected: "1 byte or more", got: "\(logLimit)")
        }
        for (name, value) in [("lease", lease), ("lost claim grace", lostClaimGrace), ("recheck", recheck)] {
            guard value > .zero else {
                throw OrchServerError.setting(name, expected: "more than 0 s", got: "\(value)")
            }
        }
    }
}

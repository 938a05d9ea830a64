import FoundationEssentials
package import OrchInfrastructure
package import OrchModel

/// What one agent is and does.
package struct AgentConfiguration: Sendable, Hashable {
    /// Stays the same over restarts, as its runs are held under it. Defaults to the host's name.
    package var name: String
    /// The host's name, for people.
    package var host: String
    /// Queues it takes work from, by name or by patterns such as `etl-*`.
    package var queues: [String]
    /// Whether queues that it names and that do not exist are made. Defaults to no.
    package var createsQueues: Bool
    /// What runs may ask of it, beside what it says of its host itself.
    package var labels: [String: JSONValue]
    /// How it can run what it is given. Defaults to `docker`.
    package var infrastructures: [String]
    /// Containers at the same time. Defaults to twice the CPUs.
    package var limit: Int
    /// What every run gets from this host.
    package var launch: LaunchSettings
    /// Where it remembers which attempts it launched.
    package var dataDirectory: String
    /// How long the controller may hold a poll back. Defaults to 30 s.
    package var pollWait: Duration
    /// From one renewal of the leases to the next; a third of a lease. Defaults to 10 s.
    package var renewalInterval: Duration
    /// From one look at what should run to the next. Defaults to 5 s.
    package var reconcileInterval: Duration
    /// How long a container is kept that no live attempt belongs to. Defaults to 10 min; zero keeps it for ever.
    package var reapGrace: Duration
    /// How long after its end a container is kept that its block says to keep (`auto_remove`). Defaults to 7 days; nil keeps
    /// it for ever.
    package var keptFor: Duration?
    /// From one look for such containers to the next. Defaults to 1 min.
    package var reapInterval: Duration
    /// How long a shutdown waits for reports on their way. Defaults to 5 s.
    package var flushPatience: Duration
    /// How much goes into one report, and how much may wait.
    package var reports: ReportLimits

    /// A configuration with defaults for all but the data directory.
    package init(dataDirectory: String, queues: [String] = ["default"]) {
        let host = ProcessInfo.processInfo.hostName
        name = host
        self.host = host
        self.queues = queues
        createsQueues = false
        labels = [:]
        infrastructures = ["docker"]
        limit = max(2, 2 * ProcessInfo.processInfo.activeProcessorCount)
        launch = LaunchSettings()
        self.dataDirectory = dataDirectory
        pollWait = .seconds(30)
        renewalInterval = .seconds(10)
        reconcileInterval = .seconds(5)
        reapGrace = Reaping.defaultGrace
        keptFor = Reaping.defaultKeeping
        reapInterval = .seconds(60)
        flushPatience = .seconds(5)
        reports = ReportLimits()
    }

    /// Refuses what no agent can work with.
    ///
    /// - Throws: `invalidSetting` with the setting's name.
    package func validate() throws(AgentError) {
        if name.isEmpty || name.utf8.count > 200 {
            throw .invalidSetting("name", value: name, expected: "1 to 200 bytes")
        }
        if !PlainText.isPlain(name) {
            throw .invalidSetting("name", value: name, expected: PlainText.expected)
        }
        if let queue = queues.first(where: { !PlainText.isPlain($0) }) {
            throw .invalidSetting("queues", value: queue, expected: PlainText.expected)
        }
        if queues.isEmpty || queues.contains(where: \.isEmpty) {
            throw .invalidSetting("queues", value: queues.joined(separator: ","), expected: "at least one queue's name")
        }
        if !(1...10_000).contains(limit) {
            throw .invalidSetting("limit", value: "\(limit)", expected: "1 to 10,000 containers")
        }
        if dataDirectory.isEmpty {
            throw .invalidSetting("data directory", value: "", expected: "a folder's path")
        }
    }
}

/// How much goes into one report, and how much may wait for the controller.
package struct ReportLimits: Sendable, Hashable {
    /// Lines in one report. Defaults to 16,384.
    package var recordsPerReport: Int
    /// Bytes of messages in one report, unless a single line is longer, with 200 for each line. Defaults to 8 MiB.
    package var bytesPerReport: Int
    /// Lines that wait before the engine is asked for no more. Defaults to 49,152.
    package var recordsWaiting: Int
    /// Bytes of messages that wait before the engine is asked for no more, with 200 for each line. Defaults to 16 MiB.
    package var bytesWaiting: Int
    /// From one report to the next while there is no hurry: neither a state to tell, nor half a report. Defaults to 50 ms.
    package var interval: Duration

    /// Limits; see the properties for defaults.
    package init(
        recordsPerReport: Int = 16_384, bytesPerReport: Int = 8 << 20, recordsWaiting: Int = 49_152,
        bytesWaiting: Int = 16 << 20, interval: Duration = .milliseconds(50)
    ) {
        self.recordsPerReport = recordsPerReport
        self.bytesPerReport = bytesPerReport
        self.recordsWaiting = recordsWaiting
        self.bytesWaiting = bytesWaiting
        self.interval = interval
    }
}

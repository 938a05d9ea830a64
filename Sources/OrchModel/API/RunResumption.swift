/// What a flow that waits for something leaves behind when its container ends, and is given again in its next one.
///
/// It comes with the program's last word, so that a container with no route to the API can wait as well as any other.
public struct RunResumption: Codable, Hashable, Sendable {
    /// The most bytes of its JSON text: it is given to the next container as an environment variable.
    public static let longestText = 64 << 10
    /// The longest time until the next attempt, in seconds: a year.
    public static let longestWait = 366 * 86_400.0

    /// When the next attempt is due; nil where none was asked for, and this is only kept in case one follows.
    public var at: Timestamp?
    /// What the run waits for, or has found.
    public var sensors: [SensorRecord]

    public init(at: Timestamp?, sensors: [SensorRecord]) {
        self.at = at
        self.sensors = sensors
    }
}

/// How far a run is with waiting for one thing, over all its attempts. Never holds a secret.
public struct SensorRecord: Codable, Hashable, Sendable {
    /// Where in its run the sensor is: 64 hexadecimal digits, the same in each attempt.
    public var place: String
    /// The task that waits, the same in each attempt.
    public var taskRun: Identifier
    /// What that task is called.
    public var name: String
    /// What is waited for, in words: `file /data/green-*.csv`.
    public var waitsFor: String
    /// When it was looked for first: a time limit counts from here.
    public var since: Timestamp
    /// How often it was looked for.
    public var pokes: Int
    /// How many of the last looks failed, one after the other.
    public var failures: Int
    /// When it is looked for next; nil once it was found.
    public var next: Timestamp?
    /// When the log last had a line about it.
    public var told: Timestamp?
    /// What the sensor wants to know at its next look.
    public var memory: JSONValue?
    /// What was found; nil = nothing yet.
    public var finding: JSONValue?

    public init(
        place: String, taskRun: Identifier, name: String, waitsFor: String, since: Timestamp, pokes: Int = 0,
        failures: Int = 0, next: Timestamp? = nil, told: Timestamp? = nil, memory: JSONValue? = nil,
        finding: JSONValue? = nil
    ) {
        self.place = place
        self.taskRun = taskRun
        self.name = name
        self.waitsFor = waitsFor
        self.since = since
        self.pokes = pokes
        self.failures = failures
        self.next = next
        self.told = told
        self.memory = memory
        self.finding = finding
    }
}

/// What a run's container is told about a run in a deployment that another run waits for.
public struct SensedRun: Codable, Hashable, Sendable {
    public var id: Identifier
    public var name: String
    public var deploymentName: String?
    public var state: RunState
    /// When it was due first: the start and the end of its data interval, where no schedule made it.
    public var due: Timestamp
    public var endedAt: Timestamp?

    public init(
        id: Identifier, name: String, deploymentName: String?, state: RunState, due: Timestamp, endedAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.deploymentName = deploymentName
        self.state = state
        self.due = due
        self.endedAt = endedAt
    }
}

/// Answer of `GET /api/sensed-runs` and of `GET /api/sensed-runs/{id}`.
public struct SensedRunReply: Codable, Hashable, Sendable {
    /// nil where there is none.
    public var run: SensedRun?

    public init(run: SensedRun?) {
        self.run = run
    }
}

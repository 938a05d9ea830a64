package import OrchModel

/// What orch asks of a container engine, or of what stands for one: a process of the host is a container here as well.
///
/// Any number of calls may run at once. Each may be repeated: creating again fails with `nameInUse`, starting what runs
/// and removing what is gone succeed. Cancelling the surrounding task ends a call at once; what the engine had begun
/// goes on.
package protocol ContainerEngine: Sendable {
    /// The engine's version and host.
    func facts() async throws(EngineFault) -> EngineFacts

    /// Creates a container without starting it and joins its further networks; returns its id.
    ///
    /// - Throws: `noSuchImage` where the image is not on the host, `nameInUse` where the name is taken.
    func create(_ spec: ContainerSpec) async throws(EngineFault) -> String

    /// Starts a created container; succeeds where it already runs.
    func start(_ id: String) async throws(EngineFault)

    /// The container as it is now; `id` may be its name.
    func inspect(_ id: String) async throws(EngineFault) -> ContainerSnapshot

    /// Registers for the end of a container; returns once the engine has taken note.
    ///
    /// - Parameter next: true waits for the next end, also of a container that has not started; false ends at once
    ///   where it does not run.
    func exit(of id: String, next: Bool) async throws(EngineFault) -> any PendingExit

    /// What a container has printed, in order within each stream, from its start or from `tail` entries before its end.
    ///
    /// - Parameter follow: whether to go on until the container has ended.
    func output(of id: String, follow: Bool, tail: Int?) async throws(EngineFault) -> any ContainerOutput

    /// What the engine remembers of signals and of memory from a container's start to its end. A hint: an engine that is
    /// busy forgets within seconds.
    func hints(of snapshot: ContainerSnapshot) async throws(EngineFault) -> EndingHints

    /// Sends SIGTERM, after `grace` SIGKILL, and thaws a frozen container for that; returns when the container has ended.
    ///
    /// - Returns: false, and at once, where it did not run.
    @discardableResult func stop(_ id: String, grace: Duration) async throws(EngineFault) -> Bool

    /// Freezes a container. Where it is frozen already, or does not run, the engine may refuse: `inspect` tells.
    func pause(_ id: String) async throws(EngineFault)

    /// Thaws a frozen container. Where it is not frozen the engine may refuse: `inspect` tells.
    func unpause(_ id: String) async throws(EngineFault)

    /// Removes a container that has ended, or kills and removes it by `force`; succeeds where it is gone.
    func remove(_ id: String, force: Bool) async throws(EngineFault)

    /// Containers, ended ones too, that carry a label.
    ///
    /// - Parameter sizes: whether to tell what each has written, which takes an engine some time.
    func list(label: String, value: String, sizes: Bool) async throws(EngineFault) -> [ContainerSummary]

    /// Names of the images on the host, such as `taxi:latest`.
    func imageNames() async throws(EngineFault) -> [String]

    /// What an image is built for; nil where the engine does not tell.
    func platform(of image: String) async throws(EngineFault) -> ImagePlatform?

    /// Pulls an image. Who asks for one that is being pulled waits for that pull.
    ///
    /// - Parameters:
    ///   - login: who asks the registry; nil = nobody. It must be of the image's own registry.
    ///   - idle: how long it may make no progress; nil = the engine's own patience.
    ///   - progress: hears of each step, at once.
    func pull(
        _ image: String, platform: String?, login: RegistryLogin?, idle: Duration?,
        progress: @escaping @Sendable (PullStep) -> Void
    ) async throws(EngineFault)

    /// The bytes of one file of a container that need not run; nil where there is no such file.
    func file(_ path: String, in id: String, limit: Int) async throws(EngineFault) -> [UInt8]?

    /// Whether something of an attempt runs on this host of which the engine knows nothing by the attempt's name.
    func hasStrays(of attempt: AttemptKey) async -> Bool

    /// Ends what ``hasStrays(of:)`` tells of: SIGTERM, after `grace` SIGKILL.
    func endStrays(of attempt: AttemptKey, grace: Duration) async throws(EngineFault) -> EndedStrays
}

extension ContainerEngine {
    package func platform(of image: String) async throws(EngineFault) -> ImagePlatform? { nil }
    package func hasStrays(of attempt: AttemptKey) async -> Bool { false }
    package func endStrays(of attempt: AttemptKey, grace: Duration) async throws(EngineFault) -> EndedStrays {
        EndedStrays()
    }
}

/// What became of an attempt's processes of which its engine knew nothing.
package struct EndedStrays: Sendable, Hashable {
    /// How many there were.
    package var count = 0
    /// How many live on though they were killed, as some do that wait for a disk.
    package var left = 0
}

/// A container's end, being waited for.
package protocol PendingExit: Sendable {
    /// The exit code, once it has ended.
    func code() async throws(EngineFault) -> Int
}

/// Lines of a container as they come; single pass, pushes back on the engine while nobody asks.
package protocol ContainerOutput {
    /// Some lines, nil at the end. The end comes early, without an error, where the engine lost its place.
    mutating func next() async throws(EngineFault) -> [OutputLine]?
}

/// One line of a container's standard output or standard error.
package struct OutputLine: Sendable, Hashable {
    /// Which of the two.
    package enum Stream: Sendable, Hashable, CaseIterable {
        case stdout, stderr
    }

    package var stream: Stream
    /// When the engine read it.
    package var time: Timestamp
    /// The line without its newline, as the engine stored it.
    package var bytes: [UInt8]
    /// 0 for a whole line; of one longer than the engine's client takes, the number of this part, from 1.
    package var part: Int
    /// False for what was printed last, without a newline, or so far.
    package var isComplete: Bool

    /// A line.
    package init(_ stream: Stream, time: Timestamp, bytes: [UInt8], part: Int = 0, isComplete: Bool = true) {
        self.stream = stream
        self.time = time
        self.bytes = bytes
        self.part = part
        self.isComplete = isComplete
    }
}

/// The engine's version and host.
package struct EngineFacts: Sendable, Hashable {
    /// Such as `20.10.24`.
    package var version: String
    /// The name of the host it runs on.
    package var host: String

    /// Facts.
    package init(version: String, host: String) {
        self.version = version
        self.host = host
    }
}

/// A container as `inspect` shows it.
package struct ContainerSnapshot: Sendable, Hashable {
    /// What it is doing, in the engine's words.
    package enum Status: String, Sendable {
        case created, running, paused, restarting, removing, exited, dead

        /// Whether a process lives.
        package var isLive: Bool {
            switch self {
            case .running, .paused, .restarting: true
            case .created, .removing, .exited, .dead: false
            }
        }
    }

    package var id: String
    package var name: String
    /// The image's content digest.
    package var imageDigest: String
    package var labels: [String: String]
    package var status: Status
    package var exitCode: Int
    /// True also when only a child process was killed for memory.
    package var oomKilled: Bool
    /// The engine's words on a failed start; empty otherwise.
    package var error: String
    /// nil where its process never started.
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// Bytes; nil = none.
    package var memoryLimit: Int64?
    /// Why nobody knows how it ended; nil where the exit code tells.
    package var lost: String?
    /// What should be told beside its end; nil = nothing.
    package var warning: String?

    /// Whether its process lives.
    package var isLive: Bool { status.isLive }

    /// Whether its process lives and is frozen.
    package var isPaused: Bool { status == .paused }

    /// A snapshot.
    package init(
        id: String, name: String, imageDigest: String, labels: [String: String], status: Status, exitCode: Int = 0,
        oomKilled: Bool = false, error: String = "", startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
        memoryLimit: Int64? = nil
    ) {
        self.id = id
        self.name = name
        self.imageDigest = imageDigest
        self.labels = labels
        self.status = status
        self.exitCode = exitCode
        self.oomKilled = oomKilled
        self.error = error
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.memoryLimit = memoryLimit
    }
}

/// A container as a list shows it.
package struct ContainerSummary: Sendable, Hashable {
    package var id: String
    package var name: String
    package var labels: [String: String]
    package var status: ContainerSnapshot.Status
    package var createdAt: Timestamp
    /// Bytes it has written; nil where they were not asked for.
    package var bytes: Int64?

    /// A summary.
    package init(
        id: String, name: String, labels: [String: String], status: ContainerSnapshot.Status, createdAt: Timestamp,
        bytes: Int64? = nil
    ) {
        self.createdAt = createdAt
        self.bytes = bytes
        self.id = id
        self.name = name
        self.labels = labels
        self.status = status
    }
}

import OrchModel

/// What is to be run. Holds no variable, as those may be secret: they go from the agent to the supervisor by a pipe.
struct ProcessPlan: Codable, Sendable, Hashable {
    /// The attempt's name: that of the folder.
    var name: String
    /// The program's whole path.
    var program: String
    /// Its arguments, its name as the first.
    var arguments: [String]
    /// The folder it works in.
    var workingDirectory: String
    /// SHA-256 of the program, as `sha256:…`.
    var digest: String
    var labels: [String: String]
    var createdAt: Timestamp
}

/// Which process was started.
struct ProcessStart: Codable, Sendable, Hashable {
    var process: Int32
    /// When the kernel started it, in ticks since the host was: tells it from a later one of the same number.
    var ticks: UInt64
    /// Of which life of the host that is.
    var boot: String
    var at: Timestamp
}

/// How a process ended.
struct ProcessEnd: Codable, Sendable, Hashable {
    /// As shells count: the exit code, or 128 and the signal that ended it; nil where nobody knows, or it never started.
    var exitCode: Int?
    var at: Timestamp
    /// Why it could not be started; nil where it was.
    var refusal: String?
    /// Why its exit code is not known; nil where it is.
    var lost: String?
    /// Whether the kernel killed some process of the host for memory while it ran.
    var sawMemoryKill: Bool?
    /// What should be told beside the end.
    var warning: String?
}

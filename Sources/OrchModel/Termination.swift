/// How a container ended, as the engine tells it.
public struct Termination: Codable, Hashable, Sendable {
    /// Whether the kernel's memory killer ended it.
    public enum OutOfMemory: String, Codable, Sendable {
        /// The engine says so and the main process died of it.
        case yes
        /// Killed by signal 9, nobody asked for it as far as is known, and a memory limit was set.
        case likely
        /// Anything else.
        case no
    }

    /// The exit code; nil where the process never ran, the container has vanished, or the engine lost it.
    public var exitCode: Int?
    /// The signal that ended it, from an exit code above 128; nil otherwise.
    public var signal: Int?
    /// Whether it ran out of memory.
    public var oom: OutOfMemory
    /// True when the engine never started the process (bad command, missing mount, failed start).
    public var launchFailed: Bool
    /// The engine's own words, such as `exec: "nope": executable file not found in $PATH`.
    public var reason: String?
    /// Who asked for the end, where that is known: `user admin`, `agent a1`, or ``outsider``.
    public var actor: String?
    /// True where the process ran to its end, and the engine fell before it had noted the exit code; nil otherwise.
    public var lostExitCode: Bool?
    /// Whether a signal that asks for the end was sent through the engine while the process lived: true where orch did
    /// so, or the engine remembers that others did; false where orch did not, and no other is known; nil where nobody
    /// knows whether orch did.
    public var wasStopped: Bool?
    /// A warning that does not change the state: a child process was killed for memory while the run went on.
    public var warning: String?

    /// Who ended a container through the engine that orch did not ask: `docker kill`, `docker stop`, `docker rm`.
    public static let outsider = "somebody outside orch"

    /// A termination record.
    public init(
        exitCode: Int?, signal: Int? = nil, oom: OutOfMemory = .no, launchFailed: Bool = false,
        reason: String? = nil, actor: String? = nil, warning: String? = nil
    ) {
        self.exitCode = exitCode
        self.signal = signal
        self.oom = oom
        self.launchFailed = launchFailed
        self.reason = reason
        self.actor = actor
        self.warning = warning
    }

    /// `exit 0`, `exit 7`, `killed by signal 9`, `never started`.
    public var summary: String {
        if launchFailed { return "never started" }
        if let signal { return "killed by signal \(signal)\(Self.signalNames[signal].map { " (\($0))" } ?? "")" }
        if let exitCode { return "exit \(exitCode)" }
        return "no exit code known"
    }

    private static let signalNames: [Int: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
        11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
    ]
}

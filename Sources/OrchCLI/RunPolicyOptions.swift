import ArgumentParser
import OrchModel

/// How long a run may take and when it is tried again, on the command line.
struct RunPolicyOptions: ParsableArguments {
    @Option(help: "New attempts after one that went wrong, each in a container of its own.") var retries: Int?
    @Option(name: .customLong("retry-delay"), help: "Seconds before the second attempt.") var retryDelay: Double?
    @Option(
        name: .customLong("retry-backoff"),
        help: "What the delay is multiplied with for each further attempt: 2 doubles it.")
    var retryBackoff: Double?
    @Option(name: .customLong("retry-max-delay"), help: "The longest delay, in seconds. Defaults to 3600.")
    var retryMaxDelay: Double?
    @Flag(name: .customLong("retry-jitter"), help: "Wait a random share of the delay.") var retryJitter = false
    @Option(
        name: .customLong("retry-on"),
        help: """
            What is worth another attempt, separated by commas: failed, crashed, timed-out, out-of-memory, or exit codes. \
            Defaults to failed,crashed.
            """)
    var retryOn: String?
    @Option(
        name: .customLong("run-timeout"),
        help: "The longest an attempt may run, in seconds; then its container is stopped and it has TimedOut.")
    var runTimeout: Double?
    @Option(name: .customLong("stop-grace"), help: "Seconds between SIGTERM and SIGKILL.") var stopGrace: Int?
    @Option(
        name: .customLong("late-after"),
        help: "Seconds after which a run that no agent has taken is Late. Defaults to 15.")
    var lateAfter: Double?
    @Option(help: "Seconds from when a run is due to when it has to have ended; then it is cancelled.")
    var deadline: Double?
    @Option(
        name: .customLong("expected-duration"),
        help: "Seconds that an attempt takes at most; of one that takes longer the log says so.")
    var expectedDuration: Double?

    func validate() throws {
        guard let policy = try policy(over: nil), let problem = policy.problems.first else { return }
        throw ValidationError(problem)
    }

    /// Whether any of them is given.
    var isGiven: Bool {
        retries != nil || retryDelay != nil || retryBackoff != nil || retryMaxDelay != nil || retryJitter
            || retryOn != nil || runTimeout != nil || stopGrace != nil || lateAfter != nil || deadline != nil
            || expectedDuration != nil
    }

    /// The policy that was asked for, over another one; that one where nothing was asked for.
    func policy(over base: RunPolicy?) throws -> RunPolicy? {
        guard isGiven else { return base }
        var policy = base ?? RunPolicy()
        policy.retries = retries ?? policy.retries
        policy.retryDelaySeconds = retryDelay ?? policy.retryDelaySeconds
        policy.retryBackoff = retryBackoff ?? policy.retryBackoff
        policy.retryMaxDelaySeconds = retryMaxDelay ?? policy.retryMaxDelaySeconds
        policy.retryJitter = retryJitter || policy.retryJitter
        policy.timeoutSeconds = runTimeout ?? policy.timeoutSeconds
        policy.stopGraceSeconds = stopGrace ?? policy.stopGraceSeconds
        policy.lateAfterSeconds = lateAfter ?? policy.lateAfterSeconds
        policy.deadlineSeconds = deadline ?? policy.deadlineSeconds
        policy.expectedSeconds = expectedDuration ?? policy.expectedSeconds
        if let retryOn {
            policy.retryOn = try Set(
                retryOn.split(separator: ",").map { word in
                    let text = word.filter { $0 != " " }
                    if let cause = RetryCause(text) { return cause }
                    throw ValidationError(
                        "--retry-on: expected failed, crashed, timed-out, out-of-memory or an exit code of 1 to 255, "
                            + "got \"\(text)\"")
                })
        }
        return policy
    }
}

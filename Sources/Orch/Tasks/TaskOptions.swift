/// How a task is named, tried again and ended.
///
/// ```swift
/// let options = TaskOptions(
///     "download", tags: ["web"], runName: "download {{ year }}-{{ month | pad: 2 }}",
///     retries: 3, retryDelay: .exponential(from: .seconds(1)).withFullJitter, timeout: .seconds(60))
/// try await context.task(options) { try await download(url) }
/// ```
public struct TaskOptions: Sendable {
    /// The task's name.
    public var name: String
    /// What the task does, in a sentence. Defaults to nothing.
    public var description: String
    /// Words that its runs are found by. Defaults to none.
    public var tags: [String]
    /// What its runs are called instead of `name`: a text, or a template that is filled with the flow's parameters, such as
    /// `load {{ month | pad: 2 }}`. A template that cannot be filled is said in the log, and `name` stays. Secret parameters
    /// are filled in as `********`. Defaults to nil.
    public var runName: String?
    /// How often it is tried again after it failed. Defaults to 0.
    public var retries: Int
    /// The wait before it is tried again. Defaults to none.
    public var retryDelay: RetryDelay
    /// Whether an error is worth another attempt. Defaults to every error.
    public var retryOn: @Sendable (any Error) -> Bool
    /// How long an attempt may take; then it is cancelled, and has failed with ``TaskTimedOut``. Its work has threads of its
    /// own, which it may block. Defaults to nil: as long as it wants.
    public var timeout: Duration?
    /// How long an attempt with a time limit may take to end once it was cancelled. Then it is left behind: the task goes on
    /// without it, and whatever it still does counts for nothing. Defaults to 5 s.
    public var grace: Duration
    /// What is done when a run of it has ended. Defaults to nothing.
    public var hooks: StateHooks

    /// A task; see the properties for defaults.
    public init(
        _ name: String, description: String = "", tags: [String] = [], runName: String? = nil, retries: Int = 0,
        retryDelay: RetryDelay = .none, retryOn: @escaping @Sendable (any Error) -> Bool = { _ in true },
        timeout: Duration? = nil, grace: Duration = .seconds(5), hooks: StateHooks = StateHooks()
    ) {
        self.name = name
        self.description = description
        self.tags = tags
        self.runName = runName
        self.retries = retries
        self.retryDelay = retryDelay
        self.retryOn = retryOn
        self.timeout = timeout
        self.grace = grace
        self.hooks = hooks
    }
}

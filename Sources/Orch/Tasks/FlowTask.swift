/// A task that is declared once and used in many places.
///
/// ```swift
/// let fetch = FlowTask(TaskOptions("fetch", retries: 3)) { (context: FlowContext, url: String) in
///     context.logger.info("fetching \(url)")
///     return try await download(url)
/// } runName: { url in "fetch \(url)" }
///
/// let file = try await context.task(fetch, "https://host/2021-01.csv.gz")
/// ```
///
/// A use with other options is a changed copy: `var eager = fetch; eager.options.retries = 10`.
public struct FlowTask<Input: Sendable, Output: Sendable>: Sendable {
    /// How it is named, tried again and ended.
    public var options: TaskOptions
    let body: @Sendable (FlowContext, Input) async throws -> Output
    let runName: (@Sendable (Input) -> String)?
    /// What it takes an earlier result by; nil where it does not.
    var cached: (@Sendable (Input) -> CachedTask<Output>)?

    /// A task.
    ///
    /// - Parameters:
    ///   - options: how it is named, tried again and ended.
    ///   - body: the work, done with the flow's context and what the task is given.
    ///   - runName: what a run of it is called, made of what it is given. Defaults to what the options say.
    public init(
        _ options: TaskOptions, _ body: @escaping @Sendable (FlowContext, Input) async throws -> Output,
        runName: (@Sendable (Input) -> String)? = nil
    ) {
        self.options = options
        self.body = body
        self.runName = runName
    }

    /// The options of a run that is given `input`.
    func options(for input: Input) -> TaskOptions {
        guard let runName else { return options }
        var options = options
        options.runName = runName(input)
        return options
    }
}

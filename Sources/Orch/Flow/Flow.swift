/// A workflow: typed parameters and the work done with them.
///
/// ```swift
/// struct Greeting: Flow {
///     static let name = "greeting"
///     static let summary = "Says hello."
///
///     @Parameter(help: "How often.", range: 1...10) var times = 1
///     @Parameter(help: "Whom to greet.") var person = "world"
///
///     func run(_ context: FlowContext) async throws -> Int {
///         for _ in 0..<times { context.logger.info("hello, \(person)") }
///         return times
///     }
/// }
/// ```
///
/// `init()` gives every parameter its default; values are then set from the command line, the environment or a parent
/// flow. `run(_:)` is called once per instance, and is cancelled as a Swift task where the run is cancelled.
public protocol Flow: Sendable {
    /// What the flow returns; kept as the run's result where it can be encoded.
    associatedtype Output: Sendable

    /// The name users type: letters, digits, `-` and `_`.
    static var name: String { get }
    /// What the flow does, in a sentence. Defaults to nothing.
    static var summary: String { get }
    /// Blocks the flow reads whatever its parameters say. Those that parameters name need no mention here.
    static var blocks: [BlockReference] { get }

    /// What is done when a run of it has ended. Defaults to nothing. A crash is seen from outside alone: no hook can run.
    var hooks: StateHooks { get }

    /// Where results of more than 1 MiB are kept, so that they are cached and returned like others. Defaults to nowhere:
    /// such results are not cached.
    ///
    /// - Throws: where the store cannot be used; the flow has failed then.
    func resultStore(_ context: FlowContext) throws -> (any ResultStore)?

    /// A flow with every parameter at its default.
    init()

    /// Does the work. A flow that throws has failed, with the error's description as its message.
    func run(_ context: FlowContext) async throws -> Output
}

extension Flow {
    /// Nothing.
    public static var summary: String { "" }
    /// None.
    public static var blocks: [BlockReference] { [] }
    /// None.
    public var hooks: StateHooks { StateHooks() }
    /// None.
    public func resultStore(_ context: FlowContext) throws -> (any ResultStore)? { nil }
}

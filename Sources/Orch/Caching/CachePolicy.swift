/// When a task takes the result of an earlier run instead of doing its work.
///
/// ```swift
/// let rows = try await context.task("fetch", cache: .inputs(url, month, expiration: .seconds(86_400))) {
///     try await fetch(url, month)
/// }
/// ```
///
/// A result is taken where flow, task, code and inputs are the same. Inputs are whatever the work depends on, as Swift does
/// not tell what a closure uses. Results are kept by the controller, so any container of the flow can read them.
public struct CachePolicy: Sendable {
    /// What a result depends on.
    enum Basis: Sendable {
        /// The canonical JSON of the inputs, and the code.
        case inputs(Result<JSONValue, any Error>)
        /// A text of the author's, and nothing else.
        case key(String)
        /// The run, the task's place in it, the inputs, and the code.
        case run(Result<JSONValue, any Error>)
    }

    let basis: Basis
    /// For how long a result is taken.
    public var expiration: Duration
    /// Whether the work is done in any case, and its result kept.
    public var refresh: Bool

    /// For how long a result is taken where nobody says otherwise: 30 days.
    public static let defaultExpiration = Duration.seconds(30 * 86_400)

    /// Takes a result of the same code with the same inputs.
    ///
    /// - Parameters:
    ///   - inputs: what the work depends on. They are compared by their JSON; of one that has none the log tells, and nothing
    ///     is cached. A `Set` has no certain order: give it sorted.
    ///   - expiration: for how long a result is taken, ten years at most. Defaults to 30 days.
    ///   - refresh: whether the work is done in any case, and its result kept. Defaults to false.
    public static func inputs<each Input: Encodable & Sendable>(
        _ inputs: repeat each Input, expiration: Duration = defaultExpiration, refresh: Bool = false
    ) -> CachePolicy {
        CachePolicy(basis: .inputs(json(repeat each inputs)), expiration: expiration, refresh: refresh)
    }

    /// Takes the result that an earlier attempt of the same run made, so that an attempt which follows a failure goes on where
    /// that one came to. A result is kept before the task is Completed.
    ///
    /// Tasks of one name are told apart by the order in which they begin. Where that is not the same each time (`async let`,
    /// task groups), say what tells them apart.
    ///
    /// - Parameters:
    ///   - inputs: what else tells the task from others of its name. Defaults to nothing.
    ///   - expiration: for how long a result is taken, ten years at most. Defaults to 30 days.
    public static func withinRun<each Input: Encodable & Sendable>(
        _ inputs: repeat each Input, expiration: Duration = defaultExpiration
    ) -> CachePolicy {
        CachePolicy(basis: .run(json(repeat each inputs)), expiration: expiration, refresh: false)
    }

    private static func json<each Input: Encodable>(_ inputs: repeat each Input) -> Result<JSONValue, any Error> {
        Result {
            var values: [JSONValue] = []
            repeat values.append(try JSONValue(encoding: each inputs))
            return .array(values)
        }
    }

    /// Takes a result that was kept under a text, whatever code made it.
    ///
    /// - Parameters:
    ///   - key: what the result is known by, within the flow and the task.
    ///   - expiration: for how long a result is taken, ten years at most. Defaults to 30 days.
    ///   - refresh: whether the work is done in any case, and its result kept. Defaults to false.
    public static func key(
        _ key: String, expiration: Duration = defaultExpiration, refresh: Bool = false
    ) -> CachePolicy {
        CachePolicy(basis: .key(key), expiration: expiration, refresh: refresh)
    }
}

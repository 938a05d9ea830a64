import Synchronization

/// Something outside of the flow that it waits for.
///
/// ```swift
/// struct TableIsFilled: Sensor {
///     var table: String
///     var waitsFor: String { "rows in \(table)" }
///
///     func poke(_ look: SensorLook) async throws -> Int? {
///         let rows = try await count(table)
///         return rows > 0 ? rows : nil
///     }
/// }
///
/// let rows = try await context.wait(for: TableIsFilled(table: "trips"), every: .seconds(30))
/// ```
public protocol Sensor: Sendable {
    /// What is found; the flow gets it. It outlives the container where the run waits without one, so its JSON should be
    /// small (16 KiB) and hold no secret.
    associatedtype Finding: Codable & Sendable

    /// What is waited for, in words that follow "waits for": `file /data/green-*.csv`. Shown in logs and states.
    var waitsFor: String { get }

    /// Looks once.
    ///
    /// - Returns: what was found; nil where it is not there yet.
    /// - Throws: why nobody can tell; such looks are counted, and tolerated as the wait's `failures` say.
    ///   ``SensorGivesUp`` ends the wait at once. `CancellationError` where the task was cancelled.
    func poke(_ look: SensorLook) async throws -> Finding?

    /// When it makes sense to look next, after a look that found nothing; nil where nobody knows, and the wait's interval
    /// counts. Defaults to nil.
    func next(after look: SensorLook) -> Timestamp?
}

extension Sensor {
    public func next(after look: SensorLook) -> Timestamp? { nil }
}

/// One look of a sensor: what it may know and use.
public struct SensorLook: Sendable {
    /// The flow that waits.
    public let context: FlowContext
    /// The look's number, from 1, over all attempts of the run.
    public let number: Int
    /// When it was looked for first.
    public let since: Timestamp
    /// When this look began.
    public let now: Timestamp
    private let box: Box

    private final class Box: Sendable {
        let value: Mutex<JSONValue?>
        init(_ value: JSONValue?) { self.value = Mutex(value) }
    }

    init(context: FlowContext, number: Int, since: Timestamp, now: Timestamp, memory: JSONValue?) {
        self.context = context
        self.number = number
        self.since = since
        self.now = now
        box = Box(memory)
    }

    /// What the last look left for this one, in whatever attempt it was; nil at the first. Keep it small (4 KiB) and free of
    /// secrets: the controller keeps it while the run has no container.
    public var memory: JSONValue? {
        get { box.value.withLock { $0 } }
        nonmutating set { box.value.withLock { $0 = newValue } }
    }
}

extension SensorLook {
    /// A look outside of any wait, for tests of sensors: the first one, now, with nothing remembered.
    public init(_ context: FlowContext) {
        let now = context.services.now()
        self.init(context: context, number: 1, since: now, now: now, memory: nil)
    }
}

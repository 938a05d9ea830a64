/// What is done when a task or a flow has ended.
///
/// ```swift
/// let options = TaskOptions("load", hooks: StateHooks(onFailure: [{ event in try await page("\(event.state.message)") }]))
/// ```
///
/// A hook changes nothing: what it throws is said in the log, and the state stays. Hooks run one after the other, once the
/// state was reported, and are not cancelled with the run; each has 30 s, after which it is cancelled or left behind.
public struct StateHooks: Sendable {
    /// One thing to do; its log lines belong to what has ended.
    public typealias Hook = @Sendable (StateEvent) async throws -> Void

    /// What is done after it completed. Defaults to nothing.
    public var onCompletion: [Hook]
    /// What is done after it failed for good, in its last attempt. Defaults to nothing.
    public var onFailure: [Hook]
    /// What is done after it was cancelled. Defaults to nothing.
    public var onCancellation: [Hook]

    /// Hooks; see the properties for defaults.
    public init(onCompletion: [Hook] = [], onFailure: [Hook] = [], onCancellation: [Hook] = []) {
        self.onCompletion = onCompletion
        self.onFailure = onFailure
        self.onCancellation = onCancellation
    }

    /// Whether there is nothing to do, however it ends.
    var isEmpty: Bool { onCompletion.isEmpty && onFailure.isEmpty && onCancellation.isEmpty }

    /// How long one hook may take.
    static let limit = Duration.seconds(30)

    /// Runs the hooks of a state.
    ///
    /// - Parameter log: takes a sentence about a hook that went wrong.
    func run(_ event: StateEvent, limit: Duration = limit, log: @escaping @Sendable (String) -> Void) async {
        let (name, hooks): (String, [Hook]) =
            switch event.state.type {
            case .completed: ("onCompletion", onCompletion)
            case .failed: ("onFailure", onFailure)
            case .cancelled: ("onCancellation", onCancellation)
            default: ("", [])
            }
        for hook in hooks {
            // In a task of its own: where the run is cancelled, the hook could not wait for anything.
            let end = await Task {
                await LeavableWork.run(limit: limit, grace: .seconds(1), onEvent: { _ in }) { try await hook(event) }
            }.value
            switch end {
            case .ended(.success), .leftCancelled: continue
            case .ended(.failure(let error)):
                log("A hook of \(name) failed, which changes nothing: \(ReportedText.message(of: error))")
            case .outOfTime: log("A hook of \(name) took longer than \(limit.inSeconds), which changes nothing")
            }
        }
    }
}

/// What has ended, and how.
public struct StateEvent: Sendable {
    /// The run that it was part of; for a flow, its own.
    public let context: FlowContext
    /// What the task's run was called, or the flow's name.
    public let name: String
    /// The task run's identifier, or the flow run's.
    public let id: Identifier
    /// The attempt that was the last, from 1.
    public let attempt: Int
    /// How it ended.
    public let state: RunState
    /// What it threw; nil where it completed.
    public let error: (any Error)?
}

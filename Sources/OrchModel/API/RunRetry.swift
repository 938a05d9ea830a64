/// A wish to try a run again that had ended, which was taken.
public struct RunRetry: Codable, Hashable, Sendable {
    public var by: String
    public var at: Timestamp
    /// The last attempt before it. Automatic retries are counted from there.
    public var after: Int
    /// Results of tasks that were made before count no more for this run; nil = all count.
    public var resultsSince: Timestamp?

    public init(by: String, at: Timestamp, after: Int, resultsSince: Timestamp? = nil) {
        self.by = by
        self.at = at
        self.after = after
        self.resultsSince = resultsSince
    }
}

/// Body of `POST /api/flow-runs/{id}/retry`: another attempt of a run that has ended.
public struct RetryRequest: Codable, Hashable, Sendable {
    /// Whether all is done again, whatever results are kept; a run that has Completed is tried again in no other way.
    public var all: Bool
    /// The attempt that went wrong, so that the same wish sent twice is one; nil = the last one, whichever that is.
    public var attempt: Int?

    public init(all: Bool = false, attempt: Int? = nil) {
        self.all = all
        self.attempt = attempt
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case all, attempt
    }

    /// Reads a wish; `all` may be left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            all: try container.decodeIfPresent(Bool.self, forKey: .all) ?? false,
            attempt: try container.decodeIfPresent(Int.self, forKey: .attempt))
    }
}

extension RetryRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

extension RetryRequest {
    /// What a wish leads to.
    public enum Effect: Equatable, Sendable {
        /// The run waits for another attempt.
        case enter(RunState, RunRetry)
        /// The same was wished before; the text says what came of it.
        case repeated(String)
        /// The run's state forbids it; the text says why, and what was expected.
        case refuse(String)
    }

    /// Decides what the wish leads to.
    ///
    /// - Parameters:
    ///   - run: the run as it is.
    ///   - actor: who wishes.
    ///   - at: when.
    public func effect(on run: FlowRun, by actor: String, at: Timestamp) -> Effect {
        if let attempt {
            guard attempt <= run.attempt else {
                return .refuse("run \(run.name) has had \(run.attempt) attempts: expected one of them, got \(attempt)")
            }
            if attempt < run.attempt {
                return .repeated("attempt \(attempt + 1) has followed attempt \(attempt) already")
            }
        }
        guard run.state.type.isTerminal else {
            if run.state.type == .scheduled, let retry = run.retry, retry.after == run.attempt {
                return .repeated("\(retry.by) asked for another attempt already")
            }
            return .refuse(
                "run \(run.name) is \(run.state.name) and goes on: expected one that has ended; end it first with "
                    + "`orch flow-run cancel \(run.name)`")
        }
        if run.state.type == .completed, !all {
            return .refuse(
                "run \(run.name) is \(run.state.name), so nothing is left to be done: `--all` does everything again")
        }
        let what = all ? "all is done again" : "tasks whose results are kept are not done again"
        let tried = run.attempt > 0 ? "attempt \(run.attempt) was" : "it was"
        let state = RunState(
            .scheduled, name: RunState.awaitingRetryName,
            message: "\(actor) asked for another attempt: \(tried) \(run.state.name); \(what)", at: at, actor: actor)
        let since = all ? at : run.retry?.resultsSince
        return .enter(state, RunRetry(by: actor, at: at, after: run.attempt, resultsSince: since))
    }
}

/// A wish to try a run again that had ended, which was taken.
public struct RunRetry: Codable, Hashable, Sendable {
    public var by: String
    public var at: Timestamp
    /// The last attempt before it. Automatic retries are counted from there.
    public var after: Int
    /// Which wish of the run it was, from 1.
    public var number: Int
    /// Results of tasks that were made before count no more for this run; nil = all count.
    public var resultsSince: Timestamp?

    public init(by: String, at: Timestamp, after: Int, number: Int, resultsSince: Timestamp? = nil) {
        self.number = number
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
    /// Which wish of the run it is, from 1, so that the same sent twice is one; nil = the next one, whichever that is.
    public var number: Int?

    public init(all: Bool = false, number: Int? = nil) {
        self.all = all
        self.number = number
    }

    /// The next wish about a run, as it is known.
    public init(next run: FlowRun, all: Bool = false) {
        self.init(all: all, number: (run.retry?.number ?? 0) + 1)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case all, number
    }

    /// Reads a wish; `all` may be left out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            all: try container.decodeIfPresent(Bool.self, forKey: .all) ?? false,
            number: try container.decodeIfPresent(Int.self, forKey: .number))
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
        let known = run.retry?.number ?? 0
        if let number, number != known + 1 {
            guard let retry = run.retry, (1...known).contains(number) else {
                return .refuse(
                    "run \(run.name) was tried again by \(known) wishes: expected number \(known + 1), got \(number)")
            }
            return .repeated("\(retry.by) asked for that at \(retry.at) already")
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
        let retry = RunRetry(by: actor, at: at, after: run.attempt, number: known + 1, resultsSince: since)
        return .enter(state, retry)
    }
}

package import OrchModel

/// The labels by which orch knows its containers again.
package struct ContainerLabels: Sendable, Hashable {
    /// The controller's identity.
    package static let instance = "orch.instance"
    /// The run.
    package static let flowRunID = "orch.flow-run-id"
    /// The attempt, from 1.
    package static let attempt = "orch.attempt"
    /// The deployment; absent for a run without one.
    package static let deployment = "orch.deployment"
    /// The flow.
    package static let flow = "orch.flow"
    /// The question, of a container that is no run's.
    package static let question = "orch.question"
    /// The agent that made the container, where it says its name.
    package static let agent = "orch.agent"
    /// What the block says about removal, where it is not `always`.
    package static let removePolicy = "orch.auto-remove"
    /// What every label of ours starts with; a block may not set such a one.
    package static let prefix = "orch."

    /// The run and attempt a container was made for, where its labels tell.
    ///
    /// - Parameter labels: all labels of a container.
    package static func attempt(of labels: [String: String]) -> AttemptKey? {
        guard let run = labels[flowRunID].flatMap(Identifier.init), let attempt = labels[attempt].flatMap(Int.init)
        else { return nil }
        return AttemptKey(run: run, attempt: attempt)
    }

    /// The labels of what is made to answer a question.
    static func labels(ofQuestion task: Identifier, instance: Identifier, agent name: String?) -> [String: String] {
        var labels = [Self.instance: "\(instance)", question: "\(task)"]
        labels[agent] = name
        return labels
    }

    /// All labels of a claimed run's container, a block's own not among them.
    static func labels(of claimed: ClaimedRun, agent name: String?) -> [String: String] {
        var labels = [
            instance: "\(claimed.instance)", flowRunID: "\(claimed.runID)", attempt: "\(claimed.attempt)",
            flow: claimed.flowName,
        ]
        labels[deployment] = claimed.deploymentName
        labels[agent] = name
        labels[removePolicy] = claimed.container.autoRemove.flatMap { $0 == .always ? nil : $0.rawValue }
        return labels
    }
}

/// Names one attempt of one run: what there is at most one container of.
package struct AttemptKey: Sendable, Hashable, CustomStringConvertible {
    /// The run.
    package var run: Identifier
    /// The attempt, from 1.
    package var attempt: Int

    /// The attempt number `attempt` of `run`.
    package init(run: Identifier, attempt: Int) {
        self.run = run
        self.attempt = attempt
    }

    package var description: String { "attempt \(attempt) of run \(run)" }
}

extension ClaimedRun {
    /// What names this attempt.
    package var key: AttemptKey { AttemptKey(run: runID, attempt: attempt) }
}

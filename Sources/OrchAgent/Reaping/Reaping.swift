package import OrchInfrastructure
import OrchModel

/// Decides what becomes of containers that no live attempt belongs to. Pure.
package enum Reaping {
    /// What becomes of one container.
    package enum Action: String, Codable, Sendable {
        case keep, stop, remove
    }

    /// What is decided about one container, and why.
    package struct Decision: Codable, Sendable, Hashable {
        package var action: Action
        package var reason: String
        package var container: OwnedContainer
    }

    /// What is known of one container.
    package struct Facts: Sendable {
        package var summary: ContainerSummary
        /// Whether the controller holds a live attempt for it, or somebody is about to report its end.
        package var isHeld: Bool
        /// How long nobody has needed it.
        package var age: Duration
        /// How long ago it ended, by the engine; nil where it has not, or that is not known.
        package var ended: Duration?

        /// Facts of one container.
        package init(_ summary: ContainerSummary, isHeld: Bool, age: Duration, ended: Duration? = nil) {
            self.summary = summary
            self.isHeld = isHeld
            self.age = age
            self.ended = ended
        }
    }

    /// How long a container is kept that nobody needs, unless it is said otherwise.
    package static let defaultGrace = Duration.seconds(600)
    /// How long an ended container is kept that its block says to keep, unless it is said otherwise: 7 days.
    package static let defaultKeeping = Duration.seconds(7 * 86_400)

    /// How long a question may need a container, at least.
    private static let longestQuestion = Duration.seconds(120)

    /// The decision about one container.
    ///
    /// - Parameters:
    ///   - facts: what is known of it.
    ///   - agents: the agents whose attempts were asked for; another's container is left alone.
    ///   - grace: how long it is kept.
    ///   - keeping: how long one is kept after its end whose block says to keep it; nil = for ever. Defaults to that.
    package static func decision(
        _ facts: Facts, agents: Set<String>, grace: Duration, keeping: Duration? = nil
    ) -> Decision {
        let container = OwnedContainer(facts.summary)
        func decide(_ action: Action, _ reason: String) -> Decision {
            Decision(action: action, reason: reason, container: container)
        }
        guard container.runID != nil || container.question != nil else {
            return decide(.keep, "its labels name no attempt")
        }
        guard let agent = container.agent else { return decide(.keep, "its labels name no agent that could be asked") }
        guard agents.contains(agent) else { return decide(.keep, "it is the agent \(agent)'s") }
        guard !facts.isHeld else { return decide(.keep, "its attempt is live") }
        let seconds = "\(facts.age.components.seconds) s"
        if container.question != nil {
            let grace = max(grace, longestQuestion)
            guard facts.age >= grace else {
                return decide(.keep, "a question may need it: it is kept for \(grace.components.seconds) s")
            }
            return decide(.remove, "it was made \(seconds) ago to answer a question")
        }
        guard facts.age >= grace else {
            return decide(.keep, "no attempt needs it for \(seconds), it is kept for \(grace.components.seconds) s")
        }
        let policy =
            facts.summary.labels[ContainerLabels.removePolicy]
            .flatMap(DockerContainerBlock.RemovePolicy.init) ?? .always
        if policy == .always { return decide(.remove, "no live attempt for \(seconds)") }
        if facts.summary.status.isLive { return decide(.stop, "no live attempt for \(seconds), and it still runs") }
        let why = "its block's auto_remove is \(policy.rawValue)"
        guard let keeping, let ended = facts.ended, ended >= keeping else { return decide(.keep, why) }
        return decide(.remove, "\(why), and it ended \(ended.components.seconds) s ago")
    }
}

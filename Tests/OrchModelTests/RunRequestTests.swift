import OrchModel
import Testing

struct RunRequestTests {
    private static let at = Timestamp(microseconds: 7)

    private func effect(
        _ action: RunRequest.Action, _ type: StateType, named name: String? = nil, hasAgent: Bool,
        pending: RunRequest.Action? = nil
    ) -> String {
        let state = RunState(type, name: name, message: "because", at: Timestamp(microseconds: 1), actor: "test")
        let request = RunRequest(action, by: "user admin", at: Self.at)
        let pending = pending.map { RunRequest($0, by: "user other", at: Timestamp(microseconds: 5)) }
        switch request.effect(on: state, hasAgent: hasAgent, pending: pending) {
        case .enter(let next):
            #expect(next.at == Self.at && next.actor == "user admin" && next.message.contains("user admin"))
            guard case .accept = state.verdict(on: next) else { return "no such step to \(next.name)" }
            return next.name
        case .ask: return "ask"
        case .repeated: return "repeated"
        case .refuse(let expected):
            #expect(expected.hasPrefix("one that is "))
            return "refuse"
        }
    }

    /// Every state, held by an agent as live ones are.
    @Test func decidesEveryPairOfWishAndState() {
        let expected: [StateType: [String]] = [
            .scheduled: ["Paused", "Suspended", "repeated"], .pending: ["ask", "ask", "repeated"],
            .running: ["ask", "ask", "repeated"], .paused: ["repeated", "ask", "ask"],
            .cancelling: ["refuse", "refuse", "refuse"], .cancelled: ["refuse", "refuse", "refuse"],
            .completed: ["refuse", "refuse", "refuse"], .failed: ["refuse", "refuse", "refuse"],
            .crashed: ["refuse", "refuse", "refuse"],
        ]
        #expect(Set(expected.keys) == Set(StateType.allCases))
        for (type, words) in expected {
            for (action, word) in zip([RunRequest.Action.pause, .suspend, .resume], words) {
                #expect(effect(action, type, hasAgent: type != .scheduled) == word, "\(action) of \(type)")
            }
        }
    }

    @Test func aRunThatNoAgentHoldsIsResumedAtOnceAndPausedNoFurther() {
        #expect(effect(.pause, .paused, hasAgent: false) == "repeated")
        #expect(effect(.suspend, .paused, hasAgent: false) == "refuse")
        #expect(effect(.resume, .paused, hasAgent: false) == "Scheduled")
        let name = RunState.suspendedName
        #expect(effect(.pause, .paused, named: name, hasAgent: false) == "refuse")
        #expect(effect(.suspend, .paused, named: name, hasAgent: false) == "repeated")
        #expect(effect(.resume, .paused, named: name, hasAgent: false) == "Scheduled")
    }

    @Test func aWishIsTakenBackByItsOppositeAndRepeatedBySameness() {
        for action in RunRequest.Action.allCases {
            #expect(effect(action, .running, hasAgent: true, pending: action) == "repeated")
        }
        #expect(effect(.resume, .running, hasAgent: true, pending: .pause) == "ask")
        #expect(effect(.resume, .pending, hasAgent: true, pending: .suspend) == "ask")
        #expect(effect(.pause, .paused, hasAgent: true, pending: .resume) == "ask")
        #expect(effect(.suspend, .running, hasAgent: true, pending: .pause) == "ask")
    }

    @Test func aSuspendedRunSaysSoByItsName() {
        let state = RunState(.paused, name: RunState.suspendedName, message: "", at: Self.at, actor: "")
        #expect(state.isSuspended && state.endsAttempt && !state.type.isTerminal)
        #expect(!RunState(.paused, message: "", at: Self.at, actor: "").endsAttempt)
    }
}

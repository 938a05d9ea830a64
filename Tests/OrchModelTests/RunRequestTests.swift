import OrchModel
import Testing

struct RunRequestTests {
    private static let at = Timestamp(microseconds: 7)

    private static func run(_ state: RunState, hasAgent: Bool, pending: RunRequest? = nil) -> FlowRun {
        FlowRun(
            id: .new(), name: "run-1", flowName: "flow", parameters: [:], workQueue: "default", image: "i",
            state: state, createdAt: state.at, scheduledFor: state.at, agent: hasAgent ? "a1" : nil, request: pending)
    }

    private func effect(
        _ action: RunRequest.Action, _ type: StateType, named name: String? = nil, hasAgent: Bool,
        pending: RunRequest.Action? = nil
    ) -> String {
        let state = RunState(type, name: name, message: "because", at: Timestamp(microseconds: 1), actor: "test")
        let request = RunRequest(action, by: "user admin", at: Self.at)
        let pending = pending.map { RunRequest($0, by: "user other", at: Timestamp(microseconds: 5)) }
        switch request.effect(on: Self.run(state, hasAgent: hasAgent, pending: pending)) {
        case .enter(let next):
            #expect(next.at == Self.at && next.actor == "user admin" && next.message.contains("user admin"))
            guard case .accept = state.verdict(on: next) else { return "no such step to \(next.name)" }
            return next.name
        case .ask(let asked):
            #expect(asked == request)
            return "ask"
        case .repeated: return "repeated"
        case .refuse(let expected):
            #expect(expected.hasPrefix("one that is "))
            return "refuse"
        }
    }

    /// What is wished while the container is being stopped for a suspension.
    @Test func aSuspensionThatIsUnderWayIsCarriedOutAndMayBeFollowedByAResumption() {
        let state = RunState(.running, message: "because", at: Self.at, actor: "test")
        let begun = RunRequest(.suspend, by: "user other", at: Self.at).following(
            RunRequest(.suspend, by: "user other", at: Self.at))
        #expect(begun.isStopping && begun.suspension == begun)
        var run = Self.run(state, hasAgent: true, pending: begun)
        let resume = RunRequest(.resume, by: "user admin", at: Self.at)
        guard case .ask(let asked) = resume.effect(on: run) else {
            Issue.record("expected the agent to be asked")
            return
        }
        #expect(asked.action == .resume && asked.suspendedBy == "user other" && asked.isStopping)
        #expect(asked.suspension?.by == "user other")
        let pause = RunRequest(.pause, by: "user admin", at: Self.at)
        #expect(pause.effect(on: run) == .refuse(expected: "one whose container is not being stopped"))
        run.request = asked
        #expect(resume.effect(on: run) == .repeated)
        guard case .ask(let again) = RunRequest(.suspend, by: "user x", at: Self.at).effect(on: run) else {
            Issue.record("expected the resumption to be taken back")
            return
        }
        #expect(again.action == .suspend && again.isUnderWay == true)
    }

    /// What was wished before the agent told that it stops the container.
    @Test func aWishThatCrossesTheBeginOfASuspensionFollowsIt() {
        let suspension = RunRequest(.suspend, by: "user other", at: Self.at)
        let resume = RunRequest(.resume, by: "user admin", at: Self.at).following(suspension)
        #expect(resume.action == .resume && resume.suspendedBy == "user other")
        let pause = RunRequest(.pause, by: "user admin", at: Self.at).following(suspension)
        #expect(pause.action == .suspend && pause.by == "user other" && pause.isUnderWay == true)
    }

    @Test func aWaitingRunIsToldWhatItWaitedFor() {
        let state = RunState(.scheduled, name: "AwaitingRetry", message: "because", at: Self.at, actor: "test")
        var run = Self.run(state, hasAgent: false)
        let pause = RunRequest(.pause, by: "user admin", at: Self.at)
        run.attempt = 1
        guard case .enter(let held) = pause.effect(on: run) else {
            Issue.record("expected it to be held")
            return
        }
        #expect(held.message == "paused by user admin while it waited for its next attempt")
        run.attempt = 0
        guard case .enter(let first) = pause.effect(on: run) else {
            Issue.record("expected it to be held")
            return
        }
        #expect(first.message == "paused by user admin before an agent took it")
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

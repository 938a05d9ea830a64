import OrchModel
import Testing

/// What a wish for another attempt of a run leads to.
struct RetryRequestTests {
    private static let at = Timestamp(microseconds: 9_000_000)

    private static func run(_ type: StateType, name: String? = nil, attempt: Int = 2, retry: RunRetry? = nil) -> FlowRun
    {
        let time = Timestamp(microseconds: 1)
        return FlowRun(
            id: .new(), name: "etl-1", flowName: "etl", deploymentID: .new(), parameters: [:], workQueue: "default",
            image: "taxi", state: RunState(type, name: name, message: "why", at: time, actor: "agent a1"),
            attempt: attempt, createdAt: time, scheduledFor: time, retry: retry)
    }

    private func effect(_ request: RetryRequest, on run: FlowRun) -> RetryRequest.Effect {
        request.effect(on: run, by: "user ada", at: Self.at)
    }

    /// A word for what became of a wish.
    private func word(_ effect: RetryRequest.Effect) -> String {
        switch effect {
        case .enter: "enter"
        case .repeated: "repeated"
        case .refuse: "refuse"
        }
    }

    @Test(arguments: StateType.allCases, [false, true])
    func everyStateTakesItOrSaysWhyNot(type: StateType, all: Bool) {
        let effect = effect(RetryRequest(all: all), on: Self.run(type))
        let isTaken = [.failed, .crashed, .cancelled].contains(type) || type == .completed && all
        #expect(word(effect) == (isTaken ? "enter" : "refuse"))
        if case .refuse(let reason) = effect {
            #expect(reason.contains("etl-1 is \(type.defaultName)"))
            #expect(reason.contains(type == .completed ? "--all" : "orch flow-run cancel etl-1"))
        }
    }

    @Test func whatFollowsSaysWhoAskedAndWhatWentBefore() throws {
        guard
            case .enter(let state, let retry) = effect(
                RetryRequest(number: 1), on: Self.run(.failed, name: "TimedOut"))
        else {
            Issue.record("expected another attempt")
            return
        }
        #expect(state.type == .scheduled && state.name == "AwaitingRetry")
        #expect(state.actor == "user ada")
        #expect(
            state.message
                == "user ada asked for another attempt: attempt 2 was TimedOut; tasks whose results are kept are not done again"
        )
        #expect(retry == RunRetry(by: "user ada", at: Self.at, after: 2, number: 1))
    }

    @Test func resultsFromBeforeAWishForAllCountNoMoreInLaterAttemptsEither() {
        let first = effect(RetryRequest(all: true), on: Self.run(.completed))
        guard case .enter(_, let retry) = first else {
            Issue.record("expected another attempt, got \(first)")
            return
        }
        #expect(retry.resultsSince == Self.at)
        let second = effect(RetryRequest(), on: Self.run(.failed, attempt: 3, retry: retry))
        guard case .enter(_, let later) = second else {
            Issue.record("expected another attempt, got \(second)")
            return
        }
        #expect(later.resultsSince == Self.at && later.after == 3 && later.number == 2)
    }

    @Test func theSameWishSentTwiceIsOne() {
        let retry = RunRetry(by: "user ada", at: Self.at, after: 2, number: 1)
        // It waits for the attempt that was asked for; has it; has had it; was cancelled before it had one.
        for type in StateType.allCases {
            for attempt in 2...3 {
                let run = Self.run(type, attempt: attempt, retry: retry)
                #expect(word(effect(RetryRequest(number: 1), on: run)) == "repeated", "\(type)")
            }
        }
        let waiting = Self.run(.scheduled, name: "AwaitingRetry", retry: retry)
        #expect(word(effect(RetryRequest(), on: waiting)) == "repeated")
        #expect(word(effect(RetryRequest(), on: Self.run(.running, attempt: 3, retry: retry))) == "refuse")
        for attempt in 2...3 {
            #expect(
                word(effect(RetryRequest(number: 2), on: Self.run(.cancelled, attempt: attempt, retry: retry)))
                    == "enter")
        }
        for number in [-1, 0, 3, Int.max] {
            #expect(word(effect(RetryRequest(number: number), on: Self.run(.failed, retry: retry))) == "refuse")
            #expect(word(effect(RetryRequest(number: number), on: Self.run(.failed))) == "refuse")
        }
        #expect(RetryRequest(next: waiting).number == 2 && RetryRequest(next: Self.run(.failed)).number == 1)
    }

    @Test func aRunThatWaitsForAnAutomaticRetryIsLive() {
        #expect(word(effect(RetryRequest(), on: Self.run(.scheduled, name: "AwaitingRetry"))) == "refuse")
    }
}

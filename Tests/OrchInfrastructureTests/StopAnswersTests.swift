import Testing

@testable import OrchInfrastructure

@Suite(.timeLimit(.minutes(10)))
struct StopAnswersTests {
    @Test(
        arguments: [
            ([], StopAnswer.none), ([true], .reached), ([false], .late),
            // The first call may have been carried out, though nobody heard.
            ([nil], .lost), ([nil, false], .lost), ([nil, true], .reached),
        ] as [([Bool?], StopAnswer)])
    func anAnswerThatWasLostLeavesItOpenWhetherTheSignalWasSent(_ calls: [Bool?], _ expected: StopAnswer) async throws {
        let answers = StopAnswers()
        for call in calls {
            do throws(EngineFault) {
                try await answers.ask { () throws(EngineFault) in
                    guard let call else { throw .unreachable("the answer broke off") }
                    return call
                }
                #expect(call != nil)
            } catch {
                #expect(call == nil)
            }
        }
        #expect(try await answers.last() == expected)
    }

    @Test func whatAnotherRunnerMayHaveStoppedIsNotSaidToHaveEndedBefore() async throws {
        let answers = StopAnswers()
        answers.takeOver()
        try await answers.ask { () throws(EngineFault) in false }
        #expect(try await answers.last() == .lost)
    }

    @Test func ofTwoOrdersBothAnswersAreWaitedFor() async throws {
        let answers = StopAnswers()
        try await answers.ask { () throws(EngineFault) in
            try await answers.ask { () throws(EngineFault) in false }
            let waiter = Task { try await answers.last() }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
            return true
        }
        #expect(try await answers.last() == .reached)
    }

    @Test func anAnswerThatIsOnItsWayIsWaitedFor() async throws {
        let answers = StopAnswers()
        try await answers.ask { () throws(EngineFault) in
            let waiter = Task { try await answers.last() }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
            return true
        }
        #expect(try await answers.last() == .reached)
    }
}

import OrchModel
import Testing

@testable import OrchInfrastructure

@Suite(.timeLimit(.minutes(10)))
struct PausingTests {
    private func request(_ action: RunRequest.Action, at microseconds: Int64) -> RunRequest {
        RunRequest(action, by: "user admin", at: Timestamp(microseconds: microseconds))
    }

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    @Test func theNewestWishCountsAndComesOnce() async throws {
        let pausing = Pausing()
        pausing.ask(request(.pause, at: 1))
        pausing.ask(request(.resume, at: 2))
        #expect(try await pausing.next() == .wish(request(.resume, at: 2)))
        // Told again by a renewal, then a new one.
        pausing.ask(request(.resume, at: 2))
        pausing.ask(request(.pause, at: 3))
        #expect(try await pausing.next() == .wish(request(.pause, at: 3)))
    }

    @Test func onlyWhatIsNotKnownIsLookedAt() async throws {
        let pausing = Pausing()
        pausing.compare(isPaused: false)
        pausing.compare(isPaused: true)
        #expect(try await pausing.next() == .look)
        #expect(pausing.note(isPaused: true, at: at(10)))
        #expect(!pausing.note(isPaused: true, at: at(11)))
        pausing.compare(isPaused: true)
        pausing.compare(isPaused: false)
        #expect(try await pausing.next() == .look)
    }

    @Test func pausesAddUp() {
        let pausing = Pausing()
        pausing.begin(total: .seconds(5), since: at(100))
        #expect(pausing.isPaused)
        #expect(pausing.total == .seconds(5))
        #expect(pausing.note(isPaused: false, at: at(103)))
        #expect(pausing.total == .seconds(8))
        #expect(pausing.note(isPaused: true, at: at(200)))
        #expect(pausing.note(isPaused: false, at: at(202)))
        #expect(pausing.total == .seconds(10))
    }

    @Test func cancelledTaskStopsWaiting() async {
        let pausing = Pausing()
        let waiter = Task { try await pausing.next() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }
}

import OrchModel
import Testing

@testable import OrchInfrastructure

@Suite(.timeLimit(.minutes(10)))
struct StopOrderTests {
    private let request = CancellationRequest(by: "user admin", at: Timestamp(microseconds: 1))

    @Test func givenBeforeIsSeenAtOnce() async throws {
        let order = StopOrder()
        order.give(.cancelled(request))
        #expect(try await order.wait() == .cancelled(request))
    }

    @Test func aResumptionThatFollowsASuspensionLeavesThatToBeCarriedOut() {
        let order = StopOrder()
        var resume = RunRequest(.resume, by: "user admin", at: Timestamp(microseconds: 2))
        resume.suspendedBy = "user other"
        order.ask(resume)
        #expect(order.suspension?.by == "user other")
    }

    @Test func everyWaiterHearsIt() async throws {
        let order = StopOrder()
        try await withThrowingTaskGroup(of: StopOrder.Reason.self) { group in
            for _ in 0..<50 { group.addTask { try await order.wait() } }
            group.addTask { [request] in
                order.give(.cancelled(request))
                return .cancelled(request)
            }
            for try await reason in group { #expect(reason == .cancelled(request)) }
        }
    }

    @Test func cancelledTaskStopsWaiting() async {
        let order = StopOrder()
        let waiter = Task { try await order.wait() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }

    @Test func cancellationOutranksASuspension() {
        let order = StopOrder()
        let suspension = RunRequest(.suspend, by: "user admin", at: Timestamp(microseconds: 1))
        order.ask(suspension)
        #expect(order.reason == .suspended(suspension))
        #expect(order.suspension == suspension && order.cancellation == nil)
        order.give(.cancelled(request))
        #expect(order.suspension == nil && order.cancellation == request)
        order.ask(suspension)
        #expect(order.cancellation == request)
    }

    @Test func anImmediateCancellationHastensWhateverIsUnderItsGrace() async throws {
        let now = CancellationRequest(by: "user other", at: Timestamp(microseconds: 2), isImmediate: true)
        let cancelled = StopOrder()
        cancelled.give(.cancelled(request))
        #expect(!cancelled.isImmediate)
        cancelled.give(.cancelled(now))
        #expect(cancelled.isImmediate && cancelled.cancellation == now)
        // Nothing takes it back.
        cancelled.give(.cancelled(request))
        #expect(cancelled.isImmediate && cancelled.cancellation == now)
        try await cancelled.waitUntilImmediate()

        let overdue = StopOrder()
        overdue.give(.overdue(5))
        overdue.give(.cancelled(now))
        #expect(overdue.isImmediate && overdue.overdue == 5 && overdue.cancellation == nil)
        let suspended = StopOrder()
        suspended.ask(RunRequest(.suspend, by: "user admin", at: Timestamp(microseconds: 1)))
        suspended.give(.cancelled(now))
        #expect(suspended.isImmediate && suspended.cancellation == now)
    }

    @Test func fenceOutranksACancellation() {
        let order = StopOrder()
        order.give(.cancelled(request))
        order.give(.fenced)
        #expect(order.reason == .fenced)
        #expect(order.cancellation == nil)
        order.give(.cancelled(request))
        #expect(order.reason == .fenced)
    }
}

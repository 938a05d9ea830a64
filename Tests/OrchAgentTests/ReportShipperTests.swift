import Logging
import OrchInfrastructure
import OrchModel
import Testing

@testable import OrchAgent

@Suite(.timeLimit(.minutes(10)))
struct ReportShipperTests {
    private let controller = RecordingController()
    private let clock = ManualClock()
    private let order = StopOrder()

    private func shipper(
        _ limits: ReportLimits = ReportLimits(), interval: Duration = .zero
    ) -> ReportShipper {
        var limits = limits
        limits.interval = interval
        return ReportShipper(
            .sample(), api: controller, order: order, limits: limits, clock: clock,
            now: { Timestamp(microseconds: 1_600_000_000_000_000) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func part(_ sequences: ClosedRange<Int>) -> AttemptReport {
        let records = sequences.map {
            LogRecord(
                attempt: 1, source: .stdout, sequence: Int64($0), at: Timestamp(microseconds: 1), level: .info,
                message: "line \($0)")
        }
        return AttemptReport(token: "token-1", records: records)
    }

    @Test func keepsEverythingWhileTheControllerIsAway() async throws {
        let shipper = shipper()
        controller.setAway(true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await shipper.run() }
            shipper.add(part(1...3))
            // The pauses double, and each is followed by one more try.
            let pauses: [Int] = [100, 200, 400, 800, 1600, 3200, 5000, 5000]
            for (index, pause) in pauses.enumerated() {
                try await controller.until { $0.attempts == index + 1 }
                shipper.add(part(10 + index...10 + index))
                try await clock.pass(.milliseconds(pause))
            }
            try await controller.until { $0.attempts == 9 }
            #expect(controller.reports.isEmpty)
            controller.setAway(false)
            try await clock.pass(.seconds(5))
            #expect(try await shipper.finish(part(100...100)) == .accepted)
            let expected: [Int64] = [1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 100]
            #expect(controller.log.map(\.sequence) == expected)
            await shipper.close(within: .seconds(5))
            try await group.waitForAll()
        }
    }

    @Test func pushesBackWhenFullAndGoesOnWhenThereIsRoom() async throws {
        let shipper = shipper(ReportLimits(recordsPerReport: 10, recordsWaiting: 20))
        shipper.add(part(1...50))
        let waiter = Task { try await shipper.room() }
        let sender = Task { await shipper.run() }
        try await waiter.value
        #expect(controller.log.count >= 30)
        _ = try await shipper.finish(AttemptReport(token: "token-1"))
        #expect(controller.log.map(\.sequence) == (1...50).map(Int64.init))
        sender.cancel()
        await sender.value
    }

    @Test func fullWithNobodySendingWaits() async throws {
        let shipper = shipper(ReportLimits(recordsPerReport: 10, recordsWaiting: 20))
        shipper.add(part(1...50))
        let waiter = Task { try await shipper.room() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }

    @Test func staleTokenFencesTheAttempt() async throws {
        let shipper = shipper()
        controller.refuseNext(.stale)
        async let sender: Void = shipper.run()
        #expect(try await shipper.finish(part(1...1)) == .fenced)
        #expect(order.reason == .fenced)
        await sender
        #expect(controller.reports.isEmpty)
        try await shipper.room()
    }

    @Test func closingWaitsNoLongerThanItsPatience() async throws {
        let shipper = shipper()
        controller.setAway(true)
        shipper.add(part(1...1))
        let sender = Task { await shipper.run() }
        try await controller.until { $0.attempts == 1 }
        async let closed: Void = shipper.close(within: .seconds(60))
        try await clock.pass(.seconds(60))
        await closed
        sender.cancel()
        await sender.value
    }

    @Test func linesThatComeSlowlyGatherAndAHurrySendsThem() async throws {
        let shipper = shipper(ReportLimits(recordsPerReport: 10), interval: .milliseconds(50))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await shipper.run() }
            shipper.add(part(1...1))
            try await controller.until { $0.reports.count == 1 }
            for number in 2...4 { shipper.add(part(number...number)) }
            try await clock.pass(.milliseconds(50))
            try await controller.until { $0.reports.count == 2 }
            #expect(controller.reports.map(\.records.count) == [1, 3])
            // Half a report does not wait, nor does a state, nor the end.
            shipper.add(part(5...9))
            try await controller.until { $0.reports.count == 3 }
            var started = part(10...10)
            started.state = RunState(.running, message: "", at: Timestamp(microseconds: 1), actor: "agent a1")
            shipper.add(started)
            try await controller.until { $0.reports.count == 4 }
            #expect(try await shipper.finish(part(11...11)) == .accepted)
            #expect(controller.log.map(\.sequence) == Array(1...11))
            await shipper.close(within: .seconds(5))
            try await group.waitForAll()
        }
    }
}

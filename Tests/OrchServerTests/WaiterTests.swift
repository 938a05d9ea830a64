import OrchModel
import Testing

@testable import OrchServer

struct WaiterTests {
    @Test func aSignalBeforeTheWaitIsNotLost() async {
        let waiter = Waiter()
        waiter.signal()
        #expect(await waiter.wait(atMost: .seconds(3600)))
        #expect(await !waiter.wait(atMost: .milliseconds(1)))
    }

    /// The time may be over before the wait has begun to sleep: on a busy machine, or at once as here.
    @Test(.timeLimit(.minutes(10))) func aWaitEndsHoweverShortItsTime() async {
        let waiter = Waiter(
            time: ServerTime(now: Timestamp.now, uptime: ServerTime.system.uptime, sleep: { _ in }))
        for _ in 1...500 { #expect(await !waiter.wait(atMost: .zero)) }
    }

    @Test func aSignalWakesTheWait() async {
        let waiter = Waiter()
        async let woken = waiter.wait(atMost: .seconds(3600))
        await Task.yield()
        waiter.signal()
        #expect(await woken)
    }

    @Test func closingEndsEveryWait() async {
        let waiter = Waiter()
        async let woken = waiter.wait(atMost: .seconds(3600))
        waiter.close()
        #expect(await !woken)
        #expect(await !waiter.wait(atMost: .seconds(3600)))
        #expect(waiter.isClosed)
    }

    @Test func cancellingTheTaskEndsTheWait() async {
        let waiter = Waiter()
        let task = Task { await waiter.wait(atMost: .seconds(3600)) }
        task.cancel()
        #expect(await !task.value)
        #expect(waiter.isClosed)
    }

    @Test func aTopicWakesThoseWhoRegisteredForIt() async {
        let wakeups = Wakeups()
        let (one, two) = (Waiter(), Waiter())
        let first = wakeups.register(one, for: [.queue("a"), .agent("x")])
        do {
            let second = wakeups.register(two, for: [.queue("a")])
            #expect(wakeups.count(of: .queue("a")) == 2)
            wakeups.signal(.agent("x"))
            #expect(await one.wait(atMost: .seconds(3600)))
            wakeups.signal(.queue("a"))
            #expect(await one.wait(atMost: .seconds(3600)))
            #expect(await two.wait(atMost: .seconds(3600)))
            withExtendedLifetime(second) {}
        }
        #expect(wakeups.count(of: .queue("a")) == 1)
        wakeups.signal(.queue("b"))
        #expect(await !one.wait(atMost: .milliseconds(1)))
        withExtendedLifetime(first) {}
    }
}

import Logging
import OrchModel
import OrchStore

/// Where tasks in containers get the slots of their tags, and wait for them.
struct SlotDesk: Sendable {
    let store: any Store
    let wakeups: Wakeups
    /// How long a wait goes on without a look at the store.
    let recheck: Duration
    let logger: Logger
    let time: ServerTime

    /// Takes slots, and waits for them as long as a task wants to.
    ///
    /// - Parameter waiter: closed when the task's program goes away: it keeps its place for a while.
    func take(_ draft: SlotDraft, atMost longest: Duration, waiter: Waiter) async throws -> SlotAnswer {
        let deadline = time.uptime() + longest
        // Before the store is read, so that no wakeup falls between.
        let registration = wakeups.register(waiter, for: [.slot(draft.id)])
        defer { withExtendedLifetime(registration) {} }
        while true {
            let change = try await store.takeSlots(draft, at: time.now())
            wake(change.granted)
            let left = deadline - time.uptime()
            guard case .waiting = change.answer, left > .zero, !waiter.isClosed else { return change.answer }
            await waiter.wait(atMost: min(left, recheck))
        }
    }

    /// Gives slots back and wakes whoever got them.
    func giveBack(_ id: Identifier, of attempt: AttemptKey) async throws {
        wake(try await store.giveBackSlots(id, of: attempt, at: time.now()))
    }

    /// Gives the slots of an attempt that has ended to those that wait for them.
    func attemptEnded() async {
        // Those that wait look again themselves, a little later.
        do { wake(try await store.grantFreeSlots(at: time.now())) } catch {
            logger.warning("slots of an ended run are given on later", metadata: ["error": "\(error)"])
        }
    }

    func wake(_ granted: [Identifier]) {
        for id in granted { wakeups.signal(.slot(id)) }
    }
}

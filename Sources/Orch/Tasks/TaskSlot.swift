import Synchronization

/// The place that a submitted task takes among those at work; see ``SubmittedTasks``.
final class TaskSlot: Sendable {
    private struct State {
        /// In how many places of its work the task waits for another one.
        var waits = 0
        var hasEnded = false
    }

    /// That of the submitted task which calls this; nil outside of one.
    @TaskLocal static var current: TaskSlot?

    /// Those among whom it is.
    let owner: SubmittedTasks
    private let state = Mutex(State())

    init(owner: SubmittedTasks) {
        self.owner = owner
    }

    /// Begins to wait; true where the place becomes free by that.
    func leave() -> Bool {
        state.withLock { state in
            state.waits += 1
            return state.waits == 1 && !state.hasEnded
        }
    }

    /// Ends a wait; true where the place is taken again by that.
    func comeBack() -> Bool {
        state.withLock { state in
            state.waits -= 1
            return state.waits == 0 && !state.hasEnded
        }
    }

    /// Ends the task's work; true where the place becomes free by that.
    func end() -> Bool {
        state.withLock { state in
            state.hasEnded = true
            return state.waits == 0
        }
    }
}

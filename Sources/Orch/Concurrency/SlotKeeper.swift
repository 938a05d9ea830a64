import Synchronization

/// Gets slots for the tasks of one process, and gives them back.
final class SlotKeeper: Sendable {
    /// For how long tags without a limit are taken for such ones: a limit that is made meanwhile is heeded after that.
    static let memory = Duration.seconds(5)
    /// How long one question waits at the controller.
    private static let wait = 25.0
    /// The longest pause after a question that was not answered.
    private static let longestPause = Duration.seconds(10)

    private struct State {
        var unlimited: [[String]: ContinuousClock.Instant] = [:]
        var hasToldOfNone = false
    }

    private let slots: (any TaskSlots)?
    private let state = Mutex(State())

    /// - Parameter slots: where slots are given; nil where nobody limits anything.
    init(_ slots: (any TaskSlots)?) {
        self.slots = slots
    }

    /// Takes a slot of each of a task's tags, however long that takes.
    ///
    /// - Returns: what is to be given back; nil where there is nothing to give back.
    /// - Throws: `CancellationError`.
    func take(for course: TaskCourse) async throws -> HeldSlots? {
        let tags = course.options.tags.prefix(SlotLimits.mostTags).map(ReportedText.name)
            // No limit has such a name.
            .filter { !$0.isEmpty && PlainText.isPlain($0) }
        guard !tags.isEmpty else { return nil }
        guard let slots else {
            tellOfNone(course)
            return nil
        }
        if isKnownAsUnlimited(tags) { return nil }
        let id = Identifier.new()
        let held = HeldSlots(id: id, slots: slots)
        var request = SlotRequest(taskRunID: course.id, taskName: course.name, tags: tags, waitSeconds: 0)
        var hasToldOfFault = false
        var pause = Duration.seconds(1)
        do {
            while true {
                try Task.checkCancellation()
                do {
                    switch try await slots.take(id, request) {
                    case .unlimited:
                        state.withLock { $0.unlimited[tags] = .now + Self.memory }
                        return nil
                    case .granted:
                        return held
                    case .waiting(let shortages):
                        if request.waitSeconds == 0 || hasToldOfFault { course.awaitSlot(shortages) }
                        (hasToldOfFault, pause) = (false, .seconds(1))
                        request.waitSeconds = Self.wait
                    }
                } catch SlotFault.unknown {
                    return nil
                } catch SlotFault.noAnswer(let reason) {
                    // Without an answer nobody knows how many there are: more than allowed is worse than later.
                    if !hasToldOfFault { course.awaitController(reason) }
                    hasToldOfFault = true
                    try await course.context.services.clock.sleep(for: pause)
                    pause = min(pause * 2, Self.longestPause)
                }
            }
        } catch {
            await held.giveBack()
            throw CancellationError()
        }
    }

    private func isKnownAsUnlimited(_ tags: [String]) -> Bool {
        state.withLock { state in
            guard let until = state.unlimited[tags] else { return false }
            if until > .now { return true }
            state.unlimited[tags] = nil
            return false
        }
    }

    /// Says once that nothing is limited.
    private func tellOfNone(_ course: TaskCourse) {
        let isFirst = state.withLock { state in
            defer { state.hasToldOfNone = true }
            return !state.hasToldOfNone
        }
        guard isFirst else { return }
        course.log(.info, "Limits of tags do not apply: a run of a controller heeds them, one by hand does not")
    }
}

/// Slots that a task has, until it gives them back.
final class HeldSlots: Sendable {
    private let id: Identifier
    private let slots: any TaskSlots
    private let isGivenBack = Mutex(false)

    init(id: Identifier, slots: any TaskSlots) {
        self.id = id
        self.slots = slots
    }

    /// Gives them back, once. What the controller does not hear of now it is told again, for as long as the program lives; then
    /// they are free without that.
    func giveBack() async {
        let isFirst = isGivenBack.withLock { isGivenBack in
            defer { isGivenBack = true }
            return !isGivenBack
        }
        guard isFirst else { return }
        // In a task of its own: work that was cancelled has slots to give back like any other.
        let first = Task { [id, slots] in try await slots.giveBack(id) }
        guard case .failure(SlotFault.noAnswer) = await first.result else { return }
        Task.detached { [id, slots] in
            var pause = Duration.seconds(1)
            while true {
                try await Task.sleep(for: pause)
                do {
                    return try await slots.giveBack(id)
                } catch SlotFault.noAnswer {
                    pause = min(pause * 2, .seconds(30))
                }
            }
        }
    }
}

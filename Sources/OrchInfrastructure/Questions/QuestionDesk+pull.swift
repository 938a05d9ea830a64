package import OrchModel
import Synchronization

extension QuestionDesk {
    /// Hears how far a pull is; false where nobody waits for the answer any more.
    package typealias PullListener = @Sendable (PullNews) async -> Bool

    /// How many images are named where one cannot be had.
    private static let namesShown = 10

    /// What an image holds, once it is here as a run of its deployment would get it.
    func describe(
        _ image: String, task: Identifier, pulling pull: ImagePull, telling tell: @escaping PullListener
    ) async -> AgentTaskAnswer {
        if pull.policy != .always {
            let answer = await describe(image, task: task)
            guard case .noImage = answer, pull.policy == .ifNotPresent else { return answer }
        }
        if let obstacle = await supply(ImagePuller.Order(image, pull), task, tell) { return .failed(message: obstacle) }
        return await describe(image, task: task)
    }

    /// Gets the image; what stands in the way of that, where something does.
    private func supply(
        _ order: ImagePuller.Order, _ task: Identifier, _ tell: @escaping PullListener
    ) async -> String? {
        let count = Mutex(0)
        let news: @Sendable (String) async throws -> Void = { message in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let isAwaited = await tell(PullNews(task: task, number: number, message: message))
            guard isAwaited else { throw CancellationError() }
        }
        let who = settings.agent.map { "agent \($0)" } ?? "the agent"
        do {
            try await news(order.announcement)
            try await ImagePuller(engine: engine, clock: clock).pull(order) { step in
                switch step {
                case .progress(let text): try await news(text.map { "pulling: \($0)" } ?? order.announcement)
                case .waiting(let fault): try await news("\(who) waits for its engine: \(fault)")
                }
            }
            return nil
        } catch var failure as ImageFailure {
            // All that is there is told, not the nearest alone: there is no run yet that could have been right once.
            failure.nearest = []
            let names = await available(near: order.image).prefix(Self.namesShown)
            let listed = names.isEmpty ? "" : "\n  Images there: \(names.joined(separator: ", "))"
            return "\(who): \(failure)\(listed)"
        } catch {
            return "\(who) no longer pulls \(order.image): it is about to end, or nobody waited for it; try again"
        }
    }
}

extension ImagePuller.Order {
    /// The pull of an image as a container block says.
    init(_ image: String, _ pull: ImagePull) {
        self.init(
            image: image, platform: pull.platform, login: pull.login, idle: pull.idleSeconds.map { .seconds($0) },
            limit: pull.limitSeconds.map { .seconds($0) })
    }
}

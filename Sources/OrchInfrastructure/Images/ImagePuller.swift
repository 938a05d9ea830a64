import OrchModel
import Synchronization

/// Pulls an image for no longer than that may take, and tells now and then how far it has come.
struct ImagePuller: Sendable {
    let engine: any ContainerEngine
    let clock: any Clock<Duration>

    /// What is pulled, and how.
    struct Order: Sendable {
        var image: String
        /// nil = the engine's own.
        var platform: String?
        /// Who asks the registry, if it is the image's; it is sent to no other.
        var login: RegistryLogin?
        /// How long it may make no progress; nil = the engine's own limit.
        var idle: Duration?
        /// How long it may take; nil = an hour.
        var limit: Duration?

        /// Who asks the image's own registry; nil = nobody.
        fileprivate var user: RegistryLogin? { login.flatMap { $0.covers(image: image) ? $0 : nil } }

        /// What is about to be done, such as `pulling a/b:1 as me at a`.
        var announcement: String {
            guard let login else { return "pulling \(image)" }
            if let user { return "pulling \(image) as \(user)" }
            return "pulling \(image); not as \(login), for it comes from \(RegistryLogin.registry(of: image))"
        }
    }

    /// What is told of a pull that is at work.
    enum News: Sendable, Hashable {
        /// How far it has come, every 5 s; nil while no layer is known.
        case progress(String?)
        /// The engine went away: it is tried again.
        case waiting(EngineFault)
    }

    /// How long a pull may take where nothing is said of that.
    private static let longest = Duration.seconds(3600)
    /// From one word on how far a pull has come to the next.
    private static let interval = Duration.seconds(5)

    /// Pulls; where the engine itself goes away meanwhile, once more when it is back.
    ///
    /// - Parameter tell: is told how far it has come; what it throws ends the pull.
    /// - Throws: `ImageFailure`; what `tell` throws; `CancellationError`.
    func pull(_ order: Order, telling tell: @escaping @Sendable (News) async throws -> Void) async throws {
        let limit = order.limit ?? Self.longest
        let isDone = try await withThrowingTaskGroup(of: Bool?.self) { group in
            let tally = SharedTally()
            group.addTask {
                try await pull(order, tally, tell)
                return true
            }
            group.addTask {
                try await clock.sleep(for: limit)
                return false
            }
            group.addTask {
                while true {
                    try await clock.sleep(for: Self.interval)
                    try await tell(.progress(tally.text))
                }
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            return false
        }
        if isDone { return }
        throw await failure(order, .tooLong, message: "it was given up after \(limit.components.seconds) s")
    }

    private func pull(
        _ order: Order, _ tally: SharedTally, _ tell: @Sendable (News) async throws -> Void
    ) async throws {
        var backoff = Backoff()
        var told = false
        while true {
            do throws(EngineFault) {
                return try await engine.pull(
                    order.image, platform: order.platform, login: order.user, idle: order.idle
                ) { tally.take($0) }
            } catch {
                try Task.checkCancellation()
                guard error.isTransient else {
                    let cause: ImageFailure.Cause = if case .pull(let cause, _) = error { cause } else { .other }
                    throw await failure(order, cause, message: error.description)
                }
                if !told { try await tell(.waiting(error)) }
                told = true
                try await clock.sleep(for: backoff.next())
            }
        }
    }

    /// Why an image cannot be had, with the names on the host that are near.
    func failure(_ order: Order, _ cause: ImageFailure.Cause, message: String = "") async -> ImageFailure {
        let names: [String]
        do throws(EngineFault) { names = try await engine.imageNames() } catch { names = [] }
        let nearest = NearestName.nearest(to: order.image, in: names)
        return ImageFailure(
            image: order.image, cause: cause, message: message, nearest: nearest, user: order.user?.description)
    }
}

/// How far a pull has come, told by one task and read by another.
private final class SharedTally: Sendable {
    private let tally = Mutex(PullTally())

    func take(_ step: PullStep) { tally.withLock { $0.take(step) } }

    var text: String? { tally.withLock { $0.text } }
}

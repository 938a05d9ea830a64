import OrchModel
import Synchronization

extension AttemptRun {
    /// Gets the image where the policy wants or allows it.
    ///
    /// - Parameter creating: true after the engine said that it has no such image; false before anything was tried.
    /// - Returns: the end of the attempt, where the image cannot be had; nil where creation may be tried.
    func supplyImage(for spec: ContainerSpec, creating: Bool) async throws -> Ending? {
        switch (spec.pullPolicy, creating) {
        case (.never, false), (.ifNotPresent, false): return nil
        case (.never, true): throw await failure(spec.image, .neverPulled)
        case (.always, true):
            // It was pulled a moment ago, so somebody removed it.
            throw await failure(spec.image, .other, message: "it vanished after it was pulled")
        case (.always, false), (.ifNotPresent, true): break
        }
        let login = spec.registryLogin.flatMap { $0.covers(image: spec.image) ? $0 : nil }
        var how = login.map { " as \($0)" } ?? ""
        if login == nil, let other = spec.registryLogin {
            how = "; not as \(other), for it comes from \(RegistryLogin.registry(of: spec.image))"
        }
        await beginPull("pulling \(spec.image)\(how)")
        let pulled = try await untilOrdered { try await pull(spec, login) }
        if pulled { return nil }
        return neverStarted("\(order.obstacle ?? "stopped") while its image was pulled")
    }

    /// How long a pull may take where the block says nothing.
    private static let pullLimit = Duration.seconds(3600)
    /// From one word on how far a pull has come to the next.
    private static let pullNews = Duration.seconds(5)

    private func beginPull(_ message: String) async {
        var report = AttemptReport(token: claimed.token)
        let now = runner.now()
        report.remark(.info, message, attempt: claimed.attempt, at: now)
        if order.reason == nil {
            report.state = RunState(
                .pending, name: RunState.pullingName, message: message, at: now, actor: runner.actor)
        }
        await reporting.add(report)
    }

    /// Pulls for no longer than it may take; where the engine itself goes away meanwhile, once more when it is back.
    private func pull(_ spec: ContainerSpec, _ login: RegistryLogin?) async throws {
        let limit = spec.pullLimit ?? Self.pullLimit
        let isDone = try await withThrowingTaskGroup(of: Bool?.self) { group in
            let tally = SharedTally()
            group.addTask {
                try await pull(spec, login, tally)
                return true
            }
            group.addTask {
                try await runner.clock.sleep(for: limit)
                return false
            }
            group.addTask {
                try await tell(tally)
                return nil
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            return false
        }
        if isDone { return }
        throw await failure(
            spec.image, .tooLong, message: "it was given up after \(limit.components.seconds) s", login)
    }

    private func pull(_ spec: ContainerSpec, _ login: RegistryLogin?, _ tally: SharedTally) async throws {
        var backoff = Backoff()
        var told = false
        while true {
            do throws(EngineFault) {
                try await engine.pull(spec.image, platform: spec.platform, login: login, idle: spec.pullIdle) {
                    tally.take($0)
                }
                return await remark(.info, "pulled \(spec.image)")
            } catch {
                try Task.checkCancellation()
                guard error.isTransient else {
                    let cause: ImageFailure.Cause = if case .pull(let cause, _) = error { cause } else { .other }
                    throw await failure(spec.image, cause, message: error.description, login)
                }
                if !told { await remark(.warning, "waiting for \(claimed.infrastructure.engineNoun): \(error)") }
                told = true
                try await runner.clock.sleep(for: backoff.next())
            }
        }
    }

    /// Tells now and then how far the pull has come: layers report many times a second.
    private func tell(_ tally: SharedTally) async throws {
        var last: String?
        while true {
            try await runner.clock.sleep(for: Self.pullNews)
            guard let text = tally.text, text != last else { continue }
            last = text
            await remark(.info, "pulling: \(text)")
        }
    }

    private func failure(
        _ image: String, _ cause: ImageFailure.Cause, message: String = "", _ login: RegistryLogin? = nil
    ) async -> InfrastructureError {
        let names: [String]
        do throws(EngineFault) { names = try await engine.imageNames() } catch { names = [] }
        let nearest = NearestName.nearest(to: image, in: names)
        return .image(
            ImageFailure(image: image, cause: cause, message: message, nearest: nearest, user: login?.description))
    }

    /// Does something that the order to stop cuts short; false where it did.
    func untilOrdered(_ operation: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await operation()
                return true
            }
            group.addTask { [order] in
                _ = try await order.wait()
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? true
        }
    }
}

/// How far a pull has come, told by one task and read by another.
private final class SharedTally: Sendable {
    private let tally = Mutex(PullTally())

    func take(_ step: PullStep) { tally.withLock { $0.take(step) } }

    var text: String? { tally.withLock { $0.text } }
}

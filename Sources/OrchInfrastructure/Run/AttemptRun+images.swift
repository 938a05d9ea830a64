import OrchModel

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
        await remark(.info, "pulling \(spec.image)\(how)")
        let pulled = try await untilOrdered { try await pull(spec, login) }
        if pulled { return nil }
        let who = order.wish ?? "the attempt is no longer this agent's"
        return neverStarted("\(who) while its image was pulled")
    }

    /// Pulls; where the engine itself goes away meanwhile, once more when it is back.
    private func pull(_ spec: ContainerSpec, _ login: RegistryLogin?) async throws {
        var backoff = Backoff()
        var told = false
        while true {
            do throws(EngineFault) {
                // Layers report many times a second; the run's log gets what it ends with.
                try await engine.pull(spec.image, platform: spec.platform, login: login) { _ in }
                return await remark(.info, "pulled \(spec.image)")
            } catch {
                try Task.checkCancellation()
                guard error.isTransient else {
                    let cause: ImageFailure.Cause = if case .pull(let cause, _) = error { cause } else { .other }
                    throw await failure(spec.image, cause, message: error.description, login)
                }
                if !told { await remark(.warning, "waiting for the container engine: \(error)") }
                told = true
                try await runner.clock.sleep(for: backoff.next())
            }
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

import OrchModel

extension AttemptRun {
    /// Gets the image where the policy wants or allows it.
    ///
    /// - Parameter creating: true after the engine said that it has no such image; false before anything was tried.
    /// - Returns: the end of the attempt, where the image cannot be had; nil where creation may be tried.
    func supplyImage(for spec: ContainerSpec, creating: Bool) async throws -> Ending? {
        switch (spec.pullPolicy, creating) {
        case (.never, false), (.ifNotPresent, false): return nil
        case (.never, true): throw await failure(spec.image, cause: .neverPulled, message: "")
        case (.always, true):
            // It was pulled a moment ago, so somebody removed it.
            throw await failure(spec.image, cause: .other, message: "it vanished after it was pulled")
        case (.always, false), (.ifNotPresent, true): break
        }
        await remark(.info, "pulling \(spec.image)")
        let pulled = try await untilOrdered { try await pull(spec) }
        if pulled { return nil }
        let who = order.wish ?? "the attempt is no longer this agent's"
        return neverStarted("\(who) while its image was pulled")
    }

    private func pull(_ spec: ContainerSpec) async throws {
        do throws(EngineFault) {
            // Layers report many times a second; the run's log gets what it ends with.
            try await engine.pull(spec.image, platform: spec.platform) { _ in }
        } catch {
            try Task.checkCancellation()
            let cause: ImageFailure.Cause = if case .pull(let cause, _) = error { cause } else { .other }
            throw await failure(spec.image, cause: cause, message: error.description)
        }
        await remark(.info, "pulled \(spec.image)")
    }

    private func failure(_ image: String, cause: ImageFailure.Cause, message: String) async -> InfrastructureError {
        let names: [String]
        do throws(EngineFault) { names = try await engine.imageNames() } catch { names = [] }
        let nearest = NearestName.nearest(to: image, in: names)
        return .image(ImageFailure(image: image, cause: cause, message: message, nearest: nearest))
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

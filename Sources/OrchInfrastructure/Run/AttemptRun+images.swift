import OrchModel
import Synchronization

extension AttemptRun {
    /// Gets the image where the policy wants or allows it.
    ///
    /// - Parameter creating: true after the engine said that it has no such image; false before anything was tried.
    /// - Returns: the end of the attempt, where the image cannot be had; nil where creation may be tried.
    func supplyImage(for spec: ContainerSpec, creating: Bool) async throws -> Ending? {
        let (puller, wanted) = (ImagePuller(engine: engine, clock: runner.clock), ImagePuller.Order(spec))
        switch (spec.pullPolicy, creating) {
        case (.never, false), (.ifNotPresent, false): return nil
        case (.never, true): throw InfrastructureError.image(await puller.failure(wanted, .neverPulled))
        case (.always, true):
            // It was pulled a moment ago, so somebody removed it.
            throw InfrastructureError.image(
                await puller.failure(wanted, .other, message: "it vanished after it was pulled"))
        case (.always, false), (.ifNotPresent, true): break
        }
        await beginPull(wanted.announcement)
        let pulled = try await untilOrdered { try await pull(wanted, by: puller) }
        if pulled { return nil }
        return neverStarted("\(order.obstacle ?? "stopped") while its image was pulled")
    }

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

    private func pull(_ wanted: ImagePuller.Order, by puller: ImagePuller) async throws {
        let last = Mutex<String?>(nil)
        do {
            try await puller.pull(wanted) { news in
                switch news {
                case .progress(let text):
                    let isNew = last.withLock { last in
                        defer { last = text }
                        return last != text
                    }
                    if isNew, let text { await remark(.info, "pulling: \(text)") }
                case .waiting(let fault):
                    await remark(.warning, "waiting for \(claimed.infrastructure.engineNoun): \(fault)")
                }
            }
        } catch let failure as ImageFailure {
            throw InfrastructureError.image(failure)
        }
        await remark(.info, "pulled \(wanted.image)")
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

extension ImagePuller.Order {
    /// The pull that a container needs.
    init(_ spec: ContainerSpec) {
        self.init(
            image: spec.image, platform: spec.platform, login: spec.registryLogin, idle: spec.pullIdle,
            limit: spec.pullLimit)
    }
}

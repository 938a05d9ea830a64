import OrchModel

extension AttemptRun {
    /// Creates the container, starts it and follows it to its end.
    func launch() async throws -> Ending {
        do {
            var spec = try ContainerSpec(claimed, settings: runner.settings)
            if let blocked = try await supplySource(for: &spec) { return blocked }
            if let blocked = try await supplyImage(for: spec, creating: false) { return blocked }
            switch try await create(spec) {
            case .created(let id): return try await start(id)
            case .found(let snapshot): return try await resume(snapshot)
            case .ended(let ending): return ending
            }
        } catch let error as InfrastructureError {
            return neverStarted("\(error)")
        }
    }

    /// Takes over the container of this attempt that was found on the host.
    func adopt() async throws -> Ending {
        guard let found = try await find(claimed.containerName) else { return try await gone(exitCode: nil) }
        guard isOurs(found) else {
            return neverStarted("\(InfrastructureError.foreignContainer(name: claimed.containerName, id: found.id))")
        }
        return try await resume(found)
    }

    private func resume(_ snapshot: ContainerSnapshot) async throws -> Ending {
        if snapshot.status == .created {
            // Not all that it was to get may be in it.
            let isWhole = claimed.source == nil && (claimed.container.networks ?? []).count < 2
            return try await claimed.infrastructure != .process && isWhole
                ? start(snapshot.id) : relaunch(snapshot.id)
        }
        willStart()
        stopAnswers.takeOver()
        guard snapshot.isLive else {
            if let limit = claimed.timeoutSeconds, hasOverrun(limit, snapshot) { order.give(.overdue(limit)) }
            return try await observe(snapshot.id, exit: nil)
        }
        let doing = snapshot.isPaused ? "paused" : "running"
        await remark(.info, "\(runner.actor) found \(noun) \(claimed.containerName) \(doing) and follows it")
        await reportFound(snapshot)
        return try await observe(snapshot.id, exit: nil)
    }

    /// Makes a container anew that was created and never started.
    private func relaunch(_ id: String) async throws -> Ending {
        var backoff = Backoff()
        while true {
            if let obstacle = order.obstacle { return neverStarted("\(obstacle) before its process started") }
            // Without force: one that was started meanwhile after all stays.
            let removal: Void? = try await retrying { () throws(EngineFault) in
                try await engine.remove(id, force: false)
            }
            guard removal == nil, let found = try await find(id) else { return try await launch() }
            guard found.status == .created else { return try await resume(found) }
            try await pause(&backoff)
        }
    }

    /// Whether a container that ended while no agent looked had lived for longer than it may, so that the last agent has
    /// stopped it for that, if it was stopped.
    private func hasOverrun(_ limit: Double, _ snapshot: ContainerSnapshot) -> Bool {
        guard let start = snapshot.startedAt, let end = snapshot.finishedAt else { return false }
        let lastPause = claimed.pausedSince.map { max(.zero, end - $0) } ?? .zero
        return end - start - lastPause - .seconds(claimed.pausedSeconds ?? 0) >= .seconds(limit)
    }

    private enum Creation {
        case created(String)
        case found(ContainerSnapshot)
        case ended(Ending)
    }

    /// Creates first and asks afterwards: where the image is there, which is nearly always, nothing else is called.
    private func create(_ spec: ContainerSpec) async throws -> Creation {
        var backoff = Backoff()
        var told = false
        while true {
            if let obstacle = order.obstacle {
                return .ended(neverStarted("\(obstacle) before a \(noun) was created"))
            }
            do throws(EngineFault) {
                return .created(try await engine.create(spec))
            } catch {
                try Task.checkCancellation()
                switch error {
                case .noSuchImage:
                    if let blocked = try await supplyImage(for: spec, creating: true) { return .ended(blocked) }
                case .nameInUse:
                    if let found = try await occupant(of: spec.name) { return .found(found) }
                    try await pause(&backoff)
                case .unreachable(let reason):
                    if !told { await remark(.warning, "waiting for \(claimed.infrastructure.engineNoun): \(reason)") }
                    told = true
                    try await pause(&backoff)
                case .notFound(let reason), .refused(_, let reason), .pull(_, let reason), .malformed(let reason):
                    return .ended(neverStarted(reason))
                case .cancelled:
                    throw CancellationError()
                }
            }
        }
    }

    /// The container that has this attempt's name; nil where it went meanwhile.
    private func occupant(of name: String) async throws -> ContainerSnapshot? {
        guard let found = try await find(name) else { return nil }
        guard isOurs(found) else { throw InfrastructureError.foreignContainer(name: name, id: found.id) }
        return found
    }

    /// Registers for the end, then starts, so that no end is missed however short the run is.
    private func start(_ id: String) async throws -> Ending {
        var backoff = Backoff()
        while true {
            if let obstacle = order.obstacle { return neverStarted("\(obstacle) before its process started") }
            do throws(EngineFault) {
                let exit = try await engine.exit(of: id, next: true)
                willStart()
                try await engine.start(id)
                return try await observeStarted(id, exit: exit)
            } catch {
                try Task.checkCancellation()
                switch error {
                case .unreachable:
                    // The start may have been done: the container tells.
                    try await pause(&backoff)
                    guard let found = try await find(id) else { return try await gone(exitCode: nil) }
                    if found.startedAt != nil { return try await resume(found) }
                case .noSuchImage(let reason), .nameInUse(let reason), .notFound(let reason),
                    .refused(_, let reason), .pull(_, let reason), .malformed(let reason):
                    let found = try await find(id)
                    // It may have been refused on the way back.
                    if let found, found.startedAt != nil { return try await resume(found) }
                    return failedStart(found, reason: reason)
                case .cancelled:
                    throw CancellationError()
                }
            }
        }
    }

    private func failedStart(_ snapshot: ContainerSnapshot?, reason: String) -> Ending {
        var termination = TerminationReader.failedStart(reason, exitCode: snapshot?.exitCode)
        termination.actor = order.stopper
        return Ending(termination: termination, snapshot: snapshot)
    }

    /// Waits before another try; the order to stop cuts it short.
    private func pause(_ backoff: inout Backoff) async throws {
        let time = backoff.next()
        _ = try await untilOrdered { try await runner.clock.sleep(for: time) }
    }
}

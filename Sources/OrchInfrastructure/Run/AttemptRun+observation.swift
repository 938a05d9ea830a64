import OrchModel

extension AttemptRun {
    /// How long the lines of a container that has ended may stall before they are read anew.
    private static let drainPatience = Duration.seconds(10)

    /// Reports the start while the container is already followed.
    func observeStarted(_ id: String, exit: any PendingExit) async throws(EngineFault) -> Ending {
        do {
            return try await withThrowingTaskGroup(of: Ending?.self) { group in
                group.addTask {
                    // Off the way of the lines; the digest and the time of the start are the engine's own.
                    do throws(EngineFault) { await reportRunning(try await engine.inspect(id)) } catch {
                        await reportRunning(nil)
                    }
                    return nil
                }
                group.addTask { try await observe(id, exit: exit) }
                while let ending = try await group.next() {
                    if let ending { return ending }
                }
                throw CancellationError()
            }
        } catch {
            throw .cancelled
        }
    }

    func reportRunning(_ snapshot: ContainerSnapshot?) async {
        var report = AttemptReport(token: claimed.token)
        report.container = snapshot.map(record)
        let startedAt = snapshot?.startedAt ?? runner.now()
        report.startedAt = startedAt
        if order.reason == nil {
            let message = "\(noun) \(claimed.containerName) started"
            report.state = RunState(.running, message: message, at: startedAt, actor: runner.actor)
        }
        await reporting.add(report)
    }

    /// Follows a container that was started until it has ended, over any number of broken connections; meanwhile obeys
    /// the order to stop.
    func observe(_ id: String, exit: (any PendingExit)?) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending?.self) { group in
            group.addTask {
                try await stopWhenOrdered(id)
                return nil
            }
            group.addTask {
                try await pauseWhenAsked(id)
                return nil
            }
            if let limit = claimed.timeoutSeconds {
                group.addTask {
                    try await orderWhenOverdue(id, limit: limit, isNew: exit != nil)
                    return nil
                }
            }
            group.addTask { try await followToEnd(id, exit: exit) }
            defer { group.cancelAll() }
            while let ending = try await group.next() {
                if let ending { return ending }
            }
            throw CancellationError()
        }
    }

    /// Gives the order to stop once the process has lived as long as it may; the time does not count for which it was
    /// paused.
    ///
    /// - Parameter isNew: whether it started just now; else the engine says when.
    private func orderWhenOverdue(_ id: String, limit: Double, isNew: Bool) async throws {
        var before = Duration.zero
        if !isNew {
            guard let found = try await find(id), found.isLive, let startedAt = found.startedAt else { return }
            before = runner.now() - startedAt
        }
        let elapsed = Self.stopwatch(runner.clock)
        while true {
            try await order.pausing.untilResumed()
            // A pause may have begun before the limit and ended after it: what counts is the time lived, looked at anew.
            let left = .seconds(limit) - (before + elapsed() - order.pausing.total)
            guard left > .zero else { return order.give(.overdue(limit)) }
            try await runner.clock.sleep(for: left)
        }
    }

    private static func stopwatch<C: Clock<Duration>>(_ clock: C) -> () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    private func stopWhenOrdered(_ id: String) async throws {
        let reason = try await order.wait()
        let isImmediate = order.isImmediate
        let grace = stopGrace
        let how = isImmediate ? "SIGKILL at once" : "SIGTERM, and SIGKILL after \(grace)"
        var report = AttemptReport(token: claimed.token)
        if await mayLive(id) {
            report.remark(
                .info, "stopping the \(noun): \(reason); \(how)", attempt: claimed.attempt, at: runner.now())
        }
        if case .suspended(let request) = reason { report.begun = request }
        if !report.isEmpty { await reporting.add(report) }
        if isImmediate { return try await stop(id, grace: .zero) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await stop(id, grace: grace) }
            group.addTask {
                try await order.waitUntilImmediate()
                await remark(.info, "no more time for the \(noun): \(order.wish ?? "\(reason)"); SIGKILL at once")
                try await stop(id, grace: .zero)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func stop(_ id: String, grace: Duration) async throws {
        var backoff = Backoff()
        while true {
            do throws(EngineFault) {
                return try await stopAnswers.ask { () throws(EngineFault) in try await engine.stop(id, grace: grace) }
            } catch {
                try Task.checkCancellation()
                if case .notFound = error { return }
                // Whatever the engine says, a run that is to end may not go on unseen.
                await remark(.warning, "the \(noun) could not be stopped, trying again: \(error)")
                try await runner.clock.sleep(for: backoff.next())
            }
        }
    }

    /// Whether a container is alive as far as is known: one that has ended is not stopped any more.
    private func mayLive(_ id: String) async -> Bool {
        do throws(EngineFault) {
            return try await engine.inspect(id).isLive
        } catch {
            if case .notFound = error { return false }
            return true
        }
    }

    private func followToEnd(_ id: String, exit first: (any PendingExit)?) async throws -> Ending {
        var exit = first
        var exitCode: Int?
        var backoff = Backoff()
        var told = false
        while true {
            do throws(EngineFault) {
                if told { try await keepJournal(id) }
                let pending = if let exit { exit } else { try await engine.exit(of: id, next: false) }
                exit = nil
                exitCode = try await follow(id, pending)
                if let ending = try await confirm(id, exitCode: exitCode) { return ending }
            } catch {
                try Task.checkCancellation()
                switch error {
                case .notFound, .noSuchImage: return try await gone(exitCode: exitCode)
                case .cancelled: throw CancellationError()
                case .unreachable(let reason), .refused(_, let reason), .nameInUse(let reason), .pull(_, let reason),
                    .malformed(let reason):
                    if !told { await remark(.warning, "lost sight of the \(noun), trying again: \(reason)\(doubt)") }
                    told = true
                }
            }
            // The engine was away, or let go of the container without an end: look again, from the first line.
            try await runner.clock.sleep(for: backoff.next())
            await collector.startOver()
        }
    }

    /// What nobody can know of a command's lines once the engine was away.
    private var doubt: String {
        guard claimed.kind == .command else { return "" }
        return "; lines that it prints meanwhile may be lost with the engine, and a command's have no numbers to tell"
    }

    private enum Step: Sendable {
        case exited(Int)
        case drained
        case rested
        case stalled
    }

    /// Reads lines until the container has ended and its lines have, or have stalled.
    private func follow(_ id: String, _ exit: any PendingExit) async throws(EngineFault) -> Int {
        do {
            return try await withThrowingTaskGroup(of: Step.self) { group in
                group.addTask { .exited(try await exit.code()) }
                group.addTask {
                    try await pump(id, follow: true)
                    return .drained
                }
                defer { group.cancelAll() }
                var code: Int?
                var isDrained = false
                var backoff = Backoff(first: .seconds(1), longest: .seconds(30))
                while let step = try await group.next() {
                    switch step {
                    case .exited(let seen):
                        code = seen
                        if !isDrained {
                            group.addTask {
                                try await waitForStall()
                                return .stalled
                            }
                        }
                    case .drained:
                        isDrained = true
                        // The log ended and the container may not have: the engine lost its place.
                        let pause = backoff.next()
                        group.addTask {
                            try await runner.clock.sleep(for: pause)
                            return .rested
                        }
                    case .rested where code == nil:
                        isDrained = false
                        group.addTask {
                            try await pumpAgain(id)
                            return .drained
                        }
                    case .rested: break
                    case .stalled: isDrained = true
                    }
                    if let code, isDrained { return code }
                }
                throw EngineFault.cancelled
            }
        } catch let fault as EngineFault {
            throw fault
        } catch {
            throw .cancelled
        }
    }

    /// Returns once no lines have come for a while.
    private func waitForStall() async throws {
        var seen = -1
        while true {
            try await reporting.room()
            let batches = await collector.batches
            if batches == seen { return }
            seen = batches
            try await runner.clock.sleep(for: Self.drainPatience)
        }
    }

    /// Follows once more from the first line; what the engine does not get past, the program's journal may have.
    private func pumpAgain(_ id: String) async throws {
        await collector.startOver()
        if await collector.mayLackLines { try await fillFromJournal(id, toEnd: true) }
        try await pump(id, follow: true)
    }

    private func pump(_ id: String, follow: Bool) async throws {
        var output = try await engine.output(of: id, follow: follow, tail: nil)
        while let lines = try await output.next() {
            let report = await collector.take(lines)
            if !report.isEmpty { await reporting.add(report) }
            if await collector.hasHole { try await fillFromJournal(id, toEnd: false) }
            try await reporting.room()
        }
    }

    /// Asks the engine for the container's last word and reads the end of its lines once more; nil where it still
    /// lives.
    private func confirm(_ id: String, exitCode: Int?) async throws(EngineFault) -> Ending? {
        async let tail = readTail(id)
        let snapshot = try await engine.inspect(id)
        guard !snapshot.isLive else { return nil }
        switch await collector.compare(tail: try await tail.get()) {
        case .complete(let report):
            if !report.isEmpty { await reporting.add(report) }
        case .readAgain:
            await collector.startOver()
            do { try await pump(id, follow: false) } catch let fault as EngineFault { throw fault } catch {
                throw .cancelled
            }
        }
        // A record torn on the engine's disk ends every reading there, with no error: only the numbers tell.
        if await collector.mayLackLines { try await fillFromJournal(id, toEnd: true) }
        let killedBy = order.stopper ?? (order.reason == .fenced ? runner.actor : nil)
        let termination = TerminationReader.termination(
            of: snapshot, killedBy: killedBy, hints: try await hints(of: snapshot), answer: try await stopAnswer(),
            onlyLine: await collector.onlyLine, saysCancelled: await collector.outcome?.type == .cancelled)
        return Ending(termination: termination, snapshot: snapshot)
    }

    private func stopAnswer() async throws(EngineFault) -> StopAnswer {
        do { return try await stopAnswers.last() } catch { throw .cancelled }
    }

    /// What the engine remembers, asked for where its code may not tell how the container ended: a command's never does,
    /// and a signal may have ended it, or the code may be lost.
    private func hints(of snapshot: ContainerSnapshot) async throws(EngineFault) -> EndingHints {
        guard
            claimed.kind == .command || TerminationReader.signal(of: snapshot.exitCode) != nil
                || snapshot.exitCode == TerminationReader.lostExitCode
        else { return EndingHints() }
        do throws(EngineFault) {
            return try await engine.hints(of: snapshot)
        } catch {
            // One that went away this moment is asked again; else it is no more than a hint.
            if error == .cancelled || error.isTransient { throw error }
            return EndingHints()
        }
    }

    private func readTail(_ id: String) async -> Result<[OutputLine], EngineFault> {
        do throws(EngineFault) {
            var lines: [OutputLine] = []
            var output = try await engine.output(of: id, follow: false, tail: OutputCollector.tailEntries)
            while let batch = try await output.next() { lines += batch }
            return .success(lines)
        } catch {
            return .failure(error)
        }
    }
}

import OrchModel

extension AttemptRun {
    /// Pauses and resumes the container as somebody wishes, and tells what others do to it, until the task is cancelled.
    ///
    /// What the engine shows afterwards is what is told, whatever it answered.
    func pauseWhenAsked(_ id: String) async throws {
        while true {
            let turn = try await order.pausing.next()
            // The engine thaws what it stops; whatever was wished before is past.
            guard order.reason == nil else { continue }
            switch turn {
            case .wish(let request): try await carryOut(request, on: id)
            case .look: try await look(at: id)
            }
        }
    }

    private func carryOut(_ request: RunRequest, on id: String) async throws {
        let pauses = request.action == .pause
        let refusal = try await ask(pauses, id)
        guard let found = try await live(id) else { return }
        var report = AttemptReport(token: claimed.token)
        report.settled = request
        if found.isPaused == pauses {
            change(&report, to: found.isPaused, "\(request.action.participle) by \(request.by)")
        } else {
            let reason = refusal ?? "it is \(found.status.rawValue) all the same"
            report.remark(
                .warning, "the \(noun) could not be \(request.action.participle), as \(request.by) asked: \(reason)",
                attempt: claimed.attempt, at: runner.now())
            change(&report, to: found.isPaused, byOthers(found.isPaused))
        }
        await reporting.add(report)
    }

    /// Asks the engine for as long as it cannot be reached; what it says where it refuses.
    private func ask(_ pauses: Bool, _ id: String) async throws -> String? {
        var backoff = Backoff()
        while true {
            do throws(EngineFault) {
                if pauses { try await engine.pause(id) } else { try await engine.unpause(id) }
                return nil
            } catch {
                try Task.checkCancellation()
                guard error.isTransient else { return "\(error)" }
                try await runner.clock.sleep(for: backoff.next())
            }
        }
    }

    private func look(at id: String) async throws {
        guard let found = try await live(id), found.isPaused != order.pausing.isPaused else { return }
        var report = AttemptReport(token: claimed.token)
        change(&report, to: found.isPaused, byOthers(found.isPaused))
        await reporting.add(report)
    }

    /// The container while it lives: an end is told by whoever waits for that.
    private func live(_ id: String) async throws -> ContainerSnapshot? {
        try await find(id).flatMap { $0.isLive ? $0 : nil }
    }

    private func byOthers(_ isPaused: Bool) -> String {
        "\(noun) \(claimed.containerName) was \(isPaused ? "paused" : "resumed") by \(Termination.outsider)"
    }

    /// Adds the state that follows from a pause or its end, where that is news.
    private func change(_ report: inout AttemptReport, to isPaused: Bool, _ message: String) {
        let now = runner.now()
        guard order.pausing.note(isPaused: isPaused, at: now) else { return }
        report.state = RunState(isPaused ? .paused : .running, message: message, at: now, actor: runner.actor)
        report.pausedSeconds = order.pausing.total / .seconds(1)
    }

    /// Tells of a live container that was found; one that was paused or resumed while no agent looked is told as such,
    /// unless that was wished and is about to be done.
    func reportFound(_ snapshot: ContainerSnapshot) async {
        order.pausing.begin(total: .seconds(claimed.pausedSeconds ?? 0), since: claimed.pausedSince)
        let wasPaused = claimed.pausedSince != nil
        guard snapshot.isPaused || wasPaused else { return await reportRunning(snapshot) }
        var report = AttemptReport(token: claimed.token)
        report.container = record(snapshot)
        report.startedAt = snapshot.startedAt
        if claimed.request == nil, order.reason == nil {
            change(&report, to: snapshot.isPaused, byOthers(snapshot.isPaused))
        }
        await reporting.add(report)
    }
}

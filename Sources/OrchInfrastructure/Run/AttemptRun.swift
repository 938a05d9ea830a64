import OrchModel

/// One attempt on its way through ``DockerRunner``.
struct AttemptRun: Sendable {
    let runner: DockerRunner
    let claimed: ClaimedRun
    let order: StopOrder
    let reporting: any AttemptReporting
    let willStart: @Sendable () -> Void
    let collector: OutputCollector
    let stopAnswers = StopAnswers()
    let commit = SourceCommit()

    var engine: any ContainerEngine { runner.engine }
    /// What the attempt runs in, for sentences.
    var noun: String { claimed.infrastructure.noun }

    init(
        runner: DockerRunner, claimed: ClaimedRun, order: StopOrder, reporting: any AttemptReporting,
        willStart: @escaping @Sendable () -> Void
    ) {
        self.runner = runner
        self.claimed = claimed
        self.order = order
        self.reporting = reporting
        self.willStart = willStart
        collector = OutputCollector(claimed)
    }

    /// How long its process has between SIGTERM and SIGKILL.
    var stopGrace: Duration { .seconds(claimed.container.stopGraceSeconds ?? ContainerSpec.defaultStopGrace) }

    /// What is known once a container does not run any more, or never will.
    struct Ending: Sendable {
        var termination: Termination
        /// nil where no container is left.
        var snapshot: ContainerSnapshot?
    }

    func execute(_ mode: DockerRunner.Mode) async throws {
        if let request = claimed.cancellation { order.give(.cancelled(request)) }
        if let request = claimed.request { order.ask(request) }
        let ending: Ending
        switch mode {
        case .launch: ending = try await launch()
        case .adopt: ending = try await adopt()
        case .missing: ending = try await gone(exitCode: nil)
        }
        try await settle(ending)
    }

    /// The end of an attempt whose container is not there. What of it runs all the same is ended first, as the next attempt
    /// must not run beside it.
    func gone(exitCode: Int?) async throws -> Ending {
        let strays = try await engine.endStrays(of: claimed.key, grace: order.isImmediate ? .zero : stopGrace)
        let termination = TerminationReader.vanished(
            claimed.containerName, noun: noun, exitCode: exitCode, killedBy: order.stopper, strays: strays)
        return Ending(termination: termination, snapshot: nil)
    }

    /// The end of an attempt whose process was never started.
    func neverStarted(_ reason: String) -> Ending {
        let termination = Termination(
            exitCode: nil, launchFailed: true, reason: reason, actor: order.stopper)
        return Ending(termination: termination, snapshot: nil)
    }

    /// Reports the end together with whatever was still unread, then removes the container as the block says.
    private func settle(_ ending: Ending) async throws {
        var report = await collector.finish()
        let termination = ending.termination
        let outcome = await collector.outcome
        let state = RunEnding.state(
            kind: claimed.kind, outcome: outcome, termination: termination,
            cancelledBy: order.cancellation?.by, suspendedBy: order.suspension?.by, overdue: order.overdue,
            noun: noun, at: runner.now(), actor: runner.actor)
        if let warning = termination.warning {
            report.remark(.warning, warning, attempt: claimed.attempt, at: runner.now())
        }
        report.termination = termination
        report.state = state
        report.resumption = outcome?.resumption
        report.settled = order.suspension
        report.startedAt = ending.snapshot?.startedAt
        report.container = ending.snapshot.map(record)
        let receipt = order.reason == .fenced ? .fenced : try await reporting.finish(report)
        // One that is suspended comes back in another container, so this one is not kept for being looked at.
        let isDone = state.type == .completed || state.isSuspended
        // Of one that waits there may be thousands: none of them is kept.
        let isOneOfMany = state.awaitsReschedule && receipt == .accepted
        try await remove(ending.snapshot, isDone: isDone && receipt == .accepted, always: isOneOfMany)
    }

    private func remove(_ snapshot: ContainerSnapshot?, isDone: Bool, always: Bool) async throws {
        let wanted =
            switch claimed.container.autoRemove ?? .always {
            case .always: true
            case .onSuccess: isDone
            case .never: false
            }
        guard wanted || always else { return }
        // Where no end was seen there may still be a container of ours that was created and never started.
        let id = snapshot?.id ?? claimed.containerName
        if snapshot == nil, try await !ownsContainer(id) { return }
        try await retrying { () throws(EngineFault) in try await engine.remove(id, force: true) }
    }

    private func ownsContainer(_ id: String) async throws -> Bool {
        let found = try await retrying { () throws(EngineFault) in try await engine.inspect(id) }
        return found.map(isOurs) ?? false
    }

    /// Whether a container carries the labels of this very attempt.
    func isOurs(_ snapshot: ContainerSnapshot) -> Bool {
        snapshot.labels[ContainerLabels.instance] == "\(claimed.instance)"
            && ContainerLabels.attempt(of: snapshot.labels) == claimed.key
    }

    func record(_ snapshot: ContainerSnapshot) -> ContainerRecord {
        ContainerRecord(
            id: snapshot.id, name: claimed.containerName, imageDigest: snapshot.imageDigest, host: runner.host,
            sourceCommit: commit.name)
    }

    /// Tells a remark of orch's own.
    func remark(_ level: LogRecord.Level, _ message: String) async {
        var report = AttemptReport(token: claimed.token)
        report.remark(level, message, attempt: claimed.attempt, at: runner.now())
        await reporting.add(report)
    }

    /// A container as the engine shows it now; nil where the engine says that there is none.
    ///
    /// Any other refusal says nothing of the container, which may well run: the engine is asked until it knows.
    func find(_ id: String) async throws -> ContainerSnapshot? {
        var backoff = Backoff()
        var told = false
        while true {
            do throws(EngineFault) {
                return try await engine.inspect(id)
            } catch {
                try Task.checkCancellation()
                if case .notFound = error { return nil }
                if !error.isTransient, !told {
                    let name = claimed.infrastructure.engineNoun
                    await remark(.warning, "\(name) does not show the \(noun), trying again: \(error)")
                    told = true
                }
                try await runner.clock.sleep(for: backoff.next())
            }
        }
    }

    /// Repeats a call for as long as the engine cannot be reached; nil where what it is about is not there, or where
    /// the engine refuses for good.
    func retrying<Value: Sendable>(
        _ call: @Sendable () async throws(EngineFault) -> Value
    ) async throws -> Value? {
        var backoff = Backoff()
        while true {
            do throws(EngineFault) {
                return try await call()
            } catch {
                try Task.checkCancellation()
                guard error.isTransient else { return nil }
                try await runner.clock.sleep(for: backoff.next())
            }
        }
    }
}

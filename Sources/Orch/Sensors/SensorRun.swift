/// One wait as a task: looks, waits, and tells how it goes.
struct SensorRun<S: Sensor>: Sendable {
    /// How it is named, and what becomes of looks that take long and of waits that come to nothing.
    struct Options: Sendable {
        var name: String
        var tags: [String]
        var pokeTimeout: Duration
        var softFail: Bool
    }

    let context: FlowContext
    let sensor: S
    let options: Options
    let rules: SensorCourse.Rules

    private var services: RunServices { context.services }
    /// From one report of a state that says nothing new to the next, at least.
    private static var reportPause: Duration { .seconds(5) }

    /// What a task tells of itself: the same in all attempts of a run that leaves its container.
    private struct Identity {
        var name: String
        var id: Identifier
        var attempt: Int
        var started: Timestamp
    }

    func run() async throws -> S.Finding {
        let name = ReportedText.name(options.name)
        let now = services.now()
        let place = services.waits?.place(of: name, in: context)
        let known = place.flatMap { services.waits?.record(at: $0) }
        let record =
            known
            ?? SensorRecord(
                place: place ?? "", taskRun: .new(), name: name, waitsFor: ReportedText.name(sensor.waitsFor),
                since: now)
        let identity = Identity(
            name: name, id: record.taskRun, attempt: services.waits == nil ? 1 : context.attempt, started: record.since)
        let scope = TaskScope(
            taskRun: identity.id, name: name, attempt: identity.attempt, started: identity.started)
        let parent = TaskScope.current?.taskRun ?? context.insideTask
        services.waits?.begins(identity.id, in: parent, at: now)
        defer { services.waits?.ends(identity.id, at: services.now()) }
        return try await TaskScope.$current.withValue(scope) {
            if let finding = record.finding, let value = try? finding.decode(S.Finding.self) {
                report(
                    identity, .completed, name: RunState.cachedName,
                    "found before this attempt began: \(record.waitsFor)")
                return value
            }
            return try await wait(identity, record)
        }
    }

    private func wait(_ identity: Identity, _ record: SensorRecord) async throws -> S.Finding {
        var course = SensorCourse(record, rules)
        report(identity, .running, record.pokes == 0 ? "started" : course.message(at: services.now()))
        if record.told == nil, rules.mode.leavesFrom != nil, services.waits == nil {
            let logger = context.logger
            logger.info("Waits where it is: only a run of a controller can leave its container")
        }
        do {
            return try await look(identity, &course)
        } catch {
            throw end(identity, course, error)
        }
    }

    private func look(_ identity: Identity, _ course: inout SensorCourse) async throws -> S.Finding {
        var lastReport = services.now()
        var step = course.begin(at: lastReport)
        while true {
            switch step {
            case .wait(let next, let mayLeave):
                services.waits?.keep(course.record)
                try await pause(identity, until: next, mayLeave: mayLeave)
            case .look: break
            case .found, .timedOut, .failed: break
            }
            try Task.checkCancellation()
            let look = SensorLook(
                context: context, number: course.record.pokes + 1, since: course.record.since, now: services.now(),
                memory: course.record.memory)
            let result = await poke(look)
            try Task.checkCancellation()
            var found: S.Finding?
            let outcome: SensorCourse.Look
            switch result {
            case .success(let value?): (found, outcome) = (value, .found)
            case .success(nil): outcome = .nothing
            case .failure(let error): outcome = .failed(error)
            }
            let now = services.now()
            var hint: Timestamp?
            if case .nothing = outcome { hint = sensor.next(after: look) }
            step = course.take(outcome, memory: look.memory, next: hint, at: now, share: services.randomShare)
            switch step {
            case .found:
                guard let found else { continue }
                keep(found, course.record)
                let looks = course.record.pokes == 1 ? "at the first look" : "after \(course.record.pokes) looks"
                report(identity, .completed, "found \(course.record.waitsFor) \(looks)") { state in
                    "Found \(course.record.waitsFor) \(looks) in \((state.at - course.record.since).brief)"
                }
                return found
            case .timedOut(let error): throw error
            case .failed(let error): throw error
            case .look: continue
            case .wait(let next, _):
                if let line = course.line(at: now) { context.logger.log(line.level, line.text) }
                if now - lastReport >= Self.reportPause || next - now >= Self.reportPause {
                    lastReport = now
                    report(identity, .running, course.message(at: now), progress: course.record.pokes)
                }
            }
        }
    }

    private func poke(_ look: SensorLook) async -> Result<S.Finding?, any Error> {
        let sensor = sensor
        let end = await LeavableWork.run(limit: options.pokeTimeout, grace: .seconds(5), onEvent: { _ in }) {
            try await sensor.poke(look)
        }
        return switch end {
        case .ended(let result): result
        case .leftCancelled: .failure(CancellationError())
        case .outOfTime(let wasLeftBehind):
            .failure(PokeTookTooLong(limit: options.pokeTimeout, wasLeftBehind: wasLeftBehind))
        }
    }

    /// Waits until it is time; leaves the container meanwhile where that is wanted, and nothing else is at work.
    private func pause(_ identity: Identity, until next: Timestamp, mayLeave: Bool) async throws {
        guard mayLeave, let waits = services.waits, let least = rules.mode.leavesFrom else {
            let left = next - services.now()
            if left > .zero { try await services.clock.sleep(for: left) }
            return
        }
        waits.waits(identity.id, until: next, at: services.now())
        defer { waits.looks(identity.id, at: services.now()) }
        while true {
            let left = next - services.now()
            guard left > .zero else { return }
            // What follows is the end of all that waits.
            if waits.leave(ifLongerThan: least, at: services.now()) { try Task.checkCancellation() }
            try await services.clock.sleep(for: min(left, WaitDesk.calm))
        }
    }

    private func keep(_ found: S.Finding, _ record: SensorRecord) {
        guard let waits = services.waits else { return }
        var record = record
        record.finding = try? JSONValue(encoding: found)
        if let finding = record.finding, finding.jsonText.utf8.count > WaitDesk.longestFinding { record.finding = nil }
        record.memory = nil
        // Without it the next attempt looks again, and finds it at once.
        waits.keep(record)
    }

    /// The end of a wait that found nothing; gives what is thrown.
    private func end(_ identity: Identity, _ course: SensorCourse, _ error: any Error) -> any Error {
        if Task.isCancelled {
            if services.waits?.isLeaving == true {
                report(identity, .scheduled, name: RunState.awaitingRescheduleName, course.message(at: services.now()))
            } else {
                report(identity, .cancelled, "cancelled while it waited") { _ in "Cancelled while it waited" }
            }
            return error
        }
        services.waits?.forget(course.record.place)
        let message = ReportedText.message(of: error)
        if options.softFail {
            report(identity, .completed, name: RunState.skippedName, "skipped: \(message)") { _ in
                "Skipped: \(message)"
            }
            return TaskSkipped(message)
        }
        report(identity, .failed, name: error is SensorTimedOut ? RunState.timedOutName : nil, message) { _ in
            "Failed: \(message)"
        }
        return error
    }

    private func report(
        _ identity: Identity, _ type: StateType, name: String? = nil, _ message: String, progress: Int? = nil,
        line: (RunState) -> String? = { _ in nil }
    ) {
        let state = services.state(type, name: name, message)
        let level: StreamRecord.Level = type == .failed ? .error : type == .cancelled ? .warning : .info
        var details = TaskDetails(
            tags: options.tags.isEmpty ? nil : options.tags.prefix(ReportedText.mostTags).map(ReportedText.name))
        details.progress = progress.map { TaskDetails.Progress(done: $0) }
        let text = level >= services.logLevel ? line(state) : nil
        services.reporter.report(
            .taskState(
                .init(
                    taskRun: identity.id, name: identity.name, flowRun: context.childRun, attempt: identity.attempt,
                    state: state, started: identity.started, ended: type.isTerminal ? state.at : nil,
                    details: details.isEmpty ? nil : details, line: text.map { .init(level, $0) })))
    }
}

/// A look that did not end in time.
struct PokeTookTooLong: Error, CustomStringConvertible {
    var limit: Duration
    var wasLeftBehind: Bool

    var description: String {
        "the look took longer than \(limit.brief)" + (wasLeftBehind ? ", and may still be at work" : "")
    }
}

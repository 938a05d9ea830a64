import Crypto

/// The course of one child run as its parent's task sees it: made, awaited over whatever the controller goes through, ended.
struct ChildCourse: Sendable {
    let making: ChildRunMaking
    /// What is asked for, without the try.
    let request: ChildRunRequest
    let context: FlowContext
    /// Exit codes of a container that are no failure, beside 0.
    let accepting: Set<Int>
    /// Writes a line of the task.
    let log: @Sendable (StreamRecord.Level, String) -> Void

    /// How long one goes on asking a controller that does not answer for a run to be made. One that was made is waited for
    /// as long as it takes.
    static let patience = 600.0
    /// How long one waits before one asks again, in seconds: twice as long each time, from the first to the longest.
    private static let pauses = (first: 0.5, longest: 15.0)

    /// Has the child made, and waits for its end where that is wished.
    ///
    /// - Parameter attempt: which try this is of the task, in which attempt of the run.
    /// - Throws: ``ChildRunFailure`` where the child did not complete; `CancellationError`.
    func run(attempt: String) async throws -> ChildRun {
        var request = request
        request.place.attempt = attempt
        let made = try await made(request)
        guard request.isAwaited else {
            log(.info, "Run \(made.name) (\(made.id)) goes by itself: it is \(made.state.name)")
            return ChildRun(made)
        }
        let ended: FlowRun
        do {
            ended = try await end(of: made)
        } catch {
            if Task.isCancelled { await cancel(made) }
            throw error
        }
        let child = ChildRun(ended)
        guard ended.state.type == .completed || isAccepted(child) else { throw ChildRunFailure(run: child) }
        return child
    }

    /// Whether it is a command that exited by itself, and means well.
    private func isAccepted(_ child: ChildRun) -> Bool {
        guard child.state.type == .failed, child.state.name == StateType.failed.defaultName, let code = child.exitCode
        else { return false }
        return accepting.contains(code)
    }

    private func made(_ request: ChildRunRequest) async throws -> FlowRun {
        let run = try await persisting("have a run made", giveUpAfter: Self.patience) {
            try await making.desk.make(request)
        }
        switch run.state.type {
        case .completed:
            log(.info, "Run \(run.name) (\(run.id)) has completed before, and is not done again")
        case .scheduled where run.attempt > 0:
            log(.info, "Run \(run.name) (\(run.id)) is tried again: \(run.state.message)")
        default:
            log(.info, "Waiting for run \(run.name) (\(run.id)), which is \(run.state.name)")
        }
        return run
    }

    private func end(of child: FlowRun) async throws -> FlowRun {
        var run = child
        while !run.state.type.isTerminal {
            run = try await persisting("ask how run \(child.name) is", giveUpAfter: nil) {
                try await making.desk.look(at: child.id)
            }
            // A desk that holds back no answer is not to be asked without a pause.
            if !run.state.type.isTerminal { try await context.services.clock.sleep(for: .milliseconds(50)) }
        }
        return run
    }

    /// Asks until there is an answer.
    private func persisting(
        _ what: String, giveUpAfter limit: Double?, _ ask: () async throws -> FlowRun
    ) async throws -> FlowRun {
        var (pause, waited) = (Self.pauses.first, 0.0)
        while true {
            do {
                return try await ask()
            } catch let away as ControllerAway {
                try Task.checkCancellation()
                if waited == 0 { log(.warning, "Cannot \(what), and goes on trying: \(away)") }
                if let limit, waited >= limit { throw away }
                try await context.services.clock.sleep(for: .seconds(pause))
                waited += pause
                pause = min(pause * 2, Self.pauses.longest)
            }
        }
    }

    /// Ends a child whose task is cancelled or out of time.
    private func cancel(_ child: FlowRun) async {
        guard !making.isEnding() else { return }
        let failure = await Task { try await making.desk.cancel(child.id) }.result
        switch failure {
        case .success: log(.warning, "Run \(child.name) is asked to end, as its task is")
        case .failure(let error): log(.warning, "Run \(child.name) could not be asked to end: \(error)")
        }
    }

    /// What a place is known by: where it is, and what is to be run there.
    static func key(of place: TaskPlace, flow: String, _ request: ChildRunRequest) throws -> String {
        var what = request
        what.place = ChildPlace(key: "", attempt: "")
        let json: JSONValue = .array([.string(flow), place.json, try JSONValue(encoding: what)])
        var bytes: [UInt8] = []
        json.write(to: &bytes)
        return SHA256.hash(data: bytes).hexadecimal
    }
}

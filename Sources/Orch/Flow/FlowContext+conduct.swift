extension FlowContext {
    /// How a flow ended.
    struct FlowEnd<Output: Sendable>: Sendable {
        var state: RunState
        var result: Result<Output, any Error>
    }

    /// Runs a flow to its end: what it submitted, its hooks and the removal of its scratch directory included.
    ///
    /// - Parameters:
    ///   - flow: the flow whose context this is.
    ///   - keep: takes what the flow returned, and the context it ran with. Where it throws, the flow has failed.
    ///   - cancellation: what a cancelled run gives as its reason; nil: what was thrown.
    func conduct<F: Flow>(
        _ flow: F, keep: (F.Output, FlowContext) async throws -> Void = { _, _ in },
        cancellation: () -> String? = { nil }
    ) async -> FlowEnd<F.Output> {
        await directory.during {
            let started = services.now()
            let result = await result(of: flow, keep: keep)
            let state: RunState
            var failure: (any Error)?
            switch result {
            case .success:
                state = services.state(.completed, "completed in \((services.now() - started).inSeconds)")
            case .failure(let error):
                failure = error
                state = self.state(after: error, cancellation)
            }
            let hooks = flow.hooks
            if !hooks.isEmpty {
                let logger = logger
                let event = StateEvent(
                    context: self, name: flowName, id: runID, attempt: attempt, state: state, error: failure)
                await hooks.run(event) { logger.warning($0) }
            }
            return FlowEnd(state: state, result: result)
        } onLeftover: {
            logger.warning($0)
        }
    }

    private func state(after error: any Error, _ cancellation: () -> String?) -> RunState {
        if let waits = services.waits, waits.isLeaving {
            return services.state(.scheduled, name: RunState.awaitingRescheduleName, waits.message)
        }
        let message = ReportedText.message(of: error)
        if Task.isCancelled { return services.state(.cancelled, cancellation() ?? message) }
        if let skipped = error as? TaskSkipped {
            return services.state(.completed, name: RunState.skippedName, "skipped: \(skipped.reason)")
        }
        return services.state(.failed, message)
    }

    private func result<F: Flow>(
        of flow: F, keep: (F.Output, FlowContext) async throws -> Void
    ) async -> Result<F.Output, any Error> {
        await withTaskCancellationHandler {
            do {
                var context = self
                context.results = try flow.resultStore(self) ?? results
                let output = try await flow.run(context)
                try await submitted.settle()
                try await keep(output, context)
                return .success(output)
            } catch {
                submitted.cancelAll()
                await submitted.waitForAll()
                return .failure(error)
            }
        } onCancel: {
            submitted.cancelAll()
        }
    }
}

import OrchClient

/// The controller, asked with the run's own key.
struct ControllerChildRuns: ChildRunDesk {
    let client: OrchClient
    /// The run of the container.
    let run: Identifier

    /// For how long one answer is waited for, in seconds.
    private static let wait = 30

    func make(_ request: ChildRunRequest) async throws -> FlowRun {
        try await asking { () throws(OrchClientError) in try await client.makeChild(request, of: run) }
    }

    func look(at child: Identifier) async throws -> FlowRun {
        try await asking { () throws(OrchClientError) in
            try await client.child(child, of: run, waitSeconds: Self.wait)
        }
    }

    func cancel(_ child: Identifier) async throws { try await client.cancelChild(child, of: run) }

    private func asking<Answer>(_ call: () async throws(OrchClientError) -> Answer) async throws -> Answer {
        do throws(OrchClientError) {
            return try await call()
        } catch {
            if error.isCancellation { throw CancellationError() }
            if case .fault(status: 409, _) = error {
                // A run that is to end makes no more: its end comes in a moment, and is not this refusal's.
                try await Task.sleep(for: .seconds(10))
            }
            if error.isTransient { throw ControllerAway(reason: "\(error)") }
            throw error
        }
    }
}

/// The controller did not answer, or could not: the same question may be asked again.
struct ControllerAway: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}

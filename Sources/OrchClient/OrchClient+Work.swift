import CurlTransport
package import OrchModel

/// What agents call.
extension OrchClient {
    /// Asks for work and waits for it up to `poll.waitSeconds`: `POST /api/work/poll`.
    ///
    /// Runs in the answer are claimed. An answer that was lost on the way is in ``held(agent:)``.
    package func poll(_ poll: WorkPoll) async throws(OrchClientError) -> WorkReply {
        try await send(Call(.post, "work", "poll").waiting(poll.waitSeconds), poll)
    }

    /// The live attempts an agent holds, for adoption after a restart: `GET /api/work/held`.
    package func held(agent: String) async throws(OrchClientError) -> [ClaimedRun] {
        try await get(Call(.get, "work", "held").asking([("agent", agent)]))
    }

    /// Renews the leases of observed attempts: `POST /api/work/renew`.
    package func renew(_ renewal: LeaseRenewal) async throws(OrchClientError) -> LeaseReply {
        try await send(Call(.post, "work", "renew"), renewal)
    }

    /// Says that an agent's process ends: `POST /api/work/leave`.
    ///
    /// - Parameter seconds: how long the whole call may take.
    package func leave(_ farewell: AgentFarewell, within seconds: Double) async throws(OrchClientError) {
        try await send(Call(.post, "work", "leave").answered(within: seconds), farewell)
    }

    /// Reports what was seen of an attempt: `POST /api/attempts/{run}/{attempt}/report`. Safe to repeat.
    ///
    /// - Throws: fault 409 `stale` where the attempt is no longer the reporter's; 409 `conflict` where the run cannot
    ///   enter the reported state.
    package func report(
        run: Identifier, attempt: Int, _ report: AttemptReport
    ) async throws(OrchClientError) {
        try await send(Call(.post, "attempts", "\(run)", "\(attempt)", "report"), report)
    }

    /// Reports what was seen of an attempt in a body of another form than JSON: `POST /api/attempts/{run}/{attempt}/report`.
    ///
    /// - Throws: as ``report(run:attempt:_:)``; fault 415 or 400 where the server does not know the form.
    package func report(
        run: Identifier, attempt: Int, body: [UInt8], type: String
    ) async throws(OrchClientError) {
        let call = Call(.post, "attempts", "\(run)", "\(attempt)", "report").sending(type)
        _ = try await bytes(call, body: .bytes(body))
    }

    /// Answers a question that came with the work: `POST /api/agent-tasks/{id}/answer`.
    ///
    /// - Throws: fault 404 `not_found` where nobody waits for it any more.
    package func answer(task id: Identifier, _ answer: AgentTaskAnswer) async throws(OrchClientError) {
        try await send(Call(.post, "agent-tasks", "\(id)", "answer"), answer)
    }
}

import LogSegments
package import OrchClient
package import OrchModel

/// The controller behind an orch server's API.
package struct RemoteController: ControllerAPI {
    private let client: OrchClient

    /// A controller called through `client`, whose token must be an agent's.
    package init(_ client: OrchClient) {
        self.client = client
    }

    /// `GET /api/version`.
    package func identity() async throws(ControllerFault) -> Identifier {
        do throws(OrchClientError) { return try await client.version().instance } catch { throw ControllerFault(error) }
    }

    /// `POST /api/work/poll`.
    package func poll(_ poll: WorkPoll) async throws(ControllerFault) -> WorkReply {
        do throws(OrchClientError) { return try await client.poll(poll) } catch { throw ControllerFault(error) }
    }

    /// `GET /api/work/held`.
    package func held(by agent: String) async throws(ControllerFault) -> [ClaimedRun] {
        do throws(OrchClientError) { return try await client.held(agent: agent) } catch { throw ControllerFault(error) }
    }

    /// `POST /api/work/renew`.
    package func renew(_ renewal: LeaseRenewal) async throws(ControllerFault) -> LeaseReply {
        do throws(OrchClientError) { return try await client.renew(renewal) } catch { throw ControllerFault(error) }
    }

    /// `POST /api/work/leave`. Nobody waits long for a controller that is away.
    package func leave(_ farewell: AgentFarewell) async throws(ControllerFault) {
        do throws(OrchClientError) {
            try await client.leave(farewell, within: 2)
        } catch {
            throw ControllerFault(error)
        }
    }

    /// `POST /api/attempts/{run}/{attempt}/report`.
    package func send(_ report: AttemptReport, run: Identifier, attempt: Int) async throws(ControllerFault) {
        do throws(OrchClientError) {
            if let body = Self.packed(report) {
                do throws(OrchClientError) {
                    return try await client.report(
                        run: run, attempt: attempt, body: body, type: ReportPackage.contentType)
                } catch .fault(let status, _) where [400, 415, 422].contains(status) {
                    // An older controller reads JSON alone; another one says again what it does not take.
                }
            }
            try await client.report(run: run, attempt: attempt, report)
        } catch {
            throw ControllerFault(error)
        }
    }

    /// The report's packed form; nil where it has neither lines nor task runs, or they cannot be packed.
    private static func packed(_ report: AttemptReport) -> [UInt8]? {
        report.records.isEmpty && report.taskRuns.isEmpty ? nil : try? ReportPackage.pack(report)
    }

    /// `POST /api/agent-tasks/{id}/answer`.
    package func send(_ answer: AgentTaskAnswer, to task: Identifier) async throws(ControllerFault) {
        do throws(OrchClientError) {
            try await client.answer(task: task, answer)
        } catch {
            throw ControllerFault(error)
        }
    }
}

extension ControllerFault {
    /// The fault that a client's error is for an agent.
    init(_ error: OrchClientError) {
        if error.isCancellation {
            self = .cancelled
            return
        }
        switch error {
        case .badAnswer(_, status: 413, _), .fault(status: 413, _): self = .tooLarge
        case .badAnswer(let url, let status, _):
            // The reason quotes the answer, which may hold a run's secrets.
            self = .unreachable("\(url) answered \(status), but not as an orch server of this version does")
        case .unreachable, .unsendable: self = .unreachable("\(error)")
        case .fault(let status, let fault):
            switch (status, fault.code) {
            case (409, "stale"): self = .stale
            case (409, "name_held"): self = .nameHeld(fault.message)
            case (404, "unknown_queue"): self = .unknownQueue(fault.message)
            case (409, _): self = .conflict(fault.message)
            case (404, _): self = .unknown(fault.message)
            case (500..., _), (429, _): self = .unreachable(fault.message)
            default: self = .refused(status: status, fault.message)
            }
        }
    }
}

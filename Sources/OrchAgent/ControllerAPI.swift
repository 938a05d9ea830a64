package import OrchModel

/// What an agent asks of its controller. Any number of calls may run at once; each may be repeated.
package protocol ControllerAPI: Sendable {
    /// The controller's identity, which containers carry as a label.
    func identity() async throws(ControllerFault) -> Identifier
    /// Asks for work and waits for it.
    func poll(_ poll: WorkPoll) async throws(ControllerFault) -> WorkReply
    /// The live attempts of an agent.
    func held(by agent: String) async throws(ControllerFault) -> [ClaimedRun]
    /// Renews leases.
    func renew(_ renewal: LeaseRenewal) async throws(ControllerFault) -> LeaseReply
    /// Says that an agent's process ends; waits no longer than a few seconds for the answer.
    func leave(_ farewell: AgentFarewell) async throws(ControllerFault)
    /// Reports what was seen of an attempt.
    func send(_ report: AttemptReport, run: Identifier, attempt: Int) async throws(ControllerFault)
    /// Answers a question.
    func send(_ answer: AgentTaskAnswer, to task: Identifier) async throws(ControllerFault)
}

/// Why a controller did not do what it was asked. No case carries what was sent or what came back.
package enum ControllerFault: Error, Sendable, Hashable {
    /// Nobody answered, or the controller failed: ask again.
    case unreachable(String)
    /// The attempt is no longer the reporter's.
    case stale
    /// The run cannot enter the reported state.
    case conflict(String)
    /// The report is larger than the controller takes.
    case tooLarge
    /// The controller does not know what the call is about.
    case unknown(String)
    /// The controller refused, with its reason.
    case refused(status: Int, String)
    /// The agent's name is another agent's.
    case nameHeld(String)
    /// The agent serves a queue that does not exist.
    case unknownQueue(String)
    /// The surrounding task was cancelled.
    case cancelled
}

extension ControllerFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason), .conflict(let reason), .unknown(let reason), .nameHeld(let reason),
            .unknownQueue(let reason):
            reason
        case .refused(let status, let reason): "the controller refused with \(status): \(reason)"
        case .stale: "the attempt is no longer this agent's"
        case .tooLarge: "the report is larger than the controller takes"
        case .cancelled: "the call was cancelled"
        }
    }
}

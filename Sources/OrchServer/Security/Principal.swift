import OrchModel

/// Who sends a request.
enum Principal: Hashable, Sendable {
    /// Whoever holds the admin's token.
    case admin
    /// An agent.
    case agent
    /// The container of one attempt of a run.
    case run(Identifier, attempt: Int)

    /// Anybody, on a route that is open.
    case nobody

    /// The word for logs.
    var kind: String {
        switch self {
        case .nobody: "nobody"
        case .admin: "admin"
        case .agent: "agent"
        case .run: "run"
        }
    }

    /// The word for states: who caused them.
    var actor: String {
        switch self {
        case .nobody: "nobody"
        case .admin: "user admin"
        case .agent: "agent"
        case .run(let id, _): "run \(id)"
        }
    }
}

/// Who may use a route. The admin may use all of them.
enum Access: Hashable, Sendable {
    /// Anybody, with no token.
    case open
    /// Whoever has a token.
    case anyToken
    /// Agents.
    case agents
    /// The run that the route's `id` names.
    case ownRun
    /// Runs.
    case runs
    /// Nobody else.
    case adminOnly

    /// Whether a principal may use a route whose `id` parameter is `id`.
    func permits(_ principal: Principal, id: String?) -> Bool {
        switch (self, principal) {
        case (_, .admin), (.open, _), (.anyToken, _), (.agents, .agent), (.runs, .run): true
        case (.ownRun, .run(let run, _)): id.flatMap { Identifier($0) } == run
        case (.agents, _), (.ownRun, _), (.runs, _), (.adminOnly, _): false
        }
    }
}

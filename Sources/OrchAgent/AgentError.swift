import OrchInfrastructure

/// Why an agent cannot start, or go on.
package enum AgentError: Error, Sendable {
    /// A setting holds what no agent can work with.
    case invalidSetting(_ name: String, value: String, expected: String)
    /// The data directory cannot be used.
    case dataDirectory(path: String, any Error)
    /// Another agent's process uses the data directory.
    case inUse(path: String)
    /// The agent's name is another agent's; the text says whose, and what to do.
    case nameHeld(String)
    /// The agent serves a queue that does not exist; the text says which, and what to do.
    case unknownQueue(String)
    /// The controller does not take the agent's token.
    case unauthorized(String)
}

extension AgentError {
    /// Whether the controller does not take the agent for who it says it is.
    var isOfStranger: Bool {
        switch self {
        case .nameHeld, .unauthorized: true
        case .invalidSetting, .dataDirectory, .inUse, .unknownQueue: false
        }
    }
}

extension AgentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidSetting(let name, let value, let expected):
            "the agent's \(name): expected \(expected), got \"\(value)\""
        case .dataDirectory(let path, let error):
            "the agent's data directory \(path) cannot be used: \(FileFailure.reason(error, at: path))"
        case .inUse(let path):
            "another agent uses the data directory \(path): stop it, or give this one a directory and a name of its own "
                + "(--agent-data, --name)"
        case .nameHeld(let reason), .unknownQueue(let reason): reason
        case .unauthorized(let reason):
            "the controller does not take this agent's token, which has to be the agents' or the admin's: \(reason)"
        }
    }
}

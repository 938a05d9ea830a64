/// Why an agent cannot start.
package enum AgentError: Error, Sendable {
    /// A setting holds what no agent can work with.
    case invalidSetting(_ name: String, value: String, expected: String)
    /// The data directory cannot be used.
    case dataDirectory(path: String, any Error)
}

extension AgentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidSetting(let name, let value, let expected):
            "the agent's \(name): expected \(expected), got \"\(value)\""
        case .dataDirectory(let path, let error):
            "the agent's data directory \(path) cannot be used: \(error)"
        }
    }
}

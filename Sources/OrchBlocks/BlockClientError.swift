/// Why a block yields no client.
@nonexhaustive
public enum BlockClientError: Error, Sendable {
    /// Neither the block nor its credentials name a project.
    case missingProject(block: String)
}

extension BlockClientError: CustomStringConvertible {
    /// What is missing, and where to put it.
    public var description: String {
        switch self {
        case .missingProject(let block):
            "the \(block) block names no project: set its field project, or that of its gcp-credentials block"
        }
    }
}

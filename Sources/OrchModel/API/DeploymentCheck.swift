/// Body of `POST /api/deployments/check`: deployments whose images, or programs, are to be looked at where their runs will start.
public struct DeploymentCheckRequest: Codable, Hashable, Sendable {
    /// What an agent has said just now.
    public struct Known: Codable, Hashable, Sendable {
        public var question: AgentTaskRequest
        public var answer: AgentTaskAnswer

        /// A question with its answer.
        public init(_ question: AgentTaskRequest, _ answer: AgentTaskAnswer) {
            (self.question, self.answer) = (question, answer)
        }
    }

    public var deployments: [DeploymentRequest]
    /// Questions that no agent is asked again; nil = none.
    public var known: [Known]?

    /// Deployments to be looked at.
    public init(_ deployments: [DeploymentRequest], known: [Known]? = nil) {
        (self.deployments, self.known) = (deployments, known)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case deployments, known
    }
}

extension DeploymentCheckRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
    public static var closedMembers: [String: any ClosedObject.Type] { ["deployments": DeploymentRequest.self] }
}

/// What was found of a deployment's image or program where its runs will start: `POST /api/deployments/check` answers one for each.
public struct DeploymentCheck: Codable, Hashable, Sendable {
    /// What keeps its runs from starting.
    public var problems: [String]
    /// What should be known, or could not be found out.
    public var warnings: [String]

    /// Findings. Defaults to none.
    public init(problems: [String] = [], warnings: [String] = []) {
        self.problems = problems
        self.warnings = warnings
    }
}

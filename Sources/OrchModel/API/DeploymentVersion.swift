/// One version of a deployment's content.
public struct DeploymentVersion: Codable, Hashable, Sendable {
    /// Counts changes of content, from 1.
    public var version: Int
    /// The content; secrets in parameters are hidden.
    public var content: DeploymentRequest
    /// When it was saved.
    public var createdAt: Timestamp
    /// The version that this one restored; nil = it was new.
    public var restored: Int?

    public init(version: Int, content: DeploymentRequest, createdAt: Timestamp, restored: Int? = nil) {
        self.version = version
        self.content = content
        self.createdAt = createdAt
        self.restored = restored
    }
}

/// Body of `POST /api/deployments/{id}/rollback`.
public struct DeploymentRollback: Codable, Hashable, Sendable {
    /// The version whose content comes back as a new version; nil = the one before the current.
    public var version: Int?

    public init(version: Int? = nil) {
        self.version = version
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case version
    }
}

/// Body of `POST /api/deployments/{id}/pause`.
public struct DeploymentPause: Codable, Hashable, Sendable {
    /// Whether its schedules make no runs.
    public var isPaused: Bool
    /// Whether slots that passed while it was paused are skipped, whatever its schedules' policies say; nil = no.
    public var skipsMissed: Bool?

    public init(isPaused: Bool, skipsMissed: Bool? = nil) {
        self.isPaused = isPaused
        self.skipsMissed = skipsMissed
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case isPaused, skipsMissed
    }
}

/// Answer of `DELETE /api/deployments/{id}`.
public struct DeploymentDeletion: Codable, Hashable, Sendable {
    /// What was deleted, or would be.
    public var deployment: Deployment
    /// How many of its runs have not ended; with force they were cancelled, or would be.
    public var openRuns: Int
    /// False where it was only asked what would be.
    public var isDeleted: Bool

    public init(deployment: Deployment, openRuns: Int, isDeleted: Bool) {
        self.deployment = deployment
        self.openRuns = openRuns
        self.isDeleted = isDeleted
    }
}

extension DeploymentRollback: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

extension DeploymentPause: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

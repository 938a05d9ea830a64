import OrchModel

/// A row of `deployment`: its content is the request that made it.
enum DeploymentRow {
    static let columns =
        "id, version, created_at, updated_at, content, sealed_parameters, is_paused, paused_at, resumed_at"

    static func read(_ reader: inout RowReader) throws -> StoredDeployment {
        let id = try reader.identifier()
        let version: Int = try reader.next()
        let (createdAt, updatedAt) = (try reader.time(), try reader.time())
        let request: DeploymentRequest = try reader.json()
        var deployment = Deployment(
            id: id, version: version, request: request, createdAt: createdAt, updatedAt: updatedAt)
        let sealed: [UInt8]? = try reader.optional()
        deployment.isPaused = try reader.next() == 1
        let (pausedAt, resumedAt) = (try reader.optionalTime(), try reader.optionalTime())
        return StoredDeployment(
            deployment: deployment, sealedParameters: sealed,
            lastPause: pausedAt.map { PastPause(start: $0, end: resumedAt) })
    }

    static func insert(_ deployment: Deployment, _ draft: DeploymentDraft, _ db: any SQLSession) throws {
        try db.run(
            """
            INSERT INTO deployment (id, flow_name, name, version, work_queue, content, sealed_parameters, fingerprint,
                created_at, updated_at, is_paused, paused_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                "\(deployment.id)", deployment.flowName, deployment.name, deployment.version, deployment.workQueue,
                try JSONText.encode(draft.request), draft.sealedParameters, draft.fingerprint,
                deployment.createdAt.microseconds, deployment.updatedAt.microseconds,
                deployment.isPaused == true ? 1 : 0,
                deployment.isPaused == true ? deployment.createdAt.microseconds : nil,
            ])
        try keep(deployment, draft, restored: nil, db)
    }

    static func update(
        _ deployment: Deployment, _ draft: DeploymentDraft, restored: Int? = nil, _ db: any SQLSession
    ) throws {
        try setPause(of: deployment.id, deployment.isPaused == true, at: deployment.updatedAt, db)
        try db.run(
            """
            UPDATE deployment SET version = ?, work_queue = ?, content = ?, sealed_parameters = ?, fingerprint = ?,
                updated_at = ?
            WHERE id = ?
            """,
            [
                deployment.version, deployment.workQueue, try JSONText.encode(draft.request),
                draft.sealedParameters, draft.fingerprint, deployment.updatedAt.microseconds,
                "\(deployment.id)",
            ])
        try keep(deployment, draft, restored: restored, db)
    }

    /// Pauses a deployment, or lets it go on; nothing where it is so.
    static func setPause(of id: Identifier, _ isPaused: Bool, at: Timestamp, _ db: any SQLSession) throws {
        try db.run(
            isPaused
                ? "UPDATE deployment SET is_paused = 1, paused_at = ?, resumed_at = NULL WHERE id = ? AND is_paused = 0"
                : "UPDATE deployment SET is_paused = 0, resumed_at = ? WHERE id = ? AND is_paused = 1",
            [at.microseconds, "\(id)"])
    }

    private static func keep(
        _ deployment: Deployment, _ draft: DeploymentDraft, restored: Int?, _ db: any SQLSession
    ) throws {
        try db.run(
            """
            INSERT INTO deployment_version
                (deployment_id, version, content, sealed_parameters, fingerprint, restored, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                "\(deployment.id)", deployment.version, try JSONText.encode(draft.request), draft.sealedParameters,
                draft.fingerprint, restored, deployment.updatedAt.microseconds,
            ])
    }
}

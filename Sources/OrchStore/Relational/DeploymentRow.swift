import OrchModel

/// A row of `deployment`: its content is the request that made it.
enum DeploymentRow {
    static let columns = "id, version, created_at, updated_at, content, sealed_parameters, is_paused"

    static func read(_ reader: inout RowReader) throws -> StoredDeployment {
        let id = try reader.identifier()
        let version: Int = try reader.next()
        let (createdAt, updatedAt) = (try reader.time(), try reader.time())
        let request: DeploymentRequest = try reader.json()
        var deployment = Deployment(
            id: id, version: version, request: request, createdAt: createdAt, updatedAt: updatedAt)
        let sealed: [UInt8]? = try reader.optional()
        deployment.isPaused = try reader.next() == 1
        return StoredDeployment(deployment: deployment, sealedParameters: sealed)
    }

    static func insert(_ deployment: Deployment, _ draft: DeploymentDraft, _ db: any SQLSession) throws {
        try db.run(
            """
            INSERT INTO deployment (id, flow_name, name, version, work_queue, content, sealed_parameters, fingerprint,
                created_at, updated_at, is_paused)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                "\(deployment.id)", deployment.flowName, deployment.name, deployment.version, deployment.workQueue,
                try JSONText.encode(draft.request), draft.sealedParameters, draft.fingerprint,
                deployment.createdAt.microseconds, deployment.updatedAt.microseconds,
                deployment.isPaused == true ? 1 : 0,
            ])
        try keep(deployment, draft, restored: nil, db)
    }

    static func update(
        _ deployment: Deployment, _ draft: DeploymentDraft, restored: Int? = nil, _ db: any SQLSession
    ) throws {
        try db.run(
            """
            UPDATE deployment SET version = ?, work_queue = ?, content = ?, sealed_parameters = ?, fingerprint = ?,
                updated_at = ?, is_paused = ?
            WHERE id = ?
            """,
            [
                deployment.version, deployment.workQueue, try JSONText.encode(draft.request),
                draft.sealedParameters, draft.fingerprint, deployment.updatedAt.microseconds,
                deployment.isPaused == true ? 1 : 0, "\(deployment.id)",
            ])
        try keep(deployment, draft, restored: restored, db)
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

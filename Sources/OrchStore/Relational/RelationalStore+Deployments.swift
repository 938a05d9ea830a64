package import OrchModel

extension RelationalStore {
    package func saveDeployment(_ draft: DeploymentDraft, at: Timestamp) async throws -> DeploymentReply {
        try await write { db in
            try db.lock("deployment")
            let request = draft.request
            let known = try db.row(
                "SELECT \(DeploymentRow.columns), fingerprint FROM deployment WHERE flow_name = ? AND name = ?",
                [request.flowName, request.name])
            guard let known else {
                let deployment = Deployment(id: .new(), version: 1, request: request, createdAt: at, updatedAt: at)
                try DeploymentRow.insert(deployment, draft, db)
                try Self.saveRunLimit(of: deployment, at: at, db)
                return DeploymentReply(deployment: deployment, outcome: .created)
            }
            var reader = RowReader(known, table: "deployment")
            let old = try DeploymentRow.read(&reader).deployment
            let fingerprint: String = try reader.next()
            guard fingerprint != draft.fingerprint else {
                return DeploymentReply(deployment: old, outcome: .unchanged)
            }
            let deployment = Deployment(
                id: old.id, version: old.version + 1, request: request, createdAt: old.createdAt, updatedAt: at)
            try DeploymentRow.update(deployment, draft, db)
            try Self.saveRunLimit(of: deployment, at: at, db)
            return DeploymentReply(deployment: deployment, outcome: .updated)
        }
    }

    package func deployments() async throws -> [Deployment] {
        try await read { db in
            try db.rows("SELECT \(DeploymentRow.columns) FROM deployment ORDER BY flow_name, name").map {
                var reader = RowReader($0, table: "deployment")
                return try DeploymentRow.read(&reader).deployment
            }
        }
    }

    package func deployments(named name: String, flow: String?) async throws -> [StoredDeployment] {
        try await read { db in
            try db.rows(
                """
                SELECT \(DeploymentRow.columns) FROM deployment
                WHERE name = ?1 AND flow_name = coalesce(?2, flow_name) ORDER BY flow_name
                """,
                [name, flow]
            ).map {
                var reader = RowReader($0, table: "deployment")
                return try DeploymentRow.read(&reader)
            }
        }
    }
}

/// A row of `deployment`: its content is the request that made it.
private enum DeploymentRow {
    static let columns = "id, version, created_at, updated_at, content, sealed_parameters"

    static func read(_ reader: inout RowReader) throws -> StoredDeployment {
        let id = try reader.identifier()
        let version: Int = try reader.next()
        let (createdAt, updatedAt) = (try reader.time(), try reader.time())
        let request: DeploymentRequest = try reader.json()
        let deployment = Deployment(
            id: id, version: version, request: request, createdAt: createdAt, updatedAt: updatedAt)
        return StoredDeployment(deployment: deployment, sealedParameters: try reader.optional())
    }

    static func insert(_ deployment: Deployment, _ draft: DeploymentDraft, _ db: any SQLSession) throws {
        try db.run(
            """
            INSERT INTO deployment (id, flow_name, name, version, work_queue, content, sealed_parameters, fingerprint,
                created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                "\(deployment.id)", deployment.flowName, deployment.name, deployment.version, deployment.workQueue,
                try JSONText.encode(draft.request), draft.sealedParameters, draft.fingerprint,
                deployment.createdAt.microseconds, deployment.updatedAt.microseconds,
            ])
    }

    static func update(_ deployment: Deployment, _ draft: DeploymentDraft, _ db: any SQLSession) throws {
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
    }
}

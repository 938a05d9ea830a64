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
                var deployment = Deployment(id: .new(), version: 1, request: request, createdAt: at, updatedAt: at)
                deployment.isPaused = request.isPaused ?? false
                try DeploymentRow.insert(deployment, draft, db)
                try Self.saveRunLimit(of: deployment, at: at, db)
                try Self.replaceSchedules(of: deployment, with: request.schedules, before: nil, at: at, db)
                return DeploymentReply(deployment: deployment, outcome: .created)
            }
            var reader = RowReader(known, table: "deployment")
            let old = try DeploymentRow.read(&reader).deployment
            let fingerprint: String = try reader.next()
            guard fingerprint != draft.fingerprint else {
                return DeploymentReply(deployment: old, outcome: .unchanged)
            }
            let deployment = try Self.replace(old, draft, restored: nil, at: at, db)
            return DeploymentReply(deployment: deployment, outcome: .updated)
        }
    }

    /// Gives a deployment other content as a new version. A pause changes only where the content says otherwise than it did.
    static func replace(
        _ old: Deployment, _ draft: DeploymentDraft, restored: Int?, at: Timestamp, _ db: any SQLSession
    ) throws -> Deployment {
        var deployment = Deployment(
            id: old.id, version: old.version + 1, request: draft.request, createdAt: old.createdAt, updatedAt: at)
        let said: DeploymentRequest? = try db.row("SELECT content FROM deployment WHERE id = ?", ["\(old.id)"]).map {
            var reader = RowReader($0, table: "deployment")
            return try reader.json()
        }
        let isSaid = draft.request.isPaused != nil && draft.request.isPaused != said?.isPaused && restored == nil
        deployment.isPaused = isSaid ? draft.request.isPaused : old.isPaused
        try DeploymentRow.update(deployment, draft, restored: restored, db)
        try saveRunLimit(of: deployment, at: at, db)
        try replaceSchedules(of: deployment, with: draft.request.schedules, before: said?.schedules, at: at, db)
        return deployment
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

    package func deployment(_ id: Identifier) async throws -> StoredDeployment? {
        try await read { db in try Self.deployment(id, db) }
    }

    static func deployment(_ id: Identifier, _ db: any SQLSession) throws -> StoredDeployment? {
        try db.row("SELECT \(DeploymentRow.columns) FROM deployment WHERE id = ?", ["\(id)"]).map {
            var reader = RowReader($0, table: "deployment")
            return try DeploymentRow.read(&reader)
        }
    }
}

package import OrchModel

extension RelationalStore {
    package func saveDeployment(_ draft: DeploymentDraft, at: Timestamp) async throws -> DeploymentReply {
        try await write { db in try Self.save(draft, at: at, db) }
    }

    package func previewDeployment(_ draft: DeploymentDraft, at: Timestamp) async throws -> DeploymentPreview {
        do {
            return try await write { db in
                try db.lock("deployment")
                let request = draft.request
                var saved = try db.row(
                    "SELECT \(DeploymentRow.columns) FROM deployment WHERE flow_name = ? AND name = ?",
                    [request.flowName, request.name]
                ).map {
                    var reader = RowReader($0, table: "deployment")
                    return try DeploymentRow.read(&reader).deployment
                }
                if let id = saved?.id { saved?.schedules = try Self.standingSchedules(of: id, db) }
                let reply = try Self.save(draft, at: at, db)
                var next = reply.deployment
                next.schedules = try Self.standingSchedules(of: next.id, db)
                throw Undone(preview: DeploymentPreview(outcome: reply.outcome, saved: saved, next: next))
            }
        } catch let undone as Undone {
            return undone.preview
        }
    }

    /// Ends a transaction in which something was only tried.
    private struct Undone: Error {
        var preview: DeploymentPreview
    }

    private static func standingSchedules(of id: Identifier, _ db: any SQLSession) throws -> [ScheduleSpec] {
        try ScheduleRow.all(where: "deployment_id = ?", ["\(id)"], db).map { schedule in
            var spec = schedule.spec
            spec.isActive = schedule.isActive ? nil : false
            return spec
        }.sorted { $0.slug < $1.slug }
    }

    private static func save(_ draft: DeploymentDraft, at: Timestamp, _ db: any SQLSession) throws -> DeploymentReply {
        try db.lock("deployment")
        let request = draft.request
        let known = try db.row(
            "SELECT \(DeploymentRow.columns), fingerprint FROM deployment WHERE flow_name = ? AND name = ?",
            [request.flowName, request.name])
        guard let known else {
            var deployment = Deployment(id: .new(), version: 1, request: request, createdAt: at, updatedAt: at)
            deployment.isPaused = request.isPaused ?? false
            try DeploymentRow.insert(deployment, draft, db)
            try saveRunLimit(of: deployment, at: at, db)
            try replaceSchedules(of: deployment, with: request.schedules, before: nil, at: at, db)
            return DeploymentReply(deployment: deployment, outcome: .created)
        }
        var reader = RowReader(known, table: "deployment")
        let old = try DeploymentRow.read(&reader).deployment
        let fingerprint: String = try reader.next()
        guard fingerprint == draft.fingerprint else {
            return DeploymentReply(deployment: try replace(old, draft, restored: nil, at: at, db), outcome: .updated)
        }
        // A pause is no part of a version, so one that was changed since is set as the content says.
        guard let isPaused = request.isPaused, isPaused != old.isPaused else {
            return DeploymentReply(deployment: old, outcome: .unchanged)
        }
        try setPause(of: old.id, isPaused, at: at, db)
        var deployment = old
        deployment.isPaused = isPaused
        return DeploymentReply(deployment: deployment, outcome: .updated)
    }

    /// Gives a deployment other content as a new version. A pause is left alone where the content does not say it, and where it
    /// is an older one.
    static func replace(
        _ old: Deployment, _ draft: DeploymentDraft, restored: Int?, at: Timestamp, _ db: any SQLSession
    ) throws -> Deployment {
        var deployment = Deployment(
            id: old.id, version: old.version + 1, request: draft.request, createdAt: old.createdAt, updatedAt: at)
        let said: DeploymentRequest? = try db.row("SELECT content FROM deployment WHERE id = ?", ["\(old.id)"]).map {
            var reader = RowReader($0, table: "deployment")
            return try reader.json()
        }
        deployment.isPaused = (restored == nil ? draft.request.isPaused : nil) ?? old.isPaused
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

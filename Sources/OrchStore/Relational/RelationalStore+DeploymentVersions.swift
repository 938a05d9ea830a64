package import OrchModel

extension RelationalStore {
    package func versions(ofDeployment id: Identifier) async throws -> [DeploymentVersion] {
        try await read { db in
            try db.rows(
                """
                SELECT version, content, created_at, restored FROM deployment_version
                WHERE deployment_id = ? ORDER BY version DESC
                """, ["\(id)"]
            ).map {
                var reader = RowReader($0, table: "deployment_version")
                return DeploymentVersion(
                    version: try reader.next(), content: try reader.json(), createdAt: try reader.time(),
                    restored: try reader.optional())
            }
        }
    }

    package func rollBackDeployment(
        _ id: Identifier, to version: Int?, at: Timestamp
    ) async throws -> RollbackOutcome {
        try await write { db in
            try db.lock("deployment")
            guard let old = try Self.deployment(id, db)?.deployment else { return .missing }
            let versions = try db.rows(
                "SELECT version, content, sealed_parameters, fingerprint FROM deployment_version "
                    + "WHERE deployment_id = ? ORDER BY version DESC", ["\(id)"]
            ).map { row in
                var reader = RowReader(row, table: "deployment_version")
                let number: Int = try reader.next()
                let draft = DeploymentDraft(
                    request: try reader.json(), sealedParameters: try reader.optional(), fingerprint: try reader.next())
                return (number: number, draft: draft)
            }
            let wanted = version ?? versions.first { $0.number < old.version }?.number
            guard let chosen = versions.first(where: { $0.number == wanted }) else {
                return .noVersion(versions.map(\.number))
            }
            let current = versions.first { $0.number == old.version }
            guard current?.draft.fingerprint != chosen.draft.fingerprint else {
                return .done(DeploymentReply(deployment: old, outcome: .unchanged))
            }
            let deployment = try Self.replace(old, chosen.draft, restored: chosen.number, at: at, db)
            return .done(DeploymentReply(deployment: deployment, outcome: .updated))
        }
    }

    package func pauseDeployment(_ id: Identifier, _ pause: DeploymentPause, at: Timestamp) async throws -> Deployment?
    {
        try await write { db in
            try db.lock("deployment")
            if !pause.isPaused, pause.skipsMissed == true, try Self.deployment(id, db)?.deployment.isPaused == true {
                try Self.skipMissed(ofDeployment: id, at: at, db)
            }
            try Self.setPause(of: id, pause.isPaused, at: at, db)
            return try Self.deployment(id, db)?.deployment
        }
    }

    static func setPause(of id: Identifier, _ isPaused: Bool, at: Timestamp, _ db: any SQLSession) throws {
        try DeploymentRow.setPause(of: id, isPaused, at: at, db)
        try lookAtSchedules(of: id, at: at, db)
    }

    package func openRuns(ofDeployment id: Identifier) async throws -> [Identifier] {
        try await read { db in
            try db.rows(
                """
                SELECT flow_run.id FROM flow_run JOIN deployment ON deployment.name = flow_run.deployment_name
                WHERE deployment.id = ?1 AND flow_run.deployment_id = ?1 AND flow_run.root_number IS NULL
                    AND flow_run.state_type IN ('SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING')
                ORDER BY flow_run.number
                """, ["\(id)"]
            ).map {
                var reader = RowReader($0, table: "flow_run")
                return try reader.identifier()
            }
        }
    }

    package func deleteDeployment(_ id: Identifier) async throws -> Bool {
        try await write { db in
            try db.lock("deployment")
            try Self.deleteSchedules(of: id, db)
            _ = try Self.deleteRunLimit(.deployment("\(id)"), db)
            return try db.run("DELETE FROM deployment WHERE id = ?", ["\(id)"]) > 0
        }
    }
}

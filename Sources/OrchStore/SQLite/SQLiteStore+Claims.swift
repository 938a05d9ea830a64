import GRDB
package import OrchModel

extension SQLiteStore {
    package func claim(_ request: ClaimRequest) async throws -> [Claim] {
        try await write { db in
            try Self.note(request.agent, at: request.at, db)
            guard request.limit > 0, !request.agent.queues.isEmpty else { return [] }
            let state = RunState(
                .pending, message: "claimed by agent \(request.agent.name) on \(request.agent.host)", at: request.at,
                actor: "agent \(request.agent.name)")
            let rows = try db.rows(
                """
                UPDATE flow_run SET state_type = ?1, state_name = ?2, state_message = ?3, state_at = ?4,
                    state_actor = ?5, attempt = attempt + 1, agent = ?6, lease_expires_at = ?7
                WHERE number IN (
                    SELECT number FROM flow_run
                    WHERE state_type = 'SCHEDULED' AND root_number IS NULL
                        AND work_queue IN (SELECT value FROM json_each(?8)) AND scheduled_for <= ?4
                    ORDER BY scheduled_for, number LIMIT ?9
                )
                RETURNING \(Self.claimColumns)
                """,
                [
                    state.type.rawValue, state.name, state.message, state.at.microseconds, state.actor,
                    request.agent.name, request.leaseUntil.microseconds, try JSONText.encode(request.agent.queues),
                    request.limit,
                ])
            let claims = try Self.claims(rows)
            for (number, claim) in claims {
                try RunRow.addState(claim.run.state, of: number, attempt: claim.run.attempt, db)
            }
            return claims.map(\.claim)
        }
    }

    package func held(by agent: String) async throws -> [Claim] {
        try await read { db in
            let rows = try db.rows(
                """
                SELECT \(Self.claimColumns) FROM flow_run
                WHERE agent = ? AND \(SQLiteSchema.isLive) AND root_number IS NULL ORDER BY number
                """,
                [agent])
            return try Self.claims(rows).map(\.claim)
        }
    }

    package func cancellations(for agent: String) async throws -> [WorkReply.Cancellation] {
        try await read { try Self.cancellations(for: agent, $0) }
    }

    private static let claimColumns = "launch, sealed_parameters, \(RunRow.columns)"

    /// Claims in the order in which they are due.
    private static func claims(_ rows: [Row]) throws -> [(number: Int64, claim: Claim)] {
        try rows.map { row in
            var reader = RowReader(row, table: "flow_run")
            let launch: RunLaunch = try reader.json()
            let sealed = reader.bytes()
            let runRow = try RunRow(&reader)
            return (runRow.number, Claim(run: runRow.run, launch: launch, sealedParameters: sealed))
        }
        .sorted { ($0.claim.run.scheduledFor, $0.number) < ($1.claim.run.scheduledFor, $1.number) }
    }

    private static func cancellations(for agent: String, _ db: Database) throws -> [WorkReply.Cancellation] {
        try db.rows(
            """
            SELECT id, attempt, cancel_by, cancel_at FROM flow_run
            WHERE agent = ? AND \(SQLiteSchema.isLive) AND root_number IS NULL AND cancel_at IS NOT NULL
            ORDER BY number
            """,
            [agent]
        ).map { row in
            var reader = RowReader(row, table: "flow_run")
            return WorkReply.Cancellation(
                runID: try reader.identifier(), attempt: reader.next(),
                request: CancellationRequest(by: reader.next(), at: reader.time()))
        }
    }
}

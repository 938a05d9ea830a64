import Hummingbird
import OrchModel
import OrchStore

/// What is kept, and what a pass of retention would remove.
struct RetentionRoutes: Sendable {
    let store: any Store
    let keeper: RetentionKeeper

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "retention", .adminOnly) { try APIJSON.response(try await status(at: $0.now())) },
            Endpoint(.post, "retention", .adminOnly) { call in
                let due = try await status(at: call.now())
                keeper.ask()
                return try APIJSON.response(due, status: .accepted)
            },
        ]
    }

    private func status(at now: Timestamp) async throws -> RetentionStatus {
        try await store.retentionStatus(keeper.policy, at: now)
    }
}

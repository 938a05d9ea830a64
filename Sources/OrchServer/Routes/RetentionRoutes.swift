import Hummingbird
import OrchModel
import OrchStore

/// What is kept, and what a pass of retention would remove.
struct RetentionRoutes: Sendable {
    let store: any Store
    let keeper: RetentionKeeper

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "retention", .adminOnly) { _ in try APIJSON.response(try await status()) },
            Endpoint(.post, "retention", .adminOnly) { _ in
                let due = try await status()
                keeper.ask()
                return try APIJSON.response(due, status: .accepted)
            },
        ]
    }

    private func status() async throws -> RetentionStatus {
        try await store.retentionStatus(keeper.policy, at: .now())
    }
}

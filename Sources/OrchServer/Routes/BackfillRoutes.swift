import Hummingbird
import OrchModel
import OrchStore

/// Backfills: make, list, read, pause, resume, cancel, try again.
struct BackfillRoutes: Sendable {
    let desk: BackfillDesk

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "backfills", .adminOnly, bodyLimit: 1 << 20) { call in
                let reply = try await desk.make(
                    try await call.closedBody(), by: call.principal.actor, at: call.now())
                return try APIJSON.response(reply, status: reply.isNew == true ? .created : .ok)
            },
            Endpoint(.get, "backfills", .adminOnly, query: ["limit"]) { call in
                let limit = Int(try call.number("limit", in: 1...1000, default: 50))
                return try APIJSON.response(try await desk.store.backfills(limit: limit))
            },
            Endpoint(.get, "backfills/:id", .adminOnly) { call in
                try APIJSON.response(try await desk.reply(try await desk.find(try await id(call))))
            },
            Endpoint(.post, "backfills/:id/pause", .adminOnly) { try await change($0, .pause) },
            Endpoint(.post, "backfills/:id/resume", .adminOnly) { try await change($0, .resume) },
            Endpoint(.put, "backfills/:id/limit", .adminOnly) { call in
                let limit: BackfillLimit = try await call.closedBody()
                guard (1...1000).contains(limit.limit) else {
                    throw APIFailure.invalid("at .limit: expected 1 to 1000 runs at once, got \(limit.limit)")
                }
                return try await change(call, .limit(limit.limit))
            },
            Endpoint(.post, "backfills/:id/cancel", .adminOnly) { call in
                try APIJSON.response(
                    try await desk.cancel(try await id(call), by: call.principal.actor, at: call.now()))
            },
            Endpoint(.post, "backfills/:id/retry", .adminOnly) { call in
                try APIJSON.response(
                    try await desk.retry(try await id(call), by: call.principal.actor, at: call.now()))
            },
        ]
    }

    private func change(_ call: APICall, _ change: BackfillChange) async throws -> Response {
        try APIJSON.response(try await desk.change(try await id(call), change, at: call.now()))
    }

    /// A backfill by its identifier, or the unique beginning or end of one of the last thousand.
    private func id(_ call: APICall) async throws -> Identifier {
        let text = try call.parameter("id")
        if let id = Identifier(text) { return id }
        let digits = text.lowercased().filter { $0 != "-" }
        let all = try await desk.store.backfills(limit: 1000)
        let found = all.map(\.id).filter { id in
            let own = "\(id)".filter { $0 != "-" }
            return digits.utf8.count >= 6 && (own.hasPrefix(digits) || own.hasSuffix(digits))
        }
        guard found.count < 2 else {
            throw APIFailure.conflict(
                "\(PlainText.quoted(text)) means several backfills", details: found.map(\.description))
        }
        guard let id = found.first else {
            throw APIFailure.notFound("there is no backfill \"\(text.prefix(100))\": `orch backfill ls` lists them")
        }
        return id
    }
}

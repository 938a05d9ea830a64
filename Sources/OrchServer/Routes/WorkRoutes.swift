import Hummingbird
import LogSegments
import OrchModel
import OrchStore

/// What agents call: poll, held, renew, report, leave.
struct WorkRoutes: Sendable {
    let desk: WorkDesk

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "work/poll", .agents, handler: poll),
            Endpoint(.get, "work/held", .agents, query: ["agent"]) { call in
                guard let agent = call.query("agent") else {
                    throw APIFailure.badRequest("the query's agent: expected an agent's name")
                }
                return try APIJSON.response(try await desk.held(by: agent))
            },
            Endpoint(.post, "work/renew", .agents) { call in
                try APIJSON.response(try await desk.renew(try await call.body()))
            },
            Endpoint(.post, "work/leave", .agents) { call in
                try await desk.leave(try await call.body())
                return APIJSON.noContent
            },
            Endpoint(.post, "attempts/:run/:attempt/report", .agents, bodyLimit: 32 << 20) { call in
                guard let attempt = Int(try call.parameter("attempt")) else {
                    throw APIFailure.badRequest("the path's attempt: expected a whole number")
                }
                let key = AttemptKey(runID: try call.identifier("run"), attempt: attempt)
                try await desk.report(try await Self.report(of: call), on: key)
                return APIJSON.noContent
            },
        ]
    }

    /// The report in a body: packed, or all of it in JSON, as older agents send it.
    private static func report(of call: APICall) async throws -> AttemptReport {
        guard let type = call.request.headers[.contentType], type.hasPrefix(ReportPackage.contentType) else {
            return try await call.body()
        }
        let buffer = try await call.request.body.collect(upTo: call.bodyLimit)
        do {
            return try ReportPackage.unpack(Array(buffer.readableBytesView))
        } catch LogSegmentError.newerVersion(let version) {
            throw APIFailure(
                .unsupportedMediaType, "invalid",
                "the report has version \(version), this server reads \(ReportPackage.version): send it in JSON, or update "
                    + "the server")
        } catch let error as LogSegmentError {
            throw APIFailure.badRequest("the body is no packed report: \(error)")
        } catch let error as DecodingError {
            throw APIJSON.failure(of: error, as: AttemptReport.self)
        }
    }

    /// Waits with an eye on the connection: an agent that has gone away is given nothing.
    private func poll(_ call: APICall) async throws -> Response {
        let waiter = Waiter()
        return try await call.answer(watching: waiter) { body in
            let poll: WorkPoll = try await APICall.decode(body, upTo: call.bodyLimit)
            for name in [poll.agent.name, poll.agent.host] + poll.agent.queues where !PlainText.isPlain(name) {
                throw APIFailure.badRequest(
                    "the names of an agent, its host and its queues: expected \(PlainText.expected)")
            }
            guard !poll.agent.name.isEmpty, poll.waitSeconds.isFinite else {
                throw APIFailure.badRequest("a poll names its agent and waits a finite number of seconds")
            }
            return try await desk.poll(poll, waiter: waiter)
        }
    }
}

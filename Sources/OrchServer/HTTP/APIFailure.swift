import Hummingbird
import OrchModel

/// A refusal with its status: what a route throws.
struct APIFailure: Error, Sendable {
    var status: HTTPResponse.Status
    var fault: APIFault

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, details: [String] = []) {
        self.status = status
        fault = APIFault(code: code, message: message, details: details)
    }

    static func badRequest(_ message: String) -> APIFailure {
        APIFailure(.badRequest, "invalid", message)
    }

    static func invalid(_ message: String, details: [String] = []) -> APIFailure {
        APIFailure(.unprocessableContent, "invalid", message, details: details)
    }

    static func notFound(_ message: String, details: [String] = []) -> APIFailure {
        APIFailure(.notFound, "not_found", message, details: details)
    }

    static func conflict(_ message: String, details: [String] = []) -> APIFailure {
        APIFailure(.conflict, "conflict", message, details: details)
    }

    /// A work queue that does not exist, with the nearest names.
    static func unknownQueue(_ name: String, known: [String]) -> APIFailure {
        APIFailure(
            .notFound, "unknown_queue", WorkQueueRules.unknown(name, known: known),
            details: NearestName.nearest(to: name, in: known))
    }

    static let unauthorized = APIFailure(
        .unauthorized, "unauthorized",
        "a valid token is needed: send `Authorization: Bearer TOKEN`. The server made admin.token and agent.token in "
            + "its data directory; a run's own key ends with the run")

    static let forbidden = APIFailure(
        .forbidden, "forbidden", "this token may not do that: agents and runs may use few routes, the admin's token all"
    )
}

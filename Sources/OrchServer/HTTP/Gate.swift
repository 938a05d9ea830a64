import Hummingbird
import Logging
import OrchModel
import OrchStore

/// What every request passes: who sends it, may they, and if it fails, why. Denies what no rule permits.
struct Gate: RouterMiddleware {
    typealias Context = APIContext

    private let endpoints: [Endpoint]
    private let access: [String: Access]
    private let authenticator: Authenticator

    init(endpoints: [Endpoint], authenticator: Authenticator) {
        self.endpoints = endpoints
        access = Dictionary(endpoints.map { (Self.key($0.method, $0.route), $0.access) }) { first, _ in first }
        self.authenticator = authenticator
    }

    func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let start = ContinuousClock.now
        let response: Response
        do {
            context.principal = try await admit(request, context)
            response = try await next(request, context)
        } catch {
            response = try refusal(of: error, request, context)
        }
        context.logger.debug(
            "answered",
            metadata: [
                "method": "\(request.method)", "route": "\(context.endpointPath ?? "none")",
                "status": "\(response.status.code)", "who": "\(context.principal?.kind ?? "nobody")",
                "took": "\(ContinuousClock.now - start)",
            ])
        return response
    }

    /// Who sends the request; throws where they may not.
    private func admit(_ request: Request, _ context: APIContext) async throws -> Principal? {
        // The route as the router parsed it: no spelling of a path can look like another one here.
        let rule = access[Self.key(request.method, context.endpointPath ?? "")]
        if rule == .open { return nil }
        // Nothing has such a name, and a database would end it there and find another one.
        guard !request.uri.string.contains("%00") else { throw APIFailure.badRequest("the address holds a NUL (%00)") }
        guard let principal = try await authenticator.principal(authorization: request.headers[.authorization]) else {
            throw APIFailure.unauthorized
        }
        guard let rule else { throw unknownRoute(request) }
        guard rule.permits(principal, id: context.parameters.get("id")) else { throw APIFailure.forbidden }
        return principal
    }

    private static func key(_ method: HTTPRequest.Method, _ path: String) -> String { "\(method) \(path)" }

    private func unknownRoute(_ request: Request) -> APIFailure {
        let methods = endpoints.filter { $0.matches(path: request.uri.path) }.map { "\($0.method)" }
        guard !methods.isEmpty else {
            return .notFound("there is no \(request.method) \(PlainText.cut(request.uri.path))")
        }
        return APIFailure(
            .methodNotAllowed, "invalid",
            "\(request.uri.path) takes \(methods.joined(separator: ", ")), not \(request.method)")
    }

    private func refusal(of error: any Error, _ request: Request, _ context: APIContext) throws -> Response {
        let watched = error as? WatchedFailure
        let failure = Self.failure(of: watched?.reason ?? error, context)
        var response = try APIJSON.response(failure.fault, status: failure.status)
        if watched != nil { response.headers[.connection] = "close" }
        if failure.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        if failure.status == .methodNotAllowed {
            let methods = endpoints.filter { $0.matches(path: request.uri.path) }.map { "\($0.method)" }
            response.headers[.allow] = methods.joined(separator: ", ")
        }
        return response
    }

    private static func failure(of error: any Error, _ context: APIContext) -> APIFailure {
        switch error {
        case let failure as APIFailure:
            return failure
        case let error as StoreError:
            return failure(of: error, context)
        case let error as OrchServerError:
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            return APIFailure(.internalServerError, "internal", "\(error)")
        case let error as any HTTPResponseError where error.status == .contentTooLarge:
            return APIFailure(.contentTooLarge, "invalid", "the body is larger than this route takes")
        case let error as any HTTPResponseError where error.status.kind == .clientError:
            return APIFailure(error.status, "invalid", error.status.reasonPhrase)
        default:
            return unexpected(error, context)
        }
    }

    private static func failure(of error: StoreError, _ context: APIContext) -> APIFailure {
        switch error {
        case .foreignRun, .missingBlock, .unreadableLines: .invalid("\(error)")
        case .missingRun: .notFound("\(error)")
        case .variableTaken, .blockInUse, .parentEnded, .nestedTooDeep, .intervalsTaken: .conflict("\(error)")
        case .nameHeld: APIFailure(.conflict, "name_held", "\(error)")
        case .unknownQueue(let name, let known):
            .unknownQueue(name, known: known)
        case .queueExists, .queueInUse: .conflict("\(error)")
        case .unknownAgent(let name, let known):
            .notFound("\(error)", details: NearestName.nearest(to: name, in: known))
        case .full, .locked, .unavailable: unavailable(error, context)
        case .newerSchema, .unusable, .damaged, .missing, .foreign, .folder, .noFile, .noBackup, .exists, .corrupt:
            unexpected(error, context)
        }
    }

    /// Nothing was changed, and the same request may succeed later.
    private static func unavailable(_ error: StoreError, _ context: APIContext) -> APIFailure {
        context.logger.error("the store is not available", metadata: ["error": "\(error)"])
        return APIFailure(.serviceUnavailable, "unavailable", "\(error)")
    }

    /// The sender learns where to look, the log what happened.
    private static func unexpected(_ error: any Error, _ context: APIContext) -> APIFailure {
        context.logger.error(
            "request failed", metadata: ["route": "\(context.endpointPath ?? "none")", "error": "\(error)"])
        // `context.id` ends the process where the logger keeps no metadata.
        let id = context.logger[metadataKey: "hb.request.id"].map { " under hb.request.id=\($0)" } ?? ""
        return APIFailure(.internalServerError, "internal", "the server failed; its log says why\(id)")
    }
}

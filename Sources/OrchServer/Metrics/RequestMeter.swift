import Hummingbird

/// Counts requests and how long their answers take, by route.
///
/// Labels are the router's own patterns and HTTP's own methods: no request can add one.
struct RequestMeter: RouterMiddleware {
    typealias Context = APIContext

    let metrics: ControllerMetrics

    func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var status = 500
        defer {
            metrics.answered(
                Self.label(request.method), route: context.endpointPath ?? "none", status: status,
                took: ContinuousClock.now - start)
        }
        let response = try await next(request, context)
        status = response.status.code
        return response
    }

    private static func label(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .patch, .options]
        return known.contains(method) ? method.rawValue : "other"
    }
}

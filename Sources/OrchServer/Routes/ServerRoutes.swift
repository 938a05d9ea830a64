import Hummingbird
import OrchModel

/// The server itself.
struct ServerRoutes: Sendable {
    let instance: Identifier
    let readiness: Readiness

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "health", .open) { _ in try APIJSON.response(["status": "ok"]) },
            Endpoint(.get, "ready", .open) { [readiness] _ in
                if let fault = await readiness.fault() {
                    throw APIFailure(.serviceUnavailable, "unavailable", fault.rawValue)
                }
                return try APIJSON.response(["status": "ready"])
            },
            Endpoint(.get, "version", .anyToken) { [instance] _ in
                try APIJSON.response(
                    ServerVersion(
                        version: OrchVersion.current, protocolVersion: ImageDescription.protocolVersion,
                        instance: instance))
            },
        ]
    }
}

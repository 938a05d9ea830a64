import Hummingbird
import OrchModel

/// The server itself.
struct ServerRoutes: Sendable {
    let instance: Identifier

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "health", .open) { _ in try APIJSON.response(["status": "ok"]) },
            Endpoint(.get, "version", .anyToken) { [instance] _ in
                try APIJSON.response(
                    ServerVersion(
                        version: OrchVersion.current, protocolVersion: ImageDescription.protocolVersion,
                        instance: instance))
            },
        ]
    }
}

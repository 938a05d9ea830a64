import CurlTransport
import Logging
import ServiceLifecycle
import Testing

@testable import OrchServer

/// Controllers on real sockets.
struct ServedControllers: Sendable {
    let controllers: [Controller]
    /// Their addresses, in the same order.
    let urls: [String]
    let group: ServiceGroup
    let http: HTTPClient

    /// Serves while `body` runs; then all is shut down, and whatever a controller failed with is thrown.
    static func with(
        _ controllers: [Controller], _ body: @Sendable (ServedControllers) async throws -> Void
    ) async throws {
        let group = ServiceGroup(
            services: controllers, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let http = HTTPClient()
            defer { http.shutdown() }
            do {
                var urls: [String] = []
                for controller in controllers { urls.append(try #require(await controller.listening())) }
                try await body(ServedControllers(controllers: controllers, urls: urls, group: group, http: http))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

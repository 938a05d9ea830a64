import Hummingbird
import Logging
import OrchModel
import OrchStore

/// Metrics, for Prometheus.
struct MetricsRoutes: Sendable {
    let metrics: ControllerMetrics
    let figures: SharedRead<StoreFigures>
    let access: Access

    /// Prometheus gives up after ten seconds where nothing else is set.
    private static let patience = Duration.seconds(5)

    init(
        store: any Store, metrics: ControllerMetrics, isPublic: Bool, now: @escaping @Sendable () -> Timestamp
    ) {
        self.metrics = metrics
        access = isPublic ? .open : .agents
        figures = SharedRead {
            let now = now()
            return try await store.figures(
                polledSince: now - OrchServerConfiguration.pollingWindow, at: now)
        }
    }

    var endpoints: [Endpoint] { [Endpoint(.get, root: "/metrics", access, handler: page)] }

    private func page(_ call: APICall) async throws -> Response {
        var families: [MetricFamily]
        do {
            families = try await figures.value(within: Self.patience).families(at: call.now())
        } catch {
            // What the process knows is worth most while the store fails.
            call.logger.warning("the store's metrics are missing", metadata: ["error": "\(error)"])
            families = [MetricFamily(MetricCatalog.storeUp, 0)]
        }
        families += metrics.families
        return Response(
            status: .ok, headers: [.contentType: PrometheusText.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: PrometheusText.page(families))))
    }
}

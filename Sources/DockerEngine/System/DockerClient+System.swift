import CurlTransport

extension DockerClient {
    /// Maps to `GET /_ping`, which needs no version
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemPing).
    ///
    /// - Throws: `daemonUnreachable`, `permissionDenied`, `api`.
    package func ping() async throws(DockerError) -> EnginePing {
        var call = try DockerCall(.get, "_ping")
        call.idle = .seconds(30)
        let response = try await send(call, prefix: "")
        let body = try await collect(response.body, upTo: 1 << 16, call: call)
        guard response.status == 200 else {
            throw DockerError(
                status: response.status, message: String(decoding: body.prefix(500), as: UTF8.self), call: call)
        }
        return EnginePing(
            apiVersion: response.headers["Api-Version"] ?? "", operatingSystem: response.headers["OSType"] ?? "")
    }

    /// Maps to `GET /version`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemVersion).
    package func version() async throws(DockerError) -> EngineVersion {
        try await value(DockerCall(.get, "version"), as: EngineVersion.self)
    }

    /// Maps to `GET /info`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo).
    package func info() async throws(DockerError) -> EngineInfo {
        try await value(DockerCall(.get, "info"), as: EngineInfo.self)
    }

    /// What happens at the daemon, from now on or from `since`; ends at `until`, else only with the connection.
    ///
    /// Maps to `GET /events`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents).
    /// - Parameter filters: such as `["type": ["container"], "label": ["orch.instance=a"]]`; values of one name are
    ///   alternatives. Defaults to none.
    package func events(
        filters: [String: [String]] = [:], since: EngineTime? = nil, until: EngineTime? = nil
    ) async throws(DockerError) -> EngineEvents {
        var call = try DockerCall(.get, "events")
        call.idle = until == nil ? nil : .seconds(30)
        call.query = [
            ("since", since?.query), ("until", until?.query),
            ("filters", filters.isEmpty ? nil : try DockerJSON.text(filters)),
        ]
        return EngineEvents(values: JSONValues(body: try await open(call).body, call: call, host: host))
    }
}

import CurlTransport

extension DockerClient {
    /// What a container has printed.
    ///
    /// Maps to `GET /containers/{id}/logs`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerLogs).
    /// - Throws: `notFound`; `api` where the container's log driver cannot be read.
    package func containerLogs(
        _ id: String, options: LogOptions = LogOptions()
    ) async throws(DockerError) -> ContainerLogs {
        var call = try DockerCall(.get, "containers", id, "logs", object: .container)
        call.query = [
            ("follow", options.follow ? "1" : nil),
            ("stdout", options.stdout ? "1" : "0"),
            ("stderr", options.stderr ? "1" : "0"),
            ("since", options.since?.query),
            ("until", options.until?.query),
            ("tail", options.tail.map { "\($0)" }),
            ("timestamps", options.timestamps ? "1" : nil),
        ]
        if options.follow { call.idle = nil }
        let response = try await open(call)
        var isRaw = options.tty
        if try await apiVersion() >= .tellsStreamType, let type = response.headers["Content-Type"] {
            isRaw = type.hasPrefix("application/vnd.docker.raw-stream")
        }
        return ContainerLogs(
            body: response.body, call: call, host: host, isRaw: isRaw,
            assembler: LogLineAssembler(hasTimestamps: options.timestamps, limit: options.lineLimit))
    }
}

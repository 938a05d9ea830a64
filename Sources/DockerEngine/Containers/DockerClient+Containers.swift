import CurlTransport

extension DockerClient {
    private struct Created: Decodable {
        let Id: String
        let Warnings: [String]?
    }

    /// Creates a container without starting it; returns its id and the daemon's warnings.
    ///
    /// May take minutes on a busy host: the daemon is given five.
    /// Maps to `POST /containers/create`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate).
    /// - Parameter platform: such as `linux/arm64`; nil takes the image as it is. Defaults to nil.
    /// - Throws: `noSuchImage`, `nameInUse`, `api`.
    package func createContainer(
        _ body: ContainerCreate, name: String? = nil, platform: String? = nil
    ) async throws(DockerError) -> (id: String, warnings: [String]) {
        var call = try DockerCall(.post, "containers", "create")
        call.query = [("name", name), ("platform", platform)]
        call.image = body.image
        call.idle = .seconds(300)
        try call.encode(body)
        let created = try await value(call, as: Created.self)
        return (created.Id, created.Warnings ?? [])
    }

    /// Starts a created or ended container; false where it already runs.
    ///
    /// Maps to `POST /containers/{id}/start`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStart).
    /// - Throws: `notFound`, also for a network that is gone; `api` where the program cannot be run.
    @discardableResult
    package func startContainer(_ id: String) async throws(DockerError) -> Bool {
        var call = try DockerCall(.post, "containers", id, "start", object: .container)
        call.idle = .seconds(300)
        return try await perform(call) != 304
    }

    /// The container as it is now; `id` may be its name.
    ///
    /// Maps to `GET /containers/{id}/json`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerInspect).
    package func inspectContainer(_ id: String) async throws(DockerError) -> ContainerDetails {
        try await value(DockerCall(.get, "containers", id, "json", object: .container), as: ContainerDetails.self)
    }

    /// Containers, newest first.
    ///
    /// Maps to `GET /containers/json`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerList).
    /// - Parameters:
    ///   - all: whether those that do not run are listed as well. Defaults to true.
    ///   - labels: `name` or `name=value`; all must be there. Defaults to none.
    ///   - sizes: whether the daemon counts what each has written, which takes it some time. Defaults to false.
    package func listContainers(
        all: Bool = true, labels: [String] = [], sizes: Bool = false
    ) async throws(DockerError) -> [ContainerListing] {
        var call = try DockerCall(.get, "containers", "json")
        call.query = [
            ("all", all ? "1" : nil), ("size", sizes ? "1" : nil),
            ("filters", labels.isEmpty ? nil : try DockerJSON.text(["label": labels])),
        ]
        return try await value(call, as: [ContainerListing].self)
    }

    /// Registers for the end of a container; returns once the daemon has taken note, so that a start that follows
    /// cannot be missed with `nextExit`.
    ///
    /// Maps to `POST /containers/{id}/wait`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerWait).
    package func openWait(
        _ id: String, condition: WaitCondition = .notRunning
    ) async throws(DockerError) -> ContainerWait {
        var call = try DockerCall(.post, "containers", id, "wait", object: .container)
        call.query = [("condition", condition.rawValue)]
        call.idle = nil
        return ContainerWait(body: try await open(call).body, call: call, client: self)
    }

    /// Sends the stop signal, after `timeout` SIGKILL; returns when the container has ended, false where it did not
    /// run.
    ///
    /// Maps to `POST /containers/{id}/stop`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStop).
    /// - Parameter timeout: in whole seconds, rounded up; nil takes the container's own. Defaults to nil.
    @discardableResult
    package func stopContainer(_ id: String, timeout: Duration? = nil) async throws(DockerError) -> Bool {
        var call = try DockerCall(.post, "containers", id, "stop", object: .container)
        let seconds = timeout.map { Int(($0 / .seconds(1)).rounded(.up)) }
        call.query = [("t", seconds.map { "\(max(0, $0))" })]
        call.idle = (timeout ?? .seconds(300)) + .seconds(120)
        return try await perform(call) != 304
    }

    /// Freezes all processes of a container; a signal is kept until it is thawed.
    ///
    /// Maps to `POST /containers/{id}/pause`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerPause).
    /// - Throws: `conflict` where it does not run, or is frozen already.
    package func pauseContainer(_ id: String) async throws(DockerError) {
        try await perform(try DockerCall(.post, "containers", id, "pause", object: .container))
    }

    /// Thaws a frozen container.
    ///
    /// Maps to `POST /containers/{id}/unpause`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerUnpause).
    /// - Throws: `api` with status 500 where it is not frozen, also where it does not run.
    package func unpauseContainer(_ id: String) async throws(DockerError) {
        try await perform(try DockerCall(.post, "containers", id, "unpause", object: .container))
    }

    /// Sends a signal.
    ///
    /// Maps to `POST /containers/{id}/kill`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerKill).
    /// - Parameter signal: a name or number. Defaults to `SIGKILL`.
    /// - Throws: `conflict` where the container does not run.
    package func killContainer(_ id: String, signal: String = "SIGKILL") async throws(DockerError) {
        var call = try DockerCall(.post, "containers", id, "kill", object: .container)
        call.query = [("signal", signal)]
        try await perform(call)
    }

    /// Removes a container with its logs.
    ///
    /// Maps to `DELETE /containers/{id}`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerDelete).
    /// - Parameters:
    ///   - force: whether a running one is killed first. Defaults to false.
    ///   - volumes: whether its anonymous volumes go as well. Defaults to false.
    /// - Throws: `notFound`; `conflict` where it runs, or is being removed already.
    package func removeContainer(
        _ id: String, force: Bool = false, volumes: Bool = false
    ) async throws(DockerError) {
        var call = try DockerCall(.delete, "containers", id, object: .container)
        call.query = [("force", force ? "1" : nil), ("v", volumes ? "1" : nil)]
        call.idle = .seconds(300)
        try await perform(call)
    }
}

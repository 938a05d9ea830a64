import CurlTransport

extension DockerClient {
    private struct NewNetwork: Encodable {
        let Name: String
        let Driver: String
        let CheckDuplicate = true
        let Internal: Bool
        let Labels: [String: String]
    }

    private struct Created: Decodable { let Id: String }

    private struct Connection: Encodable {
        let Container: String
        let EndpointConfig: EndpointSettings
    }

    /// Networks.
    ///
    /// Maps to `GET /networks`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Network/operation/NetworkList).
    /// - Parameter filters: such as `["name": ["orch"]]`, which matches parts of names. Defaults to none.
    package func listNetworks(filters: [String: [String]] = [:]) async throws(DockerError) -> [NetworkDetails] {
        var call = try DockerCall(.get, "networks")
        call.query = [("filters", filters.isEmpty ? nil : try DockerJSON.text(filters))]
        return try await value(call, as: [NetworkDetails].self)
    }

    /// A network by its name or id.
    ///
    /// Maps to `GET /networks/{id}`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Network/operation/NetworkInspect).
    package func inspectNetwork(_ id: String) async throws(DockerError) -> NetworkDetails {
        try await value(DockerCall(.get, "networks", id, object: .network), as: NetworkDetails.self)
    }

    /// Makes a network; returns its id.
    ///
    /// Maps to `POST /networks/create`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Network/operation/NetworkCreate).
    /// - Parameters:
    ///   - driver: Defaults to `bridge`.
    ///   - isInternal: whether it has no way out. Defaults to false.
    /// - Throws: `conflict` where the name is taken.
    package func createNetwork(
        _ name: String, driver: String = "bridge", isInternal: Bool = false, labels: [String: String] = [:]
    ) async throws(DockerError) -> String {
        var call = try DockerCall(.post, "networks", "create")
        try call.encode(NewNetwork(Name: name, Driver: driver, Internal: isInternal, Labels: labels))
        return try await value(call, as: Created.self).Id
    }

    /// Puts a container into a network, running or not.
    ///
    /// Maps to `POST /networks/{id}/connect`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Network/operation/NetworkConnect).
    /// - Throws: `notFound` for either.
    package func connect(
        container: String, toNetwork network: String, settings: EndpointSettings = EndpointSettings()
    ) async throws(DockerError) {
        var call = try DockerCall(.post, "networks", network, "connect", object: .network)
        try call.encode(Connection(Container: container, EndpointConfig: settings))
        try await perform(call)
    }

    /// Removes a network that nobody is in.
    ///
    /// Maps to `DELETE /networks/{id}`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Network/operation/NetworkDelete).
    /// - Throws: `notFound`; `api` with status 403 where containers are in it.
    package func removeNetwork(_ id: String) async throws(DockerError) {
        try await perform(DockerCall(.delete, "networks", id, object: .network))
    }
}

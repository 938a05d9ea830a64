import CurlTransport

extension DockerClient {
    /// An image by its name or id.
    ///
    /// Maps to `GET /images/{name}/json`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect).
    /// - Throws: `noSuchImage`.
    package func inspectImage(_ name: String) async throws(DockerError) -> ImageDetails {
        var call = try DockerCall(.get, "images", name, "json", object: .image)
        call.image = name
        return try await value(call, as: ImageDetails.self)
    }

    /// Images of the host.
    ///
    /// Maps to `GET /images/json`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageList).
    /// - Parameter filters: such as `["reference": ["taxi:*"]]`. Defaults to none.
    package func listImages(filters: [String: [String]] = [:]) async throws(DockerError) -> [ImageListing] {
        var call = try DockerCall(.get, "images", "json")
        call.query = [("filters", filters.isEmpty ? nil : try DockerJSON.text(filters))]
        return try await value(call, as: [ImageListing].self)
    }

    /// Pulls an image; it is there when the sequence has ended without an error.
    ///
    /// Maps to `POST /images/create`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageCreate).
    /// - Parameters:
    ///   - platform: such as `linux/arm64`; nil takes the daemon's own. Defaults to nil.
    ///   - credentials: for this pull alone. Defaults to nil.
    ///   - idle: how long the daemon may tell nothing. Defaults to 5 min.
    /// - Throws: `pull`, here or from the sequence.
    package func pullImage(
        _ reference: String, platform: String? = nil, credentials: RegistryCredentials? = nil,
        idle: Duration = .seconds(300)
    ) async throws(DockerError) -> ImagePull {
        let image = ImageReference(reference)
        var call = try DockerCall(.post, "images", "create")
        call.query = [("fromImage", image.name), ("tag", image.tag), ("platform", platform)]
        call.headers["X-Registry-Auth"] = try credentials?.header()
        call.idle = idle
        do {
            let body = try await open(call).body
            return ImagePull(values: JSONValues(body: body, call: call, host: host), reference: reference)
        } catch .api(_, _, _, let message), .notFound(_, let message) {
            throw .pull(DockerError.PullFailure(message: message), reference: reference, message: message)
        } catch {
            throw DockerError.PullFailure.stall(error, reference: reference) ?? error
        }
    }

    /// Makes an image of a file system in a tar archive; returns its digest.
    ///
    /// Maps to `POST /images/create` with `fromSrc`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageCreate).
    package func importImage(tar: [UInt8], as reference: String) async throws(DockerError) -> String {
        struct Message: Decodable { let status, error: String? }
        let image = ImageReference(reference)
        var call = try DockerCall(.post, "images", "create")
        call.query = [("fromSrc", "-"), ("repo", image.name), ("tag", image.tag)]
        call.headers["Content-Type"] = "application/x-tar"
        call.body = .bytes(tar)
        call.idle = .seconds(300)
        var values = JSONValues(body: try await open(call).body, call: call, host: host)
        var digest = ""
        while let message = try await values.next(Message.self) {
            if let error = message.error { throw DockerError(status: 500, message: error, call: call) }
            digest = message.status ?? digest
        }
        return digest
    }

    /// Takes a name from an image, and removes the image with its last name.
    ///
    /// Maps to `DELETE /images/{name}`
    /// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageDelete).
    /// - Throws: `noSuchImage`; `conflict` where a container uses it.
    package func removeImage(_ name: String, force: Bool = false) async throws(DockerError) {
        var call = try DockerCall(.delete, "images", name, object: .image)
        call.image = name
        call.query = [("force", force ? "1" : nil)]
        try await perform(call)
    }
}

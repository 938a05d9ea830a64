package import CurlTransport
package import GoogleCloud
package import OrchModel

extension BigQueryWarehouseBlock {
    /// A client of the service that holds the dataset. It sends nothing yet.
    ///
    /// - Parameter http: carries the requests. Defaults to a client of its own.
    /// - Throws: ``BlockClientError/missingProject(block:)``, `GoogleCloudError.invalidCredentials`.
    package func bigQueryClient(http: HTTPClient = HTTPClient()) throws -> BigQueryClient {
        let google = try credentials.credentials()
        var project = project ?? credentials.project
        if project == nil, case .serviceAccount(let key) = google { project = key.projectID }
        guard let project else { throw BlockClientError.missingProject(block: Self.slug) }
        return BigQueryClient(
            project: project, location: location, endpoint: endpoint ?? BigQueryClient.defaultEndpoint,
            credentials: google, http: http)
    }
}

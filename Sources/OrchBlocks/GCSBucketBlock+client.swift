package import CurlTransport
package import GoogleCloud
package import OrchModel

extension GCSBucketBlock {
    /// A client of the service that holds the bucket. It sends nothing yet.
    ///
    /// - Parameter http: carries the requests. Defaults to a client of its own.
    /// - Throws: `GoogleCloudError.invalidCredentials`.
    package func storageClient(http: HTTPClient = HTTPClient()) throws -> CloudStorageClient {
        CloudStorageClient(
            endpoint: endpoint ?? CloudStorageClient.defaultEndpoint, credentials: try credentials.credentials(),
            http: http)
    }
}

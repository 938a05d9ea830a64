package import GoogleCloud
package import OrchModel

extension GCPCredentialsBlock {
    /// Who asks: the service account of the block's key, or nobody where it has none.
    ///
    /// - Throws: `GoogleCloudError.invalidCredentials`, which shows no part of the key.
    package func credentials() throws -> GoogleCredentials {
        guard let serviceAccountInfo else { return .anonymous }
        return try GoogleCredentials(serviceAccountJSON: serviceAccountInfo.reveal())
    }
}

/// Who asks.
package enum GoogleCredentials: Sendable {
    /// No `Authorization` header: emulators and public data.
    case anonymous
    /// A service account; access tokens are fetched with its key.
    case serviceAccount(ServiceAccountKey)

    /// The scope that covers Cloud Storage and BigQuery; the account's roles decide what it may do.
    package static let defaultScopes = ["https://www.googleapis.com/auth/cloud-platform"]

    /// Credentials of a service account, from the **content** of its key file.
    ///
    /// - Throws: `GoogleCloudError.invalidCredentials`.
    package init(serviceAccountJSON text: String) throws(GoogleCloudError) {
        self = .serviceAccount(try ServiceAccountKey(json: text))
    }
}

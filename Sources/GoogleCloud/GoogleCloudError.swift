package import CurlTransport

/// What can go wrong between this program and Google Cloud, or an emulator of it.
///
/// No case carries a token, a key or a signed URL.
package enum GoogleCloudError: Error, Sendable {
    /// The credentials cannot be used; nothing was sent.
    case invalidCredentials(GoogleCredentialsProblem)
    /// Real credentials would have crossed the network in the clear.
    case insecureEndpoint(String)
    /// A name breaks Google's rule for it; nothing was sent.
    case invalidName(kind: String, name: String, rule: String)
    /// A file of this machine could not be read or written; `code` is the errno.
    case localFile(path: String, operation: String, code: Int32)
    /// 404: the resource is not there, or not in the location asked for.
    case notFound(resource: String, message: String)
    /// 409: the resource is there already.
    case alreadyExists(resource: String, message: String)
    /// 403: `permission` is what the call takes, `role` the smallest predefined role that has it, and on what.
    case permissionDenied(resource: String, permission: String, role: String, message: String)
    /// 401, or the token endpoint refused the key.
    case unauthenticated(message: String)
    /// 400: Google's reason (such as `invalid`, `invalidQuery`) and message.
    case invalidRequest(resource: String, reason: String, message: String)
    /// A BigQuery job ended with errors; all of them are here.
    case jobFailed(job: String, errors: [BigQueryJobError])
    /// A BigQuery job was not done in the time given; it still runs.
    case jobUnfinished(job: String, waited: Duration)
    /// Source, destination and job do not lie in one BigQuery location.
    case locationMismatch(resource: String, message: String)
    /// The bytes that arrived are not the bytes that were sent; CRC32C in base64.
    case checksumMismatch(resource: String, expected: String, got: String)
    /// 412: `ifGenerationMatch` did not hold, someone else wrote the object.
    case precondition(resource: String, message: String)
    /// The answer's form is not the one that Google documents.
    case malformedAnswer(resource: String, cause: any Error)
    /// The transfer itself failed.
    case transport(HTTPClientError, resource: String)
    /// Any other status.
    case api(status: Int, reason: String, message: String, resource: String)
}

/// Why credentials cannot be used.
package enum GoogleCredentialsProblem: Error, Sendable {
    /// The text is no JSON object.
    case notJSON
    /// The text is the path of a key file, not the key.
    case path
    /// `type` is not `service_account`.
    case wrongType(String)
    /// A field that every key has is absent or empty.
    case missingField(String)
    /// `private_key` is no PEM of an RSA key of at least 2,048 bits.
    case privateKey(cause: any Error)
    /// `token_uri` is neither https nor on this machine.
    case tokenURI(String)
}

extension GoogleCloudError {
    /// Whether the same request may succeed a little later.
    package var isTransient: Bool {
        switch self {
        case .transport(let error, _):
            error.isTransient
        case .api(let status, let reason, _, _):
            [408, 429, 500, 502, 503, 504].contains(status) || Self.rateLimitReasons.contains(reason)
        case .jobFailed(_, let errors):
            errors.first.map(\.isTransient) ?? false
        default:
            false
        }
    }

    /// Reasons that Google sends with 403 when only the pace is wrong.
    static let rateLimitReasons: Set<String> = ["rateLimitExceeded", "userRateLimitExceeded"]
}

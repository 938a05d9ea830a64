#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension GoogleCloudError: CustomStringConvertible {
    /// One sentence or two: what failed, what was expected, what came instead, what to do.
    package var description: String {
        switch self {
        case .invalidCredentials(let problem):
            "the Google credentials cannot be used: \(problem)"
        case .insecureEndpoint(let endpoint):
            "refused to send a Google access token in the clear to \(endpoint): use https, or no credentials at all "
                + "for an emulator"
        case .invalidName(let kind, let name, let rule):
            "“\(name)” cannot name a \(kind): \(rule)"
        case .localFile(let path, let operation, let code):
            "cannot \(operation) \(path): \(String(cString: strerror(code)))"
        case .notFound(let resource, let message):
            "\(resource) was not found (it does not exist, or lies in another project or location)" + Self.said(message)
        case .alreadyExists(let resource, let message):
            "\(resource) exists already" + Self.said(message)
        case .permissionDenied(let resource, let permission, let role, let message):
            "access to \(resource) is denied: it takes the permission \(permission); grant the service account the "
                + "role \(role)" + Self.said(message)
        case .unauthenticated(let message):
            "Google does not accept the credentials: check that the key is not deleted or disabled and that this "
                + "machine's clock is right" + Self.said(message)
        case .invalidRequest(let resource, let reason, let message):
            "the request for \(resource) was refused as \(reason)" + Self.said(message)
        case .jobFailed(let job, let errors):
            "BigQuery job \(job) failed with \(errors.count == 1 ? "1 error" : "\(errors.count) errors"):"
                + errors.map { "\n  \($0)" }.joined()
        case .jobUnfinished(let job, let waited):
            "BigQuery job \(job) was not done after \(waited.components.seconds) s; it still runs"
        case .locationMismatch(let resource, let message):
            "\(resource): source, destination and job must lie in one location: \(message)"
        case .checksumMismatch(let resource, let expected, let got):
            "the bytes of \(resource) were damaged on the way: expected CRC32C \(expected), got \(got)"
        case .precondition(let resource, let message):
            "\(resource) was changed by someone else, so it was left as it is" + Self.said(message)
        case .malformedAnswer(let resource, let cause):
            "the answer about \(resource) does not have the documented form: \(cause)"
        case .transport(let error, let resource):
            "the request for \(resource) did not get through: \(error)"
        case .api(let status, let reason, let message, let resource):
            "the request for \(resource) was answered \(status)\(reason.isEmpty ? "" : " (\(reason))")"
                + Self.said(message)
        }
    }

    /// The server's own words, appended to ours.
    private static func said(_ message: String) -> String {
        message.isEmpty ? "" : "; the server said: \(message)"
    }
}

extension GoogleCredentialsProblem: CustomStringConvertible {
    /// What was expected and what came instead; never any part of the key.
    package var description: String {
        switch self {
        case .notJSON:
            "expected the content of a service account's key file, a JSON object that starts with “{”, got other text"
        case .path:
            "got the path of a key file where its content is needed: give the JSON text that stands in the file"
        case .wrongType(let type):
            "expected a key of type “service_account”, got “\(type)”: make a JSON key of a service account under "
                + "IAM & Admin, Service Accounts, Keys"
        case .missingField(let name):
            "the service account's key has no “\(name)”: give the whole JSON file as it was downloaded"
        case .privateKey(let cause):
            "“private_key” is not the PEM text of an RSA key of at least 2048 bits (\(cause))"
        case .tokenURI(let uri):
            "“token_uri” must be an https URL, got \(uri)"
        }
    }
}

import FoundationEssentials

extension GoogleCloudError {
    /// The error that an answer outside 2xx stands for.
    ///
    /// Maps the `error` object of
    /// [Google's JSON errors](https://cloud.google.com/storage/docs/json_api/v1/status-codes) and of
    /// [BigQuery](https://cloud.google.com/bigquery/docs/error-messages).
    /// Emulators send empty bodies: status is enough.
    init(status: Int, body: [UInt8], resource: GoogleResource) {
        let error = ErrorAnswer(body: body)
        let message = error.message
        switch status {
        case 400 where message.lowercased().contains("different location"):
            self = .locationMismatch(resource: resource.name, message: Self.locationAdvice(message))
        case 400:
            let reason = error.reason.isEmpty ? "invalid" : error.reason
            self = .invalidRequest(resource: resource.name, reason: reason, message: message)
        case 401:
            self = .unauthenticated(message: message)
        case 403 where ErrorAnswer.denials.contains(error.reason):
            self = .permissionDenied(
                resource: resource.name, permission: resource.permission, role: resource.role, message: message)
        case 404:
            self = .notFound(resource: resource.missing, message: message)
        case 409:
            self = .alreadyExists(resource: resource.name, message: message)
        case 412:
            self = .precondition(resource: resource.name, message: message)
        default:
            self = .api(status: status, reason: error.reason, message: message, resource: resource.name)
        }
    }
}

extension GoogleCloudError {
    /// What to do about BigQuery's "Cannot read and write in different locations", and its own words.
    static func locationAdvice(_ message: String) -> String {
        "load from a bucket that lies where the dataset does; the server said: \(message)"
    }
}

/// The body `{"error": {"message": …, "errors": [{"reason": …}]}}`, or what is there of it.
private struct ErrorAnswer {
    let reason: String
    let message: String

    /// 403 has many reasons; these, or none, mean a missing right.
    static let denials: Set<String> = ["", "forbidden", "accessDenied", "insufficientPermissions", "required"]

    /// Longest piece of an answer that is no JSON to be shown, in characters.
    private static let shownCharacters = 300

    private struct Envelope: Decodable {
        struct Inner: Decodable {
            struct Item: Decodable { let reason: String? }
            let message: String?
            let errors: [Item]?
        }
        let error: Inner
    }

    init(body: [UInt8]) {
        if let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(body)) {
            reason = envelope.error.errors?.first?.reason ?? ""
            message = envelope.error.message ?? ""
        } else {
            reason = ""
            let text = String(decoding: body, as: UTF8.self)
            message = String(
                text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(Self.shownCharacters))
        }
    }
}

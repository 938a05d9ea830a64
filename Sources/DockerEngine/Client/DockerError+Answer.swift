import CurlTransport

extension DockerError {
    /// What a failed exchange means; `hadAnswer` where the head of an answer had come.
    init(_ cause: HTTPClientError, call: DockerCall, host: DockerHost, hadAnswer: Bool) {
        switch cause {
        case .cancelled:
            self = .cancelled
        case .bodyTooLarge(let limit):
            self = .answerTooLarge(path: call.path, limit: limit)
        case .socketRefused(let path, errno: Self.notPermitted), .socketRefused(let path, errno: Self.notAllowed):
            self = .permissionDenied(socket: path)
        case .refused, .socketRefused, .unreachable, .dns, .connectTimeout, .tls, .proxy, .shutDown:
            self =
                hadAnswer
                ? .interrupted(method: call.method.rawValue, path: call.path, cause: cause)
                : .daemonUnreachable(host, cause: cause)
        default:
            self = .interrupted(method: call.method.rawValue, path: call.path, cause: cause)
        }
    }

    /// EACCES and EPERM.
    private static let notPermitted: Int32 = 13
    private static let notAllowed: Int32 = 1

    /// What a status from 400 on means; `message` is the daemon's own.
    init(status: Int, message: String, call: DockerCall) {
        switch status {
        case 404:
            self = Self.missing(message: message, call: call)
        case 409:
            self = Self.nameConflict(in: message) ?? .conflict(message: message)
        default:
            self = .api(status: status, method: call.method.rawValue, path: call.path, message: message)
        }
    }

    private static func missing(message: String, call: DockerCall) -> DockerError {
        let text = message.lowercased()
        if text.contains("no such image") {
            return call.image.map { .noSuchImage(reference: $0) } ?? .notFound(.image, message: message)
        }
        if text.contains("no such container") { return .notFound(.container, message: message) }
        if text.contains("could not find the file") { return .notFound(.file, message: message) }
        if text.contains("network") { return .notFound(.network, message: message) }
        guard let object = call.object else {
            return .api(status: 404, method: call.method.rawValue, path: call.path, message: message)
        }
        return .notFound(object, message: message)
    }

    /// Reads `The container name "/x" is already in use by container "id"`.
    private static func nameConflict(in message: String) -> DockerError? {
        let quoted = message.split(separator: "\"", omittingEmptySubsequences: false)
        guard message.contains("is already in use by container"), quoted.count >= 4 else { return nil }
        let name = quoted[1].hasPrefix("/") ? quoted[1].dropFirst() : quoted[1]
        return .nameInUse(name: String(name), by: String(quoted[3]))
    }
}

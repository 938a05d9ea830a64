package import CurlTransport

/// Why the engine did not do what it was asked.
///
/// No case carries a header, a request body or an environment variable of a container.
package enum DockerError: Error, Sendable {
    /// What was not found.
    package enum Object: String, Sendable {
        case container, image, network, file
    }

    /// What kept an image from being pulled.
    package enum PullFailure: String, Sendable, CaseIterable {
        /// The registry knows no such image or tag.
        case notFound
        /// The registry wants other credentials; some registries say so of missing images as well.
        case unauthorized
        /// The registry could not be reached by the daemon.
        case network
        /// The image does not exist for the wanted platform.
        case platform
        /// The daemon's disk is full.
        case disk
        /// The registry wants fewer pulls.
        case rateLimit
        /// The registry was reached, and then nothing came for too long.
        case stalled
        /// What the registry keeps of the image is damaged or not whole.
        case damaged
        /// Anything else.
        case other
    }

    /// `DOCKER_HOST` or its like cannot be used.
    case invalidHost(String, reason: String)
    /// A name or id that cannot be part of an address.
    case invalidName(String)
    /// Nobody answers.
    case daemonUnreachable(DockerHost, cause: HTTPClientError)
    /// The socket is there, but not for this user.
    case permissionDenied(socket: String)
    /// The exchange broke off: what was asked may have been done.
    case interrupted(method: String, path: String, cause: HTTPClientError)
    /// The daemon speaks no version that is new enough.
    case daemonTooOld(DockerHost, offers: String)
    /// The daemon has given up the versions spoken here.
    case daemonTooNew(DockerHost, message: String)
    /// There is no such object, in the daemon's words.
    case notFound(Object, message: String)
    /// A container was to be made of an image that is not on the host.
    case noSuchImage(reference: String)
    /// Another container has the name; `by` is its id.
    case nameInUse(name: String, by: String)
    /// The object is in a state that does not allow it.
    case conflict(message: String)
    /// An image could not be pulled.
    case pull(PullFailure, reference: String, message: String)
    /// Any other refusal.
    case api(status: Int, method: String, path: String, message: String)
    /// The answer is not what the API promises; `prefix` is its start.
    case decoding(any Error, path: String, prefix: String)
    /// More came than the caller wanted to hold.
    case answerTooLarge(path: String, limit: Int)
    /// A request body could not be written as JSON.
    case encoding(any Error)
    /// What came as logs are no log frames.
    case malformedLogs(reason: String)
    /// An archive is damaged, or of a kind that is not read here.
    case malformedArchive(reason: String)
    /// A path or size that the archive format cannot hold.
    case unarchivable(path: String, reason: String)
    /// The surrounding task was cancelled.
    case cancelled

    /// True where nobody answered or the answer broke off: the same call may succeed later.
    package var isDaemonGone: Bool {
        switch self {
        case .daemonUnreachable, .permissionDenied, .interrupted: true
        default: false
        }
    }
}

extension DockerError: CustomStringConvertible {
    /// What failed, where, and what to do.
    package var description: String {
        switch self {
        case .invalidHost(let address, let reason):
            "the Docker host \"\(address)\" cannot be used: \(reason)"
        case .invalidName(let name):
            "\"\(name)\" is no name or id of a Docker object"
        case .daemonUnreachable(let host, let cause):
            "is the Docker daemon running? tried \(host): \(cause)"
        case .permissionDenied(let socket):
            "no permission to use \(socket): add this user to the group that owns it "
                + "(sudo usermod -aG docker $USER, then log in again), or set DOCKER_HOST"
        case .interrupted(let method, let path, let cause):
            "\(method) \(path) broke off: \(cause)"
        case .daemonTooOld(let host, let offers):
            "the Docker daemon at \(host) speaks API \(offers) at most, but \(APIVersion.oldest) is needed: "
                + "update it to Engine 20.10 or newer"
        case .daemonTooNew(let host, let message):
            "the Docker daemon at \(host) no longer speaks API \(APIVersion.newest) or older: \(message)"
        case .notFound(_, let message), .conflict(let message):
            message
        case .noSuchImage(let reference):
            "no such image: \(reference)"
        case .nameInUse(let name, let id):
            "the container name \"\(name)\" is in use by container \(id.prefix(12))"
        case .pull(let failure, let reference, let message):
            "the image \(reference) could not be pulled: \(failure.explanation): \(message)"
        case .api(let status, let method, let path, let message):
            "the Docker daemon answered \(method) \(path) with status \(status): \(message)"
        case .decoding(let cause, let path, let prefix):
            "the Docker daemon's answer to \(path) was not understood: \(cause) (it begins with: \(prefix))"
        case .answerTooLarge(let path, let limit):
            "the Docker daemon's answer to \(path) is larger than the \(limit) bytes expected at most"
        case .encoding(let cause):
            "the request to the Docker daemon could not be written: \(cause)"
        case .malformedLogs(let reason):
            "the Docker daemon sent malformed logs: \(reason)"
        case .malformedArchive(let reason):
            "the archive was not understood: \(reason)"
        case .unarchivable(let path, let reason):
            "\(path) cannot be put into an archive: \(reason)"
        case .cancelled:
            "the call to the Docker daemon was cancelled"
        }
    }
}

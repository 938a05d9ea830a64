import CurlTransport

extension DockerError.PullFailure {
    /// A few words for messages.
    var explanation: String {
        switch self {
        case .notFound: "the registry has no such image"
        case .unauthorized: "the registry refused the credentials, or the image does not exist"
        case .network: "the daemon could not reach the registry"
        case .platform: "it does not exist for this platform"
        case .disk: "the daemon's disk is full"
        case .rateLimit: "the registry allows no more pulls for now"
        case .stalled: "the registry stopped sending"
        case .damaged: "the registry's copy of it is damaged"
        case .other: "the daemon gave another reason"
        }
    }

    /// The failure that an exchange which broke off stands for; nil where the daemon itself is gone.
    static func stall(_ error: DockerError, reference: String) -> DockerError? {
        guard case .interrupted(_, _, .idleTimeout(_, let seconds)) = error else { return nil }
        return .pull(.stalled, reference: reference, message: "no progress for \(Int(seconds)) s")
    }

    /// Sorts the daemon's words; the wording has no code of its own.
    init(message: String) {
        let message = message.lowercased()
        let match = Self.marks.first { _, marks in marks.contains { message.contains($0) } }
        self = match?.0 ?? .other
    }

    /// In order: a message about the network may well say "not found", too.
    private static let marks: [(Self, [String])] = [
        (.platform, ["no matching manifest for", "does not match the specified platform", "no match for platform"]),
        (.damaged, ["unknown blob", "verification failed", "unexpected commit digest"]),
        (.disk, ["no space left on device", "disk quota exceeded"]),
        (.rateLimit, ["toomanyrequests", "rate limit"]),
        (
            .network,
            [
                "no such host", "dial tcp", "dial unix", "i/o timeout", "connection refused", "connection reset",
                "handshake timeout", "server misbehaving", "x509:", "tls:", "context deadline exceeded",
                "network is unreachable", "unexpected eof", ": eof", "client.timeout", "proxyconnect",
            ]
        ),
        (
            .unauthorized,
            ["unauthorized", "no basic auth credentials", "authentication required", "denied", "forbidden"]
        ),
        (.notFound, ["manifest unknown", "not found", "name unknown", "does not exist", "no such image"]),
    ]
}

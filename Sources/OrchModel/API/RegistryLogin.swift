/// Who pulls images from one registry. Holds a secret: never log it, never keep it.
public struct RegistryLogin: Codable, Hashable, Sendable {
    /// The registry's host, with its port where it has one: `registry.example.org:5000`; `docker.io` for Docker Hub.
    public var registry: String
    /// The user's name.
    public var username: String
    /// The user's password or token.
    public var password: String

    /// A login; of an address such as `https://registry.example.org:5000/v2/` the host and port count.
    public init(registry: String, username: String, password: String) {
        self.registry = Self.host(of: registry)
        self.username = username
        self.password = password
    }

    /// Whether an image comes from this registry. A login is sent to no other.
    public func covers(image: String) -> Bool { Self.registry(of: image) == registry }

    /// The registry that an image's name stands for.
    ///
    /// What comes before the first slash is a host where it has a dot or a port, or is `localhost`.
    ///
    /// Source: <https://pkg.go.dev/github.com/distribution/reference#ParseNormalizedNamed>
    public static func registry(of image: String) -> String {
        let parts = image.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts.first,
            first.contains(".") || first.contains(":") || first == "localhost"
        else { return hub }
        return host(of: String(first))
    }

    private static let hub = "docker.io"
    /// Other names of Docker Hub, old and new.
    private static let hubNames: Set<String> = ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]

    private static func host(of address: String) -> String {
        var rest = address[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let host = rest.prefix { $0 != "/" }.lowercased()
        return hubNames.contains(host) ? hub : host
    }
}

extension DockerRegistryCredentialsBlock {
    /// The login that it stands for.
    public var login: RegistryLogin {
        RegistryLogin(registry: registryURL, username: username, password: password.reveal())
    }
}

extension RegistryLogin: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The user and the registry: `me at registry.example.org`.
    public var description: String { "\(username) at \(registry)" }

    /// The same as `description`.
    public var debugDescription: String { description }

    /// Shows no member, for `dump` would print the password.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

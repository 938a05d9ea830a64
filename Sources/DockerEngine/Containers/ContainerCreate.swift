/// The body of `POST /containers/create`
/// (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate).
///
/// Printing one shows names of environment variables, never their values.
package struct ContainerCreate: Sendable, Hashable, Encodable {
    /// The image's name or id.
    package var image: String
    /// Arguments; nil takes the image's own.
    package var cmd: [String]?
    /// The program; nil takes the image's own.
    package var entrypoint: [String]?
    /// `NAME=value`, each at most 128 KiB.
    package var env: [String]
    /// Labels.
    package var labels: [String: String]
    /// `user` or `uid:gid`; nil takes the image's own.
    package var user: String?
    /// The working folder; nil takes the image's own.
    package var workingDir: String?
    /// Seconds between SIGTERM and SIGKILL where a stop names none; nil takes the daemon's 10.
    package var stopTimeout: Int?
    /// Whether the process has a terminal, which merges standard output and standard error. Defaults to false.
    package var tty: Bool
    /// Whether standard input stays open. Defaults to false.
    package var openStdin: Bool
    /// The settings of the host's side.
    package var hostConfig: HostConfig
    /// Networks to join and the names to have there; nil joins `hostConfig.networkMode` alone.
    package var networkingConfig: NetworkingConfig?

    /// A container of `image` with defaults; see the properties.
    package init(image: String) {
        self.image = image
        self.env = []
        self.labels = [:]
        self.tty = false
        self.openStdin = false
        self.hostConfig = HostConfig()
    }

    private enum CodingKeys: String, CodingKey {
        case image = "Image"
        case cmd = "Cmd"
        case entrypoint = "Entrypoint"
        case env = "Env"
        case labels = "Labels"
        case user = "User"
        case workingDir = "WorkingDir"
        case stopTimeout = "StopTimeout"
        case tty = "Tty"
        case openStdin = "OpenStdin"
        case hostConfig = "HostConfig"
        case networkingConfig = "NetworkingConfig"
    }
}

/// Networks that a new container joins.
package struct NetworkingConfig: Sendable, Hashable, Codable {
    /// Settings by the network's name. Daemons before API 1.44 take one.
    package var endpointsConfig: [String: EndpointSettings]

    /// Networks with their settings.
    package init(endpointsConfig: [String: EndpointSettings]) {
        self.endpointsConfig = endpointsConfig
    }

    private enum CodingKeys: String, CodingKey {
        case endpointsConfig = "EndpointsConfig"
    }
}

/// How a container appears in a network.
package struct EndpointSettings: Sendable, Hashable, Codable {
    /// Further names of the container there; nil for none.
    package var aliases: [String]?
    /// The network's id, as the daemon tells it.
    package private(set) var networkID: String?
    /// The container's address, as the daemon tells it.
    package private(set) var ipAddress: String?

    /// Settings.
    package init(aliases: [String]? = nil) {
        self.aliases = aliases
    }

    private enum CodingKeys: String, CodingKey {
        case aliases = "Aliases"
        case networkID = "NetworkID"
        case ipAddress = "IPAddress"
    }
}

extension ContainerCreate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The image, the arguments and the names of variables.
    package var description: String {
        "container of \(image), arguments \(cmd ?? []), variables \(EnvironmentNames.of(env))"
    }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// What `description` shows.
    package var customMirror: Mirror {
        Mirror(self, children: ["image": image, "env": EnvironmentNames.of(env)], displayStyle: .struct)
    }
}

/// The names in a list of `NAME=value`.
enum EnvironmentNames {
    static func of(_ environment: [String]) -> [String] {
        environment.map { variable in String(variable.prefix { $0 != "=" }) }
    }
}

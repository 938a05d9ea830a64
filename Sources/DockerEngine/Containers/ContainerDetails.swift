/// A container as `GET /containers/{id}/json` shows it.
package struct ContainerDetails: Sendable, Hashable, Decodable {
    /// The id.
    package let id: String
    /// The name with its leading slash, as the API has it; see `plainName`.
    package let name: String
    /// The digest of the image.
    package let image: String
    /// When it was created, RFC 3339.
    package let created: String
    /// What its process does or did.
    package let state: State
    /// What it was made with.
    package let config: Config
    /// The host's side.
    package let hostConfig: HostConfig
    /// Its networks.
    package let networkSettings: NetworkSettings

    /// The name without the slash.
    package var plainName: String { name.hasPrefix("/") ? String(name.dropFirst()) : name }

    /// What a container's process does or did.
    package struct State: Sendable, Hashable, Decodable {
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
        package let status: String
        /// True also while paused.
        package let running: Bool
        /// 128 plus the signal where one ended it; 0 as long as it runs or never ran.
        package let exitCode: Int
        /// True also where only a child process was killed for want of memory.
        package let oomKilled: Bool
        /// Why a start failed; empty otherwise.
        package let error: String
        /// RFC 3339; see `started`.
        package let startedAt: String
        /// RFC 3339; see `finished`.
        package let finishedAt: String
        /// The process's id on the host, 0 where none runs.
        package let pid: Int

        /// When the process started; nil where it never did, whatever the exit code says.
        package var started: EngineTime? { Self.time(startedAt) }

        /// When it ended the last time; nil where it never did.
        package var finished: EngineTime? { Self.time(finishedAt) }

        /// The daemon writes year 1 for never.
        private static func time(_ text: String) -> EngineTime? {
            EngineTime(rfc3339: text).flatMap { $0.seconds < 0 ? nil : $0 }
        }

        private enum CodingKeys: String, CodingKey {
            case status = "Status"
            case running = "Running"
            case exitCode = "ExitCode"
            case oomKilled = "OOMKilled"
            case error = "Error"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
            case pid = "Pid"
        }
    }

    /// What a container was made with. Printing one shows names of environment variables, never their values.
    package struct Config: Sendable, Hashable, Decodable {
        /// The image as it was named at creation.
        package let image: String
        /// Labels, those of the image among them.
        package let labels: [String: String]
        /// `NAME=value`.
        package let env: [String]
        /// Arguments.
        package let cmd: [String]
        /// Whether it has a terminal: its logs are then one raw stream.
        package let tty: Bool

        private enum CodingKeys: String, CodingKey {
            case image = "Image"
            case labels = "Labels"
            case env = "Env"
            case cmd = "Cmd"
            case tty = "Tty"
        }

        /// Reads what the daemon shows, where empty lists may be null.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            image = try container.decode(String.self, forKey: .image)
            labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
            env = try container.decodeIfPresent([String].self, forKey: .env) ?? []
            cmd = try container.decodeIfPresent([String].self, forKey: .cmd) ?? []
            tty = try container.decodeIfPresent(Bool.self, forKey: .tty) ?? false
        }
    }

    /// A container's networks.
    package struct NetworkSettings: Sendable, Hashable, Decodable {
        /// By the network's name.
        package let networks: [String: EndpointSettings]

        private enum CodingKeys: String, CodingKey {
            case networks = "Networks"
        }

        /// Reads what the daemon shows, where no networks may be null.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            networks = try container.decodeIfPresent([String: EndpointSettings].self, forKey: .networks) ?? [:]
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case image = "Image"
        case created = "Created"
        case state = "State"
        case config = "Config"
        case hostConfig = "HostConfig"
        case networkSettings = "NetworkSettings"
    }
}

extension ContainerDetails.Config: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The image, the labels and the names of variables.
    package var description: String {
        "image \(image), labels \(labels), arguments \(cmd), variables \(EnvironmentNames.of(env))"
    }

    /// The same as `description`.
    package var debugDescription: String { description }

    /// What `description` shows.
    package var customMirror: Mirror {
        Mirror(self, children: ["image": image, "env": EnvironmentNames.of(env)], displayStyle: .struct)
    }
}

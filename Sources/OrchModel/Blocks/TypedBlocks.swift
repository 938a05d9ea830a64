/// A block as a flow reads it: decoded from its document, nested blocks inlined.
public protocol Block: Decodable, Sendable {
    /// The type's name: `gcs-bucket`.
    static var slug: String { get }
}

/// A Google service account, or nobody.
public struct GCPCredentialsBlock: Block {
    public static let slug = "gcp-credentials"
    /// The key file's JSON; nil = anonymous.
    public var serviceAccountInfo: Secret?
    /// The project; nil = the key's own.
    public var project: String?

    public init(serviceAccountInfo: Secret? = nil, project: String? = nil) {
        self.serviceAccountInfo = serviceAccountInfo
        self.project = project
    }

    private enum CodingKeys: String, CodingKey {
        case serviceAccountInfo = "service_account_info"
        case project
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        project = try container.decodeIfPresent(String.self, forKey: .project)
        switch try container.decodeIfPresent(JSONValue.self, forKey: .serviceAccountInfo) {
        case nil, .null: serviceAccountInfo = nil
        case .string(let text): serviceAccountInfo = text.isEmpty ? nil : Secret(text)
        case let other?: serviceAccountInfo = Secret(other.jsonText)
        }
    }
}

/// A Cloud Storage bucket.
public struct GCSBucketBlock: Block {
    public static let slug = "gcs-bucket"
    /// The bucket's name.
    public var bucket: String
    /// A folder all object names start with; nil = none.
    public var bucketFolder: String?
    /// Who reads and writes.
    public var credentials: GCPCredentialsBlock
    /// Another address than Google's, for an emulator.
    public var endpoint: String?

    private enum CodingKeys: String, CodingKey {
        case bucket
        case bucketFolder = "bucket_folder"
        case credentials = "gcp_credentials"
        case endpoint
    }
}

/// A BigQuery dataset.
public struct BigQueryWarehouseBlock: Block {
    public static let slug = "bigquery-warehouse"
    /// The dataset's id.
    public var dataset: String
    /// The project; nil = the credentials' own.
    public var project: String?
    /// The dataset's location; nil = `US`.
    public var location: String?
    /// Who loads and queries.
    public var credentials: GCPCredentialsBlock
    /// Another address than Google's, for an emulator.
    public var endpoint: String?

    private enum CodingKeys: String, CodingKey {
        case dataset, project, location
        case credentials = "gcp_credentials"
        case endpoint
    }
}

/// A PostgreSQL database.
public struct PostgresBlock: Block {
    public static let slug = "postgres"
    /// The server's name.
    public var host: String
    /// Its port; nil = 5432.
    public var port: Int?
    /// The role.
    public var user: String
    /// The role's password.
    public var password: Secret?
    /// The database.
    public var database: String
    /// libpq's sslmode; nil = `prefer`.
    public var sslmode: String?
}

/// A user of a registry of images.
public struct DockerRegistryCredentialsBlock: Block {
    public static let slug = "docker-registry-credentials"
    /// The registry: a host with or without port, scheme and path.
    public var registryURL: String
    /// The user's name.
    public var username: String
    /// The user's password or token.
    public var password: Secret

    private enum CodingKeys: String, CodingKey {
        case registryURL = "registry_url"
        case username, password
    }
}

/// How a run's container is made; see ``BlockType`` for each field's meaning and default. Its `registry_credentials` are
/// left out, as they are secret: an agent gets them as a ``RegistryLogin``.
public struct DockerContainerBlock: Block, Hashable {
    public static let slug = "docker-container"

    /// When an image is pulled.
    public enum PullPolicy: String, Codable, Sendable {
        case ifNotPresent = "if_not_present"
        case always, never
    }

    /// When a container that has ended is removed.
    public enum RemovePolicy: String, Codable, Sendable {
        case always
        case onSuccess = "on_success"
        case never
    }

    public var image: String?
    public var command: [String]?
    public var env: [String: String]?
    public var labels: [String: String]?
    public var imagePullPolicy: PullPolicy?
    public var networks: [String]?
    public var networkMode: String?
    public var extraHosts: [String]?
    public var volumes: [String]?
    public var memory: String?
    public var memorySwap: String?
    public var cpus: Double?
    public var pidsLimit: Int?
    public var user: String?
    public var readOnly: Bool?
    public var tmpfs: [String: String]?
    public var shmSize: String?
    public var autoRemove: RemovePolicy?
    public var platform: String?
    public var stopGraceSeconds: Int?
    public var streamOutput: Bool?
    public var gpus: String?
    public var ulimits: [String: String]?
    public var pullIdleTimeoutSeconds: Int?
    public var pullTimeoutSeconds: Int?

    /// A block with every default.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case image, command, env, labels, networks, volumes, memory, cpus, user, tmpfs, platform
        case imagePullPolicy = "image_pull_policy"
        case networkMode = "network_mode"
        case extraHosts = "extra_hosts"
        case memorySwap = "memory_swap"
        case pidsLimit = "pids_limit"
        case readOnly = "read_only"
        case shmSize = "shm_size"
        case autoRemove = "auto_remove"
        case stopGraceSeconds = "stop_grace_seconds"
        case streamOutput = "stream_output"
        case gpus, ulimits
        case pullIdleTimeoutSeconds = "pull_idle_timeout_seconds"
        case pullTimeoutSeconds = "pull_timeout_seconds"
    }
}

extension DockerContainerBlock: Encodable {}

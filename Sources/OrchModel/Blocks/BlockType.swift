/// A type of block: its fields, which of them are secret, and which name other blocks.
///
/// One declaration serves validation at save, redaction on the way out, and help.
public struct BlockType: Sendable, Hashable {
    /// What a field holds.
    public enum Kind: Sendable, Hashable {
        case string, integer, number, boolean
        /// A text that is written once and never shown.
        case secret
        /// A secret JSON object, such as a service account's key file.
        case secretObject
        /// A list of texts.
        case strings
        /// An object of texts.
        case stringMap
        /// One of these words.
        case choice([String])
        /// Another block of this type, by name.
        case block(String)
    }

    /// One field of a block.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var kind: Kind
        public var required: Bool
        public var help: String
        /// Whether its text is an amount of memory.
        var isSize = false

        init(_ name: String, _ kind: Kind, required: Bool = false, _ help: String, isSize: Bool = false) {
            self.isSize = isSize
            self.name = name
            self.kind = kind
            self.required = required
            self.help = help
        }
    }

    /// The type's name as users write it: `gcs-bucket`.
    public var slug: String
    /// What such a block is for, in a sentence.
    public var help: String
    /// Its fields in the order of a form.
    public var fields: [Field]

    /// The field of that name.
    public func field(_ name: String) -> Field? { fields.first { $0.name == name } }

    /// Every type orch knows.
    public static let all: [BlockType] = [
        gcpCredentials, gcsBucket, bigQueryWarehouse, postgres, dockerRegistryCredentials, dockerContainer, process,
        gitCredentials,
    ]

    /// The type called `slug`.
    public static func named(_ slug: String) -> BlockType? { all.first { $0.slug == slug } }

    static let gcpCredentials = BlockType(
        slug: "gcp-credentials",
        help: "A Google service account, or none for an emulator.",
        fields: [
            Field("service_account_info", .secretObject, "the key file's JSON itself, not its path; blank = anonymous"),
            Field("project", .string, "the project; defaults to the key's own"),
        ]
    )

    static let gcsBucket = BlockType(
        slug: "gcs-bucket",
        help: "A Cloud Storage bucket: the lake.",
        fields: [
            Field("bucket", .string, required: true, "the bucket's name, without gs://"),
            Field("bucket_folder", .string, "a folder all object names start with"),
            Field("gcp_credentials", .block("gcp-credentials"), required: true, "who reads and writes"),
            Field("endpoint", .string, "another address than https://storage.googleapis.com, for an emulator"),
        ]
    )

    static let bigQueryWarehouse = BlockType(
        slug: "bigquery-warehouse",
        help: "A BigQuery dataset.",
        fields: [
            Field("dataset", .string, required: true, "the dataset: letters, digits, underscores"),
            Field("project", .string, "the project; defaults to the credentials' own"),
            Field("location", .string, "the dataset's location; defaults to US"),
            Field("gcp_credentials", .block("gcp-credentials"), required: true, "who loads and queries"),
            Field("endpoint", .string, "another address than https://bigquery.googleapis.com, for an emulator"),
        ]
    )

    static let postgres = BlockType(
        slug: "postgres",
        help: "A PostgreSQL database.",
        fields: [
            Field("host", .string, required: true, "the server's name as a run's container sees it"),
            Field("port", .integer, "defaults to 5432"),
            Field("user", .string, required: true, "the role"),
            Field("password", .secret, "its password"),
            Field("database", .string, required: true, "the database"),
            Field(
                "sslmode", .choice(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
                "defaults to prefer"),
        ]
    )

    static let dockerRegistryCredentials = BlockType(
        slug: "docker-registry-credentials",
        help: "A user of a registry of images.",
        fields: [
            Field(
                "registry_url", .string, required: true,
                "the registry, such as registry.example.org:5000, or docker.io; sent to no other"),
            Field("username", .string, required: true, "the user's name"),
            Field("password", .secret, required: true, "the password, or a token that stands for it"),
        ]
    )

    static let dockerContainer = BlockType(
        slug: "docker-container",
        help: "How a run's container is made.",
        fields: [
            Field("image", .string, "the image; a deployment's own wins"),
            Field("command", .strings, "the command; a deployment's own wins"),
            Field("env", .stringMap, "environment variables, shown by docker inspect: no secrets"),
            Field("labels", .stringMap, "labels beside orch's own"),
            Field(
                "image_pull_policy", .choice(["if_not_present", "always", "never"]), "defaults to if_not_present"),
            Field(
                "registry_credentials", .block("docker-registry-credentials"),
                "who pulls the image, where it comes from that registry; defaults to nobody"),
            Field("networks", .strings, "networks the container joins"),
            Field("network_mode", .string, "bridge, host or none, where networks is empty"),
            Field("extra_hosts", .strings, "NAME:ADDRESS lines of /etc/hosts"),
            Field("volumes", .strings, "VOLUME:TARGET[:ro], or a host path that the agent allows (--allow-bind)"),
            Field("memory", .string, "limit, such as 512m or 2g", isSize: true),
            Field("memory_swap", .string, "memory and swap together; -1 = no limit", isSize: true),
            Field("cpus", .number, "CPUs, such as 1.5"),
            Field("pids_limit", .integer, "processes and threads; defaults to 4096"),
            Field("user", .string, "uid[:gid]; defaults to the image's"),
            Field("read_only", .boolean, "a read-only root file system"),
            Field("tmpfs", .stringMap, "path to options, such as {\"/tmp\": \"size=64m\"}"),
            Field("shm_size", .string, "size of /dev/shm", isSize: true),
            Field(
                "auto_remove", .choice(["always", "on_success", "never"]), "when a container goes; defaults to always"),
            Field("platform", .string, "such as linux/arm64"),
            Field("gpus", .string, "all, a number of them, or device=ID,ID; the engine needs a runtime for them"),
            Field("ulimits", .stringMap, "limits by name, SOFT[:HARD], such as {\"nofile\": \"1024:2048\"}"),
            Field("stop_grace_seconds", .integer, "SIGTERM to SIGKILL; defaults to 30"),
            Field(
                "stream_output", .boolean,
                "whether the run's log has what the program prints beside its records; defaults to true"),
            Field(
                "pull_idle_timeout_seconds", .integer, "how long a pull may make no progress; defaults to 300"),
            Field("pull_timeout_seconds", .integer, "how long a pull may take in all; defaults to 3600"),
        ]
    )

    static let gitCredentials = BlockType(
        slug: "git-credentials",
        help: "A user of a git server, for the source of deployments.",
        fields: [
            Field("username", .string, "the user's name; defaults to git, which servers take with a token"),
            Field("token", .secret, required: true, "a token, or the password; sent to the source's own server alone"),
        ]
    )

    static let process = BlockType(
        slug: "process",
        help: "How a run's process is made, where it runs in no container.",
        fields: [
            Field("command", .strings, "the command; a deployment's own wins"),
            Field("env", .stringMap, "environment variables, shown by ps to the same user: no secrets"),
            Field("labels", .stringMap, "labels beside orch's own"),
            Field(
                "working_dir", .string,
                "a folder of the agent's host; defaults to a scratch folder of the attempt's own"),
            Field(
                "stream_output", .boolean,
                "whether the run's log has what the program prints beside its records; defaults to true"),
            Field(
                "auto_remove", .choice(["always", "on_success", "never"]),
                "when the scratch folder goes; defaults to always"),
            Field("stop_grace_seconds", .integer, "SIGTERM to SIGKILL; defaults to 30"),
        ]
    )
}

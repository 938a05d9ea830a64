/// An image as `GET /images/{name}/json` shows it.
package struct ImageDetails: Sendable, Hashable, Decodable {
    /// The digest that identifies it.
    package let id: String
    /// Names with tags.
    package let repoTags: [String]
    /// Names with the digests that registries know it by.
    package let repoDigests: [String]
    /// When it was made, RFC 3339; empty where that is not known.
    package let created: String
    /// Such as `linux`.
    package let operatingSystem: String
    /// Such as `amd64`.
    package let architecture: String
    /// Such as `v8`; empty for most.
    package let variant: String
    /// Bytes.
    package let size: Int64
    /// Labels.
    package let labels: [String: String]
    /// The program its containers run.
    package let entrypoint: [String]
    /// The arguments its containers get.
    package let cmd: [String]

    /// Such as `linux/amd64`.
    package var platform: String {
        "\(operatingSystem)/\(architecture)" + (variant.isEmpty ? "" : "/\(variant)")
    }

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case repoTags = "RepoTags"
        case repoDigests = "RepoDigests"
        case created = "Created"
        case operatingSystem = "Os"
        case architecture = "Architecture"
        case variant = "Variant"
        case size = "Size"
        case config = "Config"
    }

    private struct Config: Decodable {
        let Labels: [String: String]?
        let Entrypoint: [String]?
        let Cmd: [String]?
    }

    /// Reads what the daemon shows, where empty lists may be null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        repoTags = try container.decodeIfPresent([String].self, forKey: .repoTags) ?? []
        repoDigests = try container.decodeIfPresent([String].self, forKey: .repoDigests) ?? []
        created = try container.decodeIfPresent(String.self, forKey: .created) ?? ""
        operatingSystem = try container.decode(String.self, forKey: .operatingSystem)
        architecture = try container.decode(String.self, forKey: .architecture)
        variant = try container.decodeIfPresent(String.self, forKey: .variant) ?? ""
        size = try container.decode(Int64.self, forKey: .size)
        let config = try container.decodeIfPresent(Config.self, forKey: .config)
        labels = config?.Labels ?? [:]
        entrypoint = config?.Entrypoint ?? []
        cmd = config?.Cmd ?? []
    }
}

/// An image as `GET /images/json` shows it.
package struct ImageListing: Sendable, Hashable, Decodable {
    /// The digest that identifies it.
    package let id: String
    /// Names with tags; empty for an image that lost its name.
    package let repoTags: [String]
    /// Labels.
    package let labels: [String: String]
    /// When it was made.
    package let created: EngineTime
    /// Bytes.
    package let size: Int64

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case repoTags = "RepoTags"
        case labels = "Labels"
        case created = "Created"
        case size = "Size"
    }

    /// Reads what the daemon shows, where empty lists may be null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        let tags = try container.decodeIfPresent([String].self, forKey: .repoTags) ?? []
        repoTags = tags.filter { $0 != "<none>:<none>" }
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        created = EngineTime(seconds: try container.decode(Int64.self, forKey: .created))
        size = try container.decode(Int64.self, forKey: .size)
    }
}

/// A container as `GET /containers/json` shows it.
package struct ContainerListing: Sendable, Hashable, Decodable {
    /// The id.
    package let id: String
    /// Names without their leading slash; empty for a container that is being removed.
    package let names: [String]
    /// The image as it was named at creation.
    package let image: String
    /// The digest of the image.
    package let imageID: String
    /// Labels.
    package let labels: [String: String]
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
    package let state: String
    /// In words, such as `Exited (0) 2 minutes ago`.
    package let status: String
    /// When it was created.
    package let created: EngineTime
    /// Bytes it has written into its layer; nil for none, and where they were not asked for.
    package let bytesWritten: Int64?

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case image = "Image"
        case imageID = "ImageID"
        case labels = "Labels"
        case state = "State"
        case status = "Status"
        case created = "Created"
        case bytesWritten = "SizeRw"
    }

    /// Reads what the daemon shows, where empty lists may be null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        let names = try container.decodeIfPresent([String].self, forKey: .names) ?? []
        self.names = names.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
        image = try container.decode(String.self, forKey: .image)
        imageID = try container.decode(String.self, forKey: .imageID)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        state = try container.decode(String.self, forKey: .state)
        status = try container.decode(String.self, forKey: .status)
        created = EngineTime(seconds: try container.decode(Int64.self, forKey: .created))
        bytesWritten = try container.decodeIfPresent(Int64.self, forKey: .bytesWritten)
    }
}

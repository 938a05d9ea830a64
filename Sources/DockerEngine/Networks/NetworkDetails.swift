/// A network of the daemon's.
package struct NetworkDetails: Sendable, Hashable, Decodable {
    /// The id.
    package let id: String
    /// The name, which need not be unique.
    package let name: String
    /// Such as `bridge`.
    package let driver: String
    /// `local` or `swarm`.
    package let scope: String
    /// True where it has no way out.
    package let isInternal: Bool
    /// Labels.
    package let labels: [String: String]
    /// Ids of the containers in it; empty in a list.
    package let containers: [String]

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case driver = "Driver"
        case scope = "Scope"
        case isInternal = "Internal"
        case labels = "Labels"
        case containers = "Containers"
    }

    private struct Member: Decodable {}

    /// Reads what the daemon shows, where empty lists may be null.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        name = try container.decode(String.self, forKey: .name)
        driver = try container.decode(String.self, forKey: .driver)
        scope = try container.decode(String.self, forKey: .scope)
        isInternal = try container.decodeIfPresent(Bool.self, forKey: .isInternal) ?? false
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
        let members = try container.decodeIfPresent([String: Member].self, forKey: .containers) ?? [:]
        containers = members.keys.sorted()
    }
}

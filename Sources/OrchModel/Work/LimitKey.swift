/// What a limit of runs counts: the runs that are live at once and have this in common.
public enum LimitKey: Hashable, Sendable {
    /// Runs with a tag.
    case tag(String)
    /// Runs of a deployment, by its identifier.
    case deployment(String)
    /// Runs that a schedule made, by its identifier.
    case schedule(String)
    /// Runs of a backfill, by its identifier.
    case backfill(String)
    /// Runs of a queue.
    case queue(String)
    /// All runs.
    case global

    /// The longest text of a key, in bytes.
    public static let longest = 300
}

extension LimitKey: LosslessStringConvertible {
    /// Reads what ``description`` says.
    public init?(_ description: String) {
        if description == "global" {
            self = .global
            return
        }
        let parts = description.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        switch parts[0] {
        case "tag": self = .tag(parts[1])
        case "deployment": self = .deployment(parts[1])
        case "schedule": self = .schedule(parts[1])
        case "backfill": self = .backfill(parts[1])
        case "queue": self = .queue(parts[1])
        default: return nil
        }
    }

    /// `global`, `queue:nightly`, `tag:etl`, `deployment:0198…`.
    public var description: String {
        switch self {
        case .global: "global"
        case .queue(let name): "queue:\(name)"
        case .tag(let tag): "tag:\(tag)"
        case .deployment(let id): "deployment:\(id)"
        case .schedule(let id): "schedule:\(id)"
        case .backfill(let id): "backfill:\(id)"
        }
    }
}

extension LimitKey: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let key = LimitKey(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected global, queue:NAME, tag:TAG or deployment:ID, got \"\(text)\"")
        }
        self = key
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

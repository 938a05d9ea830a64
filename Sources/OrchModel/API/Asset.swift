/// An asset record as the controller keeps it, with the run that it came from.
///
/// Its JSON form is one flat object: the record's own members and those beside it.
public struct Asset: Hashable, Sendable, Identifiable {
    public var id: Identifier
    /// The run that wrote the object: the container's own, or a child run in it.
    public var flowRunID: Identifier
    /// That run's name, which stays readable when the run is gone.
    public var flowRunName: String
    public var flowName: String
    /// The attempt that wrote it, from 1.
    public var attempt: Int
    /// When it was written, by the clock of the flow program.
    public var at: Timestamp
    /// What was written.
    public var record: AssetRecord

    public init(
        id: Identifier, flowRunID: Identifier, flowRunName: String, flowName: String, attempt: Int, at: Timestamp,
        record: AssetRecord
    ) {
        self.id = id
        self.flowRunID = flowRunID
        self.flowRunName = flowRunName
        self.flowName = flowName
        self.attempt = attempt
        self.at = at
        self.record = record
    }
}

extension Asset: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, flowRunID, flowRunName, flowName, attempt, at
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(Identifier.self, forKey: .id),
            flowRunID: try container.decode(Identifier.self, forKey: .flowRunID),
            flowRunName: try container.decode(String.self, forKey: .flowRunName),
            flowName: try container.decode(String.self, forKey: .flowName),
            attempt: try container.decode(Int.self, forKey: .attempt),
            at: try container.decode(Timestamp.self, forKey: .at), record: try AssetRecord(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(flowRunID, forKey: .flowRunID)
        try container.encode(flowRunName, forKey: .flowRunName)
        try container.encode(flowName, forKey: .flowName)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(at, forKey: .at)
    }
}

/// Answer of `GET /api/assets` and `GET /api/assets/history`.
public struct AssetPage: Codable, Hashable, Sendable {
    public var assets: [Asset]
    /// What to ask `after` for more; nil at the end.
    public var next: String?

    public init(assets: [Asset], next: String?) {
        self.assets = assets
        self.next = next
    }
}

/// An object that a run of an attempt wrote, as its agent reports it.
public struct AssetReport: Codable, Hashable, Sendable {
    /// The run that wrote it: the container's own, or a child run in it.
    public var flowRunID: Identifier
    /// When it was written, by the clock of the flow program.
    public var at: Timestamp
    public var record: AssetRecord

    public init(flowRunID: Identifier, at: Timestamp, record: AssetRecord) {
        self.flowRunID = flowRunID
        self.at = at
        self.record = record
    }
}

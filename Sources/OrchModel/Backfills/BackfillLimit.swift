/// Body of `PUT /api/backfills/{id}/limit`.
public struct BackfillLimit: Codable, Hashable, Sendable {
    /// How many runs of the backfill may be live at once.
    public var limit: Int

    public init(limit: Int) {
        self.limit = limit
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case limit
    }
}

extension BackfillLimit: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

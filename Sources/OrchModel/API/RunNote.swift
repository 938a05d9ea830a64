/// Body of `PUT /api/flow-runs/{id}/note`: what people have written about a run.
public struct RunNote: Codable, Hashable, Sendable {
    /// The text, 4,000 characters at most; nil = nothing any more.
    public var note: String?

    public init(note: String?) {
        self.note = note
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case note
    }
}

extension RunNote: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// Answer to a wish to pause, suspend, resume or cancel a run: the run's own fields, and a note beside them.
public struct WishReply: Codable, Hashable, Sendable {
    public var run: FlowRun
    /// What the run's state does not tell of the wish, such as `already Paused, so nothing has changed`; nil = nothing.
    public var note: String?

    public init(run: FlowRun, note: String? = nil) {
        self.run = run
        self.note = note
    }

    private enum CodingKeys: String, CodingKey {
        case note
    }

    /// Reads an answer; that of an older controller is the run alone.
    public init(from decoder: any Decoder) throws {
        run = try FlowRun(from: decoder)
        note = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .note)
    }

    public func encode(to encoder: any Encoder) throws {
        try run.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(note, forKey: .note)
    }
}

/// Why there are no rules for a time zone's name.
public struct ZoneProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed, what was expected and what to do, without a full stop.
    public var description: String

    /// A problem.
    public init(_ description: String) {
        self.description = description
    }
}

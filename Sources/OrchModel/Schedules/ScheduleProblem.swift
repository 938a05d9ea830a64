/// Why a schedule is none.
public struct ScheduleProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and where, what was expected, and what to do, without a full stop.
    public var description: String

    /// A problem.
    public init(_ description: String) {
        self.description = description
    }
}

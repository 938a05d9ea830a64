/// What a branch follows: some of the nodes directly after it, or groups that they are in. The others are skipped.
public struct BranchChoice: Sendable, Hashable {
    /// The names that were chosen, with their groups before them: `load.green`.
    public let names: [String]

    /// Nodes and groups by their full names. A name of nothing directly after the branch fails it.
    public static func follow(_ names: String...) -> BranchChoice {
        BranchChoice(names: names)
    }

    /// Nodes and groups by their full names.
    public static func follow(_ names: [String]) -> BranchChoice {
        BranchChoice(names: names)
    }

    /// Nodes and groups that were declared before the branch.
    public static func follow(_ nodes: any GraphNode...) -> BranchChoice {
        BranchChoice(names: nodes.map(\.name))
    }

    /// None of them: all are skipped.
    public static let nothing = BranchChoice(names: [])
}

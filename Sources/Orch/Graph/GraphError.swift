/// Why a graph cannot be built or run, or a node's output not be read.
@nonexhaustive
public enum GraphError: Error, Sendable {
    /// A node's or a group's name is empty, longer than 200 bytes, or has a dot or a control character in it.
    case invalidName(String)
    /// Two nodes, or two groups, have one name.
    case duplicateName(String)
    /// An edge leads from a node to itself, or between a group and a part of it.
    case edgeToItself(from: String, to: String)
    /// An edge leads to a node of another graph.
    case otherGraph(from: String, to: String)
    /// An edge leads to a group that has no nodes.
    case emptyGroup(String)
    /// Nodes come after each other in a circle. Begins and ends with the one that was declared first.
    case cycle([String])
    /// The bound of concurrency is less than 1.
    case invalidConcurrency(Int)
    /// Something was added to a graph that had been built.
    case alreadyBuilt(String)
    /// A branch chose what does not come directly after it.
    case invalidChoice(branch: String, choice: String, expected: [String])
    /// A node's output was asked for where no run of its graph is.
    case outputOutsideRun(String)
    /// A node's output was asked for in a node that does not come after it.
    case notUpstream(String, of: String)
    /// A node has no output: it did not succeed, or has not ended.
    case noOutput(String, state: NodeState?)
    /// Nodes failed, so the run did.
    case nodesFailed([NodeFailure], of: Int)
}

/// A node that failed or was cancelled, and why.
public struct NodeFailure: Sendable {
    /// The node's name.
    public var node: String
    /// What its last attempt threw.
    public var error: any Error
}

extension GraphError: CustomStringConvertible {
    /// A sentence: what failed, what was expected, what to do.
    public var description: String {
        switch self {
        case .invalidName(let name):
            return "\(JSONValue.string(name).jsonText) cannot name a node or a group: expected 1 to 200 bytes on one "
                + "line, without \".\", which stands between a group and its nodes"
        case .duplicateName(let name):
            return "two nodes or two groups are called \"\(name)\": give each a name of its own"
        case .edgeToItself(let from, let to) where from == to:
            return "\"\(from)\" cannot come after itself: remove that edge"
        case .edgeToItself(let from, let to):
            return "\"\(to)\" cannot come after \"\(from)\", as one is a part of the other: "
                + "name nodes instead of the group"
        case .otherGraph(let from, let to):
            return "\"\(to)\" cannot come after \"\(from)\": they belong to two graphs; declare both in one"
        case .emptyGroup(let name):
            return "the group \"\(name)\" has no nodes, so nothing can come before or after it: "
                + "add a node, or remove the edge"
        case .cycle(let names):
            let shown = names.count <= 20 ? names : names.prefix(15) + ["(\(names.count - 16) more)"] + names.suffix(1)
            return "nodes come after each other in a circle: \(shown.joined(separator: " -> ")); "
                + "remove one of these edges"
        case .invalidConcurrency(let number):
            return "a graph's maximumConcurrency must be at least 1, or nil for no bound; it is \(number)"
        case .alreadyBuilt(let what):
            return "\(what) was added to a graph that had been built: declare it inside Graph { … }"
        case .invalidChoice(let branch, let choice, let expected):
            let nearest = NearestName.nearest(to: choice, in: expected, limit: 1).first
            let hint = nearest.map { "did you mean \"\($0)\"? " } ?? ""
            let names = expected.isEmpty ? "nothing" : expected.listed(5)
            return "\"\(branch)\" chose \"\(choice)\", which does not come directly after it: \(hint)\(names) does"
        case .outputOutsideRun(let name):
            return "the output of \"\(name)\" was asked for where its graph does not run: read it inside a later node, "
                + "or from what `run` returns"
        case .notUpstream(let name, let node):
            return "\"\(node)\" cannot read the output of \"\(name)\", as it does not come after it: add an edge"
        case .noOutput(let name, let state):
            let reason = state.map { "it ended as \($0.rawValue)" } ?? "it has not ended"
            return "\"\(name)\" has no output: \(reason)"
        case .nodesFailed(let failures, let total):
            let shown = failures.map { "\($0.node) (\(ReportedText.message(of: $0.error)))" }
            return "\(failures.count) of \(total) nodes failed: \(shown.listed(5))"
        }
    }
}

extension [String] {
    /// `a, b and 3 more`: at most `most` of them.
    func listed(_ most: Int) -> String {
        count <= most ? joined(separator: ", ") : prefix(most).joined(separator: ", ") + " and \(count - most) more"
    }
}

/// What edges join: a node of a graph, or a group of nodes.
///
/// ```swift
/// extract >>> [green, yellow] >>> join      // join comes after green and yellow, both after extract
/// ```
///
/// An edge to a group leads to those of its nodes that have none of the group before them; one from a group, from those
/// that have none of it after them. Edges are declared while the graph is built. An edge that cannot be is an error of
/// ``Graph/init(maximumConcurrency:_:)``; declaring one twice is declaring it once.
public protocol GraphNode: Sendable {
    /// Its name, with its groups before it: `load.green`.
    var name: String { get }
    /// Where its edges end.
    var endpoint: GraphEndpoint { get }
}

/// Where an edge begins or ends.
public struct GraphEndpoint: Sendable {
    enum Target: Hashable, Sendable {
        case node(Int)
        case group(Int)
    }

    let draft: GraphDraft
    let target: Target
    let name: String
}

/// Binds tighter than assignment, and leaves arithmetic alone.
precedencegroup GraphEdgePrecedence {
    higherThan: AssignmentPrecedence
    lowerThan: TernaryPrecedence
    associativity: left
}

/// `a >>> b`: b comes after a. Swift's own `>>` cannot be chained.
infix operator >>> : GraphEdgePrecedence

extension GraphNode {
    /// `right` comes after `left`. Gives `right`, so that edges can be chained.
    @discardableResult
    public static func >>> <Right: GraphNode>(left: Self, right: Right) -> Right {
        left.endpoint.connect(to: right.endpoint)
        return right
    }

    /// Each of `right` comes after `left`.
    @discardableResult
    public static func >>> (left: Self, right: [any GraphNode]) -> [any GraphNode] {
        for node in right { left.endpoint.connect(to: node.endpoint) }
        return right
    }

    /// `right` comes after each of `left`.
    @discardableResult
    public static func >>> (left: [any GraphNode], right: Self) -> Self {
        for node in left { node.endpoint.connect(to: right.endpoint) }
        return right
    }
}

extension Array where Element == any GraphNode {
    /// Each of `right` comes after each of `left`.
    @discardableResult
    public static func >>> (left: Self, right: Self) -> Self {
        for from in left {
            for to in right { from.endpoint.connect(to: to.endpoint) }
        }
        return right
    }
}

extension GraphEndpoint {
    fileprivate func connect(to other: GraphEndpoint) {
        guard draft === other.draft else {
            // Whichever of the two is being built reports it.
            draft.report(.otherGraph(from: name, to: other.name))
            other.draft.report(.otherGraph(from: name, to: other.name))
            return
        }
        draft.connect(self, to: other)
    }
}

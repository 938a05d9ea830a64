extension GraphDescription {
    /// The graph as a table for a terminal: a line for each node, none before those it comes after.
    public var text: String {
        guard !nodes.isEmpty else { return "The graph has no nodes.\n" }
        let layout = GraphLayers(self)
        let rows = layout.layers.joined().filter(nodes.indices.contains).map { index in
            let node = nodes[index]
            let after = layout.upstream[index].map { nodes[$0].name.onOneLine }
            return [
                node.name.onOneLine, node.kind.onOneLine, node.trigger.onOneLine,
                after.isEmpty ? "-" : after.joined(separator: ", "),
            ]
        }
        let all = [["NODE", "KIND", "TRIGGER", "AFTER"]] + rows
        let widths = (0..<3).map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count + 2)
            }
            return cells.joined() + row[3] + "\n"
        }.joined()
    }

    /// The graph in the language of Graphviz; each group is a cluster.
    ///
    /// See <https://graphviz.org/doc/info/lang.html>
    public var dot: String {
        var lines = ["digraph {", "    rankdir=LR", "    node [shape=box]"]
        for node in nodes where node.group == nil { lines.append("    " + Self.statement(node)) }
        var groups: [String] = []
        var members: [String: [Node]] = [:]
        for node in nodes {
            guard let group = node.group else { continue }
            if members[group] == nil { groups.append(group) }
            members[group, default: []].append(node)
        }
        for (number, group) in groups.enumerated() {
            lines.append("    subgraph cluster_\(number) {")
            lines.append("        label=\(Self.quoted(group))")
            for node in members[group] ?? [] { lines.append("        " + Self.statement(node)) }
            lines.append("    }")
        }
        for edge in GraphLayers(self).edges {
            lines.append("    \(Self.quoted(nodes[edge.from].name)) -> \(Self.quoted(nodes[edge.to].name))")
        }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private static func statement(_ node: Node) -> String {
        var attributes: [String] = []
        if node.trigger != TriggerRule.allSuccess.rawValue {
            attributes.append("xlabel=\(quoted(node.trigger))")
        }
        if node.kind == GraphNodeKind.branch.rawValue { attributes.append("shape=diamond") }
        if node.kind == GraphNodeKind.shortCircuit.rawValue { attributes.append("shape=hexagon") }
        return quoted(node.name) + (attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]")
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.onOneLine.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"\(String(escaped))\""
    }
}

extension String {
    /// The text with U+FFFD for each control character: a name must not steer a terminal, nor break a line or XML.
    var onOneLine: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: scalar.value & 0xFFFE == 0xFFFE
            }
        }
        var view = String.UnicodeScalarView()
        for scalar in unicodeScalars { view.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
        return String(view)
    }
}

extension GraphDescription {
    /// The graph as an SVG picture, from left to right: a column for each layer, round boxes for what decides.
    public var svg: String { GraphPicture(self).svg }
}

/// Draws a graph: every measure is a whole number of pixels, so that equal graphs give equal bytes.
private struct GraphPicture {
    private struct Box {
        var x: Int
        var y: Int
        var width: Int
    }

    private static let (height, rowGap, columnGap, margin) = (40, 16, 56, 16)
    /// What a letter of the font takes at most, more or less.
    private static let letter = 8
    private static let longest = 48

    private let graph: GraphDescription
    private let routes: [[Int]]
    /// The box of each place: those of nodes first.
    private let boxes: [Box]
    private let size: (width: Int, height: Int)

    init(_ graph: GraphDescription) {
        let layout = GraphLayers(graph)
        let rows = layout.layers.map(\.count).max() ?? 0
        let step = Self.height + Self.rowGap
        let places = layout.layers.reduce(0) { $0 + $1.count }
        var boxes = [Box](repeating: Box(x: 0, y: 0, width: 0), count: places)
        var x = Self.margin
        for layer in layout.layers {
            let nodes = layer.filter(graph.nodes.indices.contains).map { graph.nodes[$0] }
            let letters = nodes.flatMap { Self.lines(of: $0).map(\.count) }.max() ?? 0
            let width = letters * Self.letter + 24
            for (row, place) in layer.enumerated() {
                let y = Self.margin + (rows - layer.count) * step / 2 + row * step
                boxes[place] = Box(x: x, y: y, width: width)
            }
            x += width + Self.columnGap
        }
        self.graph = graph
        self.boxes = boxes
        routes = layout.routes
        size = (
            max(2 * Self.margin, x - Self.columnGap + Self.margin),
            max(0, rows * step - Self.rowGap) + 2 * Self.margin
        )
    }

    var svg: String {
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(size.width)" height="\(size.height)" \
            viewBox="0 0 \(size.width) \(size.height)" font-family="monospace" font-size="13" text-anchor="middle">
            <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">\
            <path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>
            <rect width="100%" height="100%" fill="#fff"/>

            """
        return head + routes.map(path).joined() + graph.nodes.indices.map(box).joined() + "</svg>\n"
    }

    private func path(_ route: [Int]) -> String {
        let bend = Self.columnGap / 2
        var line = ""
        for (from, to) in zip(route, route.dropFirst()).map({ (boxes[$0], boxes[$1]) }) {
            let (startX, startY) = (from.x + from.width, from.y + Self.height / 2)
            let (endX, endY) = (to.x, to.y + Self.height / 2)
            line += "\(line.isEmpty ? "M" : "L")\(startX) \(startY)"
            line += "C\(startX + bend) \(startY) \(endX - bend) \(endY) \(endX) \(endY)"
        }
        return "<path d=\"\(line)\" fill=\"none\" stroke=\"#667\" marker-end=\"url(#arrow)\"/>\n"
    }

    private func box(_ index: Int) -> String {
        let (node, box) = (graph.nodes[index], boxes[index])
        let decides = node.kind != GraphNodeKind.task.rawValue
        let dashes = node.kind == GraphNodeKind.shortCircuit.rawValue ? " stroke-dasharray=\"5 3\"" : ""
        let lines = Self.lines(of: node)
        let middle = box.x + box.width / 2
        let texts = lines.enumerated().map { number, line in
            let y = box.y + (lines.count == 1 ? 25 : 18 + number * 15)
            let style = number == 0 ? "" : " font-size=\"11\" fill=\"#556\""
            return "<text x=\"\(middle)\" y=\"\(y)\"\(style)>\(Self.escaped(line))</text>"
        }
        return """
            <g><title>\(Self.escaped("\(node.name) (\(node.kind), \(node.trigger))"))</title>\
            <rect x="\(box.x)" y="\(box.y)" width="\(box.width)" height="\(Self.height)" rx="\(decides ? 20 : 4)" \
            fill="\(decides ? "#fff4d6" : "#e8f0fe")" stroke="#446"\(dashes)/>\(texts.joined())</g>

            """
    }

    /// The name, and the rule where it is not the usual one.
    private static func lines(of node: GraphDescription.Node) -> [String] {
        let rule = node.trigger == TriggerRule.allSuccess.rawValue ? [] : [node.trigger]
        return ([node.name] + rule).map { $0.count <= longest ? $0 : $0.prefix(longest - 1) + "…" }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.onOneLine.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

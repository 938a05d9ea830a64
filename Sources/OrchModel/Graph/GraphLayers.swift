/// Where the nodes of a graph stand in a drawing: each one in a layer behind all that come before it.
///
/// An edge that passes layers has a place in each of them, so that it does not run behind a node. Any description can be
/// laid out: edges to nodes that are not there are left out, and nodes on a cycle stand in a last layer. Equal
/// descriptions give equal layers.
struct GraphLayers {
    /// An edge between two nodes, as indexes into the description.
    struct Edge: Hashable {
        var from: Int
        var to: Int
    }

    /// More places of edges than this are not given out: further edges run straight.
    private static let mostBends = 20_000

    /// The edges that can be drawn, in the description's order, none twice.
    let edges: [Edge]
    /// The places that each edge comes by, from its first node to its second.
    let routes: [[Int]]
    /// The places of each layer, from top to bottom: nodes by their index, then those of edges.
    let layers: [[Int]]
    /// The nodes before each one, in the order of their declaration.
    let upstream: [[Int]]

    init(_ graph: GraphDescription) {
        let indexes = Dictionary(zip(graph.nodes.map(\.name), graph.nodes.indices)) { first, _ in first }
        var seen: Set<Edge> = []
        edges = graph.edges.compactMap { edge in
            guard let from = indexes[edge.from], let to = indexes[edge.to] else { return nil }
            let edge = Edge(from: from, to: to)
            return from != to && seen.insert(edge).inserted ? edge : nil
        }
        var upstream = graph.nodes.map { _ in [Int]() }
        var downstream = upstream
        for edge in edges {
            upstream[edge.to].append(edge.from)
            downstream[edge.from].append(edge.to)
        }
        self.upstream = upstream.map { $0.sorted() }
        var layers = Self.layers(upstream, downstream)
        routes = Self.routes(edges, &layers, count: graph.nodes.count)
        self.layers = Self.ordered(layers, routes)
    }

    /// Each node one layer behind the last of those before it.
    private static func layers(_ upstream: [[Int]], _ downstream: [[Int]]) -> [[Int]] {
        var left = upstream.map(\.count)
        var layer = left.indices.filter { left[$0] == 0 }
        var layers: [[Int]] = []
        while !layer.isEmpty {
            layers.append(layer)
            var next: [Int] = []
            for node in layer.flatMap({ downstream[$0] }) {
                left[node] -= 1
                if left[node] == 0 { next.append(node) }
            }
            layer = next.sorted()
        }
        let onCycle = left.indices.filter { left[$0] > 0 }
        return onCycle.isEmpty ? layers : layers + [onCycle]
    }

    /// Gives each edge a place in the layers between its nodes.
    private static func routes(_ edges: [Edge], _ layers: inout [[Int]], count: Int) -> [[Int]] {
        var numbers = [Int](repeating: 0, count: count)
        for (number, layer) in layers.enumerated() {
            for node in layer { numbers[node] = number }
        }
        var next = count
        return edges.map { edge in
            let (first, last) = (numbers[edge.from] + 1, numbers[edge.to])
            guard first < last, next - count + last - first <= mostBends else { return [edge.from, edge.to] }
            let bends = (first..<last).map { number in
                defer { next += 1 }
                layers[number].append(next)
                return next
            }
            return [edge.from] + bends + [edge.to]
        }
    }

    /// Moves each place to the height of those before it, so that fewer edges cross.
    private static func ordered(_ layers: [[Int]], _ routes: [[Int]]) -> [[Int]] {
        let count = layers.reduce(0) { $0 + $1.count }
        var before = [[Int]](repeating: [], count: count)
        for route in routes {
            for (from, to) in zip(route, route.dropFirst()) { before[to].append(from) }
        }
        var heights = [Double](repeating: 0, count: count)
        return layers.map { layer in
            let wanted = layer.map { place in
                let above = before[place].map { heights[$0] }
                return (height: above.reduce(0, +) / Double(max(1, above.count)), place: place)
            }
            let sorted = wanted.sorted { ($0.height, $0.place) < ($1.height, $1.place) }.map(\.place)
            for (row, place) in sorted.enumerated() {
                heights[place] = Double(row) - Double(sorted.count - 1) / 2
            }
            return sorted
        }
    }
}

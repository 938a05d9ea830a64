import Foundation
import TestSupport
import Testing

@testable import OrchModel

struct GraphDrawingTests {
    private let graph = GraphDescription(
        nodes: [
            .init(name: "join", trigger: .noneFailedMinOneSuccess), .init(name: "load.green", group: "load"),
            .init(name: "load.yellow", group: "load"), .init(name: "choose", kind: .branch),
            .init(name: "workday", kind: .shortCircuit),
        ],
        edges: [
            .init(from: "workday", to: "choose"), .init(from: "choose", to: "load.green"),
            .init(from: "choose", to: "load.yellow"), .init(from: "load.green", to: "join"),
            .init(from: "load.yellow", to: "join"),
        ])

    /// Names that try to break out of what they are written into.
    private let hostile = GraphDescription(
        nodes: [
            .init(name: "a\"];\\evil<script>&'"), .init(name: "line\nbreak\u{1B}[2J\u{FFFE}"),
            .init(name: String(repeating: "long", count: 100)),
        ],
        edges: [.init(from: "a\"];\\evil<script>&'", to: "line\nbreak\u{1B}[2J\u{FFFE}")])

    @Test func textHasALineForEachNodeInOrder() {
        #expect(
            graph.text == """
                NODE         KIND           TRIGGER                      AFTER
                workday      short_circuit  all_success                  -
                choose       branch         all_success                  workday
                load.green   task           all_success                  choose
                load.yellow  task           all_success                  choose
                join         task           none_failed_min_one_success  load.green, load.yellow

                """)
    }

    @Test func dotHasClustersAndEdges() {
        #expect(
            graph.dot == """
                digraph {
                    rankdir=LR
                    node [shape=box]
                    "join" [xlabel="none_failed_min_one_success"]
                    "choose" [shape=diamond]
                    "workday" [shape=hexagon]
                    subgraph cluster_0 {
                        label="load"
                        "load.green"
                        "load.yellow"
                    }
                    "workday" -> "choose"
                    "choose" -> "load.green"
                    "choose" -> "load.yellow"
                    "load.green" -> "join"
                    "load.yellow" -> "join"
                }

                """)
    }

    /// What Python's XML parser finds in a picture.
    private struct Picture: Decodable {
        var titles: [String]
        var paths: Int
        var boxes: [[Int]]
        var others: [String]

        init(_ svg: String) throws {
            let script = """
                import json, sys, xml.etree.ElementTree as xml
                tags = [(e.tag.split("}")[1], e) for e in xml.fromstring(sys.argv[1]).iter()]
                print(json.dumps({
                    "titles": [e.text for tag, e in tags if tag == "title"],
                    "paths": sum(tag == "path" and "stroke" in e.attrib for tag, e in tags),
                    "boxes": [
                        [int(e.get(n)) for n in ("x", "y", "width", "height")]
                        for tag, e in tags if tag == "rect" and e.get("rx")],
                    "others": sorted(
                        {tag for tag, e in tags}
                        - {"svg", "defs", "marker", "path", "rect", "g", "title", "text"})}))
                """
            let ending = try ChildProgram.run(["python3", "-c", script, svg])
            try #require(ending.code == 0, "\(ending.errors)")
            self = try JSONDecoder().decode(Picture.self, from: ending.output)
        }
    }

    @Test func svgIsXMLWithABoxForEachNodeAndAPathForEachEdge() throws {
        for graph in [graph, hostile, GraphDescription(nodes: [], edges: [])] {
            let picture = try Picture(graph.svg)
            #expect(picture.titles.count == graph.nodes.count)
            #expect(picture.boxes.count == graph.nodes.count)
            #expect(picture.paths == graph.edges.count)
            #expect(picture.others.isEmpty)
        }
        #expect(try Picture(hostile.svg).titles.first == "a\"];\\evil<script>&' (task, all_success)")
    }

    @Test func svgBoxesDoNotOverlap() throws {
        var edges: [GraphDescription.Edge] = []
        for from in 0..<30 {
            for to in from + 1..<30 where (to * 7 + from * 3) % 5 == 0 {
                edges.append(.init(from: "node\(from)", to: "node\(to)"))
            }
        }
        let wide = GraphDescription(nodes: (0..<30).map { .init(name: "node\($0)") }, edges: edges)
        let boxes = try Picture(wide.svg).boxes.map { NSRect(x: $0[0], y: $0[1], width: $0[2], height: $0[3]) }
        #expect(boxes.count == 30)
        for (index, left) in boxes.enumerated() {
            for right in boxes[(index + 1)...] { #expect(!left.intersects(right), "\(left) and \(right)") }
        }
    }

    /// An edge that ran straight behind a node could not be seen.
    @Test func longEdgesHavePlacesOfTheirOwn() {
        let chain = GraphDescription(
            nodes: ["a", "b", "c", "d"].map { .init(name: $0) },
            edges: [
                .init(from: "a", to: "b"), .init(from: "b", to: "c"), .init(from: "c", to: "d"),
                .init(from: "a", to: "d"),
            ])
        let layout = GraphLayers(chain)
        #expect(layout.routes == [[0, 1], [1, 2], [2, 3], [0, 4, 5, 3]])
        #expect(layout.layers == [[0], [1, 4], [2, 5], [3]])
    }

    @Test func tenThousandNodesAreDrawn() {
        let names = (0..<10_000).map { "n\($0)" }
        // Each one after the last, and after the first: some fifty million places, were they all given out.
        let edges = names.indices.dropFirst().flatMap { index -> [GraphDescription.Edge] in
            [.init(from: names[index - 1], to: names[index]), .init(from: names[0], to: names[index])]
        }
        let graph = GraphDescription(nodes: names.map { .init(name: $0) }, edges: edges)
        #expect(GraphLayers(graph).layers.joined().count < 40_000)
        #expect(graph.text.split(separator: "\n").count == 10_001)
    }

    @Test func namesAreEscaped() {
        #expect(hostile.dot.contains(#""a\"];\\evil<script>&'""#))
        #expect(hostile.dot.split(separator: "\n").count == 8)
        for drawing in [hostile.text, hostile.dot, hostile.svg] { #expect(!drawing.contains("\u{1B}")) }
        #expect(hostile.text.split(separator: "\n").count == 4)
        #expect(hostile.svg.contains("evil&lt;script&gt;&amp;&#39;"))
    }

    /// A description may come from anybody.
    @Test func whatMakesNoSenseIsDrawnAllTheSame() {
        let odd = GraphDescription(
            nodes: [.init(name: "a"), .init(name: "a"), .init(name: "b"), .init(name: "c")],
            edges: [
                .init(from: "a", to: "nowhere"), .init(from: "a", to: "a"), .init(from: "b", to: "c"),
                .init(from: "c", to: "b"), .init(from: "a", to: "b"), .init(from: "a", to: "b"),
            ])
        #expect(
            odd.text == """
                NODE  KIND  TRIGGER      AFTER
                a     task  all_success  -
                a     task  all_success  -
                b     task  all_success  a, c
                c     task  all_success  b

                """)
        #expect(!odd.svg.isEmpty && !odd.dot.isEmpty)
    }

    @Test func oldReadersAndOldImagesGoOn() throws {
        let flow = FlowDescription(
            name: "f", description: "", parameters: ParameterSchema(), blocks: [], command: [], graph: graph)
        #expect(try JSONValue(encoding: flow).decode(FlowDescription.self) == flow)
        var plain = flow
        plain.graph = nil
        let members = try #require(try JSONValue(encoding: plain).objectValue)
        #expect(members["graph"] == nil)
        #expect(try JSONValue.object(members).decode(FlowDescription.self) == plain)
        let newer = try JSONValue(encoding: GraphDescription.Node(name: "n")).objectValue.map { members in
            JSONValue.object(members.merging(["kind": "sensor", "trigger": "all_blue"]) { $1 })
        }
        #expect(try newer?.decode(GraphDescription.Node.self).trigger == "all_blue")
    }
}

import Testing

@testable import Orch

struct GraphTests {
    @Test func describesNodesGroupsAndEdges() throws {
        let graph = try Graph(maximumConcurrency: 3) { g in
            let extract = g.node("extract", retries: 2) { _ in 1 }
            let choose = g.branch("choose") { _ in .nothing }
            let load = g.group("load")
            let green = load.node("green") { _ in }
            let yellow = load.node("yellow") { _ in }
            let join = g.node("join", trigger: .noneFailedMinOneSuccess) { _ in }
            extract >>> choose >>> [green, yellow] >>> join
            extract >>> choose
        }
        #expect(
            graph.description
                == GraphDescription(
                    nodes: [
                        .init(name: "extract", retries: 2), .init(name: "choose", kind: .branch),
                        .init(name: "load.green", group: "load"), .init(name: "load.yellow", group: "load"),
                        .init(name: "join", trigger: .noneFailedMinOneSuccess),
                    ],
                    edges: [
                        .init(from: "extract", to: "choose"), .init(from: "choose", to: "load.green"),
                        .init(from: "choose", to: "load.yellow"), .init(from: "load.green", to: "join"),
                        .init(from: "load.yellow", to: "join"),
                    ],
                    maximumConcurrency: 3))
    }

    @Test func edgesOfAGroupAreThoseOfItsFirstAndLastNodes() throws {
        let graph = try Graph { g in
            let (a, z) = (g.node("a") { _ in }, g.node("z") { _ in })
            let outer = g.group("o")
            // Which nodes of the group these lead to is not known yet.
            a >>> outer >>> z
            let one = outer.group("one") { $0.node("x") { _ in } >>> $0.node("y") { _ in } }
            let two = outer.group("two") { two in
                two.node("p") { _ in }
                two.node("q") { _ in }
            }
            one >>> two
        }
        #expect(
            graph.description.edges.map { "\($0.from) \($0.to)" } == [
                "a o.one.x", "o.one.x o.one.y", "o.one.y o.two.p", "o.one.y o.two.q", "o.two.p z", "o.two.q z",
            ])
    }

    @Test func listsBeforeListsGiveEveryEdge() throws {
        let graph = try Graph { g in
            let first: [any GraphNode] = ["a", "b"].map { g.node($0) { _ in } }
            let second: [any GraphNode] = ["c", "d"].map { g.node($0) { _ in } }
            first >>> second
        }
        #expect(graph.description.edges.map { $0.from + $0.to } == ["ac", "ad", "bc", "bd"])
    }

    private struct Mistake: Sendable {
        var says: String
        var declare: @Sendable (Graph.Group) throws -> Void

        init(_ says: String, _ declare: @escaping @Sendable (Graph.Group) throws -> Void) {
            self.says = says
            self.declare = declare
        }
    }

    private static let mistakes: [Mistake] = [
        Mistake("nodes come after each other in a circle: c -> b -> a -> c; remove one of these edges") { g in
            let (c, b, a) = (g.node("c") { _ in }, g.node("b") { _ in }, g.node("a") { _ in })
            g.node("before") { _ in } >>> a
            c >>> b >>> a >>> c
            c >>> g.node("after") { _ in }
        },
        Mistake("\"a\" cannot come after itself: remove that edge") { g in
            let a = g.node("a") { _ in }
            a >>> a
        },
        Mistake("two nodes or two groups are called \"twin\": give each a name of its own") { g in
            for _ in 0..<2 { g.node("twin") { _ in } }
        },
        Mistake("two nodes or two groups are called \"twins\": give each a name of its own") { g in
            for _ in 0..<2 { g.group("twins") }
        },
        Mistake("\"a.b\" cannot name a node") { g in g.node("a.b") { _ in } },
        Mistake("\"\" cannot name a node") { g in g.node("") { _ in } },
        Mistake("\"a\\n\" cannot name a node") { g in g.node("a\n") { _ in } },
        Mistake("the group \"empty\" has no nodes") { g in g.node("a") { _ in } >>> g.group("empty") },
        Mistake("\"load\" cannot come after \"load.x\", as one is a part of the other") { g in
            let load = g.group("load")
            load.node("x") { _ in } >>> load
        },
        Mistake("\"the graph itself\" cannot come after \"a\"") { g in g.node("a") { _ in } >>> g },
        Mistake("\"far\" cannot come after \"near\": they belong to two graphs") { g in
            var other: Graph.Node<Void>?
            _ = try Graph { other = $0.node("far") { _ in } }
            if let other { g.node("near") { _ in } >>> other }
        },
    ]

    @Test(arguments: mistakes) private func saysWhatIsWrong(mistake: Mistake) {
        let error = #expect(throws: GraphError.self) { try Graph { try mistake.declare($0) } }
        #expect(error?.description.hasPrefix(mistake.says) == true, "\(error.map { $0.description } ?? "")")
    }

    @Test func aLongCircleIsCutShort() {
        let error = GraphError.cycle((0..<30).map { "n\($0)" } + ["n0"])
        #expect(error.description.contains(" -> n14 -> (15 more) -> n0; "))
    }

    @Test func aBoundOfConcurrencyIsAtLeastOne() {
        #expect(throws: GraphError.self) { try Graph(maximumConcurrency: 0) { $0.node("a") { _ in } } }
    }

    @Test func theDeclarationsOwnErrorIsThrownOn() {
        struct Own: Error {}
        #expect(throws: Own.self) { try Graph { _ in throw Own() } }
    }

    @Test func aGraphFlowTellsItsGraph() throws {
        let description = try ProgramDescription.make(GraphProgram.self)
        #expect(description.flows[0].graph?.edges == [.init(from: "extract", to: "load")])
        #expect(try JSONValue(encoding: description).decode(ImageDescription.self) == description)
        #expect(try ProgramDescription.make(ExampleProgram.self).flows[0].graph == nil)
    }

    @Test func aGraphThatCannotRunFailsTheDescription() {
        struct Round: GraphFlow {
            static let name = "round"
            func graph() throws -> Graph {
                try Graph { g in
                    let (a, b) = (g.node("a") { _ in }, g.node("b") { _ in })
                    a >>> b >>> a
                }
            }
        }
        struct Program: FlowProgram {
            static let flows: [any Flow.Type] = [Round.self]
        }
        let error = #expect(throws: OrchError.self) { try ProgramDescription.make(Program.self) }
        #expect(error?.description.contains("flow \"round\" cannot be run: nodes come after each other") == true)
    }

    /// The program's own `flows graph`, without a controller.
    @Test func theProgramDrawsAGraph() throws {
        #expect(
            try FlowGraphCommand<GraphProgram>.drawing(of: "months", as: .dot).contains("\"extract\" -> \"load\""))
        #expect(throws: (any Error).self) { try FlowGraphCommand<ExampleProgram>.drawing(of: "doing", as: .text) }
    }
}

/// A flow that is a graph, with parameters.
struct Months: GraphFlow {
    static let name = "months"

    @Parameter(range: 1...12) var month = 7

    func graph() throws -> Graph {
        try Graph { g in
            let extract = g.node("extract") { _ in month * 10 }
            let load = g.node("load") { context in context.metric("rows", try extract.output) }
            extract >>> load
        }
    }
}

struct GraphProgram: FlowProgram {
    static let flows: [any Flow.Type] = [Months.self]
    static let name = "graphs"
}

import TestSupport
import Testing

@testable import Orch

struct GraphProgressTests {
    /// A graph, and what each node will do if it runs.
    private struct World {
        var shape: GraphShape
        var ends: [NodeState]
        var choices: [Set<Int>?]

        init(seed: UInt64) throws {
            var numbers = SeededGenerator(seed: seed)
            let count = Int.random(in: 2...9, using: &numbers)
            let kinds: [GraphNodeKind] = [.task, .task, .branch, .shortCircuit]
            let nodes = (0..<count).map { index in
                GraphShape.Node(
                    name: "n\(index)", kind: kinds.randomElement(using: &numbers) ?? .task,
                    trigger: TriggerRule.allCases.randomElement(using: &numbers) ?? .always)
            }
            // Declared in any order: an edge leads from the lower rank to the higher.
            let ranks = (0..<count).shuffled(using: &numbers)
            let pairs = (0..<count).flatMap { to in (0..<to).map { (ranks[$0], ranks[to]) } }
            let edges = pairs.filter { _ in Int.random(in: 0..<3, using: &numbers) == 0 }
            let shape = try GraphShape(nodes: nodes, edges: edges.map { GraphShape.Edge(from: $0, to: $1) })
            self.shape = shape
            ends = nodes.map { _ in
                [.success, .success, .failed, .cancelled].randomElement(using: &numbers) ?? .success
            }
            choices = nodes.indices.map { node in
                switch nodes[node].kind {
                case .task: nil
                case .branch: Set(shape.downstream[node].filter { _ in Bool.random(using: &numbers) })
                case .shortCircuit: Bool.random(using: &numbers) ? [] : nil
                }
            }
        }

        /// Lets the nodes that run end in an order of chance; gives what became of each.
        func history(seed: UInt64) -> [String] {
            var numbers = SeededGenerator(seed: seed)
            var progress = GraphProgress(shape)
            var outcomes = shape.nodes.map { _ in [String]() }
            var running: [Int] = []
            func take(_ steps: [GraphProgress.Step]) {
                for step in steps {
                    switch step {
                    case .run(let node):
                        running.append(node)
                        outcomes[node].append("ran")
                    case .settle(let node, let state, let reason):
                        outcomes[node].append("\(state): \(reason)")
                    }
                }
            }
            take(progress.start())
            while let index = running.indices.randomElement(using: &numbers) {
                let node = running.remove(at: index)
                let choice = ends[node] == .success ? choices[node] : nil
                take(progress.end(node, as: ends[node], choosing: choice))
            }
            return outcomes.map { $0.joined(separator: " and ") }
        }
    }

    @Test func outcomesDoNotDependOnSpeed() throws {
        for seed in 0..<2_000 {
            let world = try World(seed: UInt64(seed))
            let first = world.history(seed: 0)
            for other in 1..<8 {
                #expect(world.history(seed: UInt64(other)) == first, "seed \(seed)")
            }
            #expect(first.allSatisfy { !$0.isEmpty && !$0.contains(" and ran") }, "seed \(seed): \(first)")
        }
    }

    @Test func whatABranchPassesOverNeverRuns() throws {
        for seed in 0..<2_000 {
            let world = try World(seed: UInt64(seed))
            let outcomes = world.history(seed: 1)
            for (node, choice) in world.choices.enumerated() {
                guard let choice, outcomes[node] == "ran", world.ends[node] == .success else { continue }
                let followed = world.shape.followed(by: node, choosing: choice)
                for after in world.shape.downstream[node] where !followed.contains(after) {
                    #expect(outcomes[after].hasPrefix("skipped: n"), "seed \(seed)")
                }
            }
        }
    }

    @Test func aNodeAfterTheChosenArmIsNotPassedOver() throws {
        // branch -> arm -> join, branch -> join
        let shape = try shape(
            [("branch", .branch, .allSuccess), ("arm", .task, .allSuccess), ("join", .task, .allSuccess)],
            [(0, 1), (1, 2), (0, 2)])
        var progress = GraphProgress(shape)
        #expect(progress.start() == [.run(0)])
        #expect(progress.end(0, as: .success, choosing: [1]) == [.run(1)])
        #expect(progress.end(1, as: .success) == [.run(2)])
        var other = GraphProgress(shape)
        _ = other.start()
        #expect(
            other.end(0, as: .success, choosing: [2]) == [
                .settle(1, .skipped, reason: "branch did not choose it"),
                .settle(2, .skipped, reason: "arm was skipped"),
            ])
    }

    @Test func aNodeThatNeedsOneStillWaitsForABranch() throws {
        let shape = try shape(
            [("quick", .task, .allSuccess), ("branch", .branch, .allSuccess), ("one", .task, .oneSuccess)],
            [(0, 2), (1, 2)])
        var progress = GraphProgress(shape)
        _ = progress.start()
        #expect(progress.end(0, as: .success) == [])
        #expect(
            progress.end(1, as: .success, choosing: []) == [
                .settle(2, .skipped, reason: "branch did not choose it")
            ])
    }

    @Test(
        arguments: [
            (.allSuccess, [.failed, .success, .cancelled], "upstream a failed; upstream c was cancelled"),
            (.allSuccess, [.success, .skipped, .skipped], "b, c were skipped"),
            (.allFailed, [.failed, .success, .failed], "b did not fail"),
            (.oneSuccess, [.skipped, .skipped, .skipped], "everything before it was skipped"),
            (.oneFailed, [.skipped, .success, .success], "nothing before it failed"),
            (.oneDone, [.skipped, .skipped, .skipped], "nothing before it ran"),
            (.allSkipped, [.skipped, .failed, .skipped], "b ended otherwise"),
        ] as [(TriggerRule, [NodeState], String)])
    func reasonsNameNodes(rule: TriggerRule, states: [NodeState], reason: String) throws {
        // Skipped ones are made by short circuits that say no.
        let names = ["a", "b", "c"]
        let deciders = names.map { ("no-\($0)", GraphNodeKind.shortCircuit, TriggerRule.allSuccess) }
        let shape = try shape(
            names.map { ($0, .task, .allSuccess) } + [("last", .task, rule)] + deciders,
            [(0, 3), (1, 3), (2, 3), (4, 0), (5, 1), (6, 2)])
        var progress = GraphProgress(shape)
        var steps = progress.start()
        for (node, state) in states.enumerated() {
            steps += progress.end(node + 4, as: .success, choosing: state == .skipped ? [] : nil)
            if state != .skipped { steps += progress.end(node, as: state) }
        }
        let reasons = steps.compactMap { if case .settle(3, _, let reason) = $0 { reason } else { nil } }
        #expect(reasons == [reason])
    }

    /// A chain, a fan, and branches one after the other: as many decisions as nodes and edges, no more.
    @Test func tenThousandNodesTakeTenThousandDecisions() throws {
        let count = 10_000
        let chain: [(Int, Int)] = (1..<count).map { ($0 - 1, $0) }
        var fan: [(Int, Int)] = []
        for node in 1..<count - 1 { fan += [(0, node), (node, count - 1)] }
        var diamonds: [(Int, Int)] = []
        for first in stride(from: 0, to: count - 4, by: 3) {
            diamonds += [(first, first + 1), (first, first + 2), (first + 1, first + 3), (first + 2, first + 3)]
        }
        let nodes: [(String, GraphNodeKind, TriggerRule)] = (0..<count).map { index in
            ("n\(index)", index % 3 == 0 ? .branch : .task, .noneFailedMinOneSuccess)
        }
        for edges in [chain, fan, diamonds] {
            let shape = try shape(nodes, edges)
            var progress = GraphProgress(shape)
            var steps = progress.start()
            var next = 0
            while next < steps.count {
                if case .run(let node) = steps[next] {
                    let first = shape.nodes[node].kind == .branch ? shape.downstream[node].first : nil
                    steps += progress.end(node, as: .success, choosing: first.map { [$0] })
                }
                next += 1
            }
            #expect(steps.count == count)
            #expect(progress.decisions <= count + edges.count)
        }
    }

    private func shape(
        _ nodes: [(String, GraphNodeKind, TriggerRule)], _ edges: [(Int, Int)]
    ) throws -> GraphShape {
        try GraphShape(
            nodes: nodes.map { GraphShape.Node(name: $0.0, kind: $0.1, trigger: $0.2) },
            edges: edges.map { GraphShape.Edge(from: $0.0, to: $0.1) })
    }
}

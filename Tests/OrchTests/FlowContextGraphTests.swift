import OrchTesting
import Synchronization
import Testing

@testable import Orch

struct FlowContextGraphTests {
    private struct Failure: Error, CustomStringConvertible {
        var description = "no disk"
    }

    private let bench = TaskBench()
    private var reporter: RecordingReporter { bench.reporter }
    private var context: FlowContext { bench.context }

    /// The last state of each task, by name.
    private var ends: [String: String] {
        Dictionary(reporter.taskStates.map { ($0.name, $0.state.name) }) { $1 }
    }

    private func message(_ name: String) -> String? {
        reporter.taskStates.last { $0.name == name }?.state.message
    }

    @Test func laterNodesReadWhatEarlierOnesReturned() async throws {
        var last: Graph.Node<String>?
        let graph = try Graph { g in
            let a = g.node("a") { _ in 6 }
            let b = g.node("b") { _ in try a.output + 1 }
            // a is before c, if not directly.
            let c = g.node("c") { _ in "\(try a.output) \(try b.output)" }
            a >>> b >>> c
            last = c
        }
        let result = try await context.run(graph)
        let c = try #require(last)
        #expect(try result.output(of: c) == "6 7")
        #expect(try result.state(of: c) == .success)
        #expect(reporter.taskStates.map(\.name) == ["a", "a", "b", "b", "c", "c"])
        #expect(throws: GraphError.self) { try c.output }
    }

    @Test func nodesTakeWhatTasksTake() async throws {
        let cache = MemoryResultCache()
        let caching = ResultCaching(
            cache: cache, codeVersion: CodeVersion(["ORCH_IMAGE_DIGEST": "sha256:1"]), run: .new())
        let bench = TaskBench(parameters: ["month": 7], caching: caching)
        let hooks = Mutex<[String]>([])
        let work = Mutex(0)
        func graph() throws -> Graph {
            try Graph { g in
                let fetch = g.group("load").node(
                    TaskOptions("fetch", description: "Fetches.", tags: ["web"], runName: "fetch {{ month }}"),
                    cache: .inputs(7)
                ) { _ in
                    work.withLock { $0 += 1 }
                    return [1, 2, 3]
                }
                let slow = g.node(
                    TaskOptions(
                        "slow", timeout: .milliseconds(20),
                        hooks: StateHooks(onFailure: [{ event in hooks.withLock { $0.append(event.state.name) } }]))
                ) { _ in try await Task.sleep(for: .seconds(3600)) }
                let after = g.node(TaskOptions("after", tags: ["x"]), trigger: .allDone) { _ in try fetch.output.count }
                let never = g.node(TaskOptions("never", tags: ["y"])) { _ in }
                let choose = g.branch(TaskOptions("choose", tags: ["z"])) { _ in .nothing }
                fetch >>> [after, never]
                slow >>> [after, never]
                fetch >>> choose
            }
        }
        for _ in 0..<2 {
            await #expect(throws: GraphError.self) { try await bench.context.run(try graph()) }
        }
        #expect(work.withLock { $0 } == 1)
        #expect(hooks.withLock { $0 } == ["TimedOut", "TimedOut"])
        #expect(bench.states(of: "fetch 7") == ["Running", "Completed", "Running", "Cached"])
        #expect(bench.states(of: "slow") == ["Running", "TimedOut", "Running", "TimedOut"])
        #expect(bench.states(of: "after").suffix(2) == ["Running", "Completed"])
        let details = Dictionary(bench.reporter.taskStates.map { ($0.name, $0.details) }) { $1 }
        #expect(details["fetch 7"] == TaskDetails(task: "load.fetch", description: "Fetches.", tags: ["web"]))
        #expect(details["never"] == TaskDetails(tags: ["y"]))
        #expect(details["choose"] == TaskDetails(tags: ["z"]))
    }

    @Test func anOutputMayBeNil() async throws {
        var nothing: Graph.Node<Int?>?
        let graph = try Graph { g in nothing = g.node("nothing") { _ -> Int? in nil } }
        let node = try #require(nothing)
        #expect(try await context.run(graph).output(of: node) == nil)
    }

    @Test func anOutputIsOnlyForNodesAfterIt() async throws {
        let seen = Mutex<[String]>([])
        @Sendable func note(_ read: () throws -> Int) {
            do { _ = try read() } catch { seen.withLock { $0.append("\(error)") } }
        }
        let graph = try Graph { g in
            let a = g.node("a") { _ in 1 }
            let no = g.shortCircuit("no") { _ in false }
            let skipped = g.node("skipped") { _ in 2 }
            let z = g.node("z", trigger: .allDone) { _ in
                note { try a.output }
                note { try skipped.output }
            }
            no >>> skipped >>> z
        }
        try await context.run(graph)
        #expect(
            seen.withLock { $0 } == [
                "\"z\" cannot read the output of \"a\", as it does not come after it: add an edge",
                "\"skipped\" has no output: it ended as skipped",
            ])
    }

    @Test func whatABranchDoesNotChooseIsSkippedAndReported() async throws {
        let graph = try Graph { g in
            let choose = g.branch("choose") { _ in .follow("load.green") }
            let load = g.group("load")
            let arms: [any GraphNode] = ["green", "yellow"].map { load.node($0) { _ in } }
            let all = g.node("all") { _ in }
            let join = g.node("join", trigger: .noneFailedMinOneSuccess) { _ in }
            choose >>> arms >>> [all, join]
        }
        try await context.run(graph)
        #expect(
            ends == [
                "choose": "Completed", "load.green": "Completed", "load.yellow": "Skipped", "all": "Skipped",
                "join": "Completed",
            ])
        #expect(message("load.yellow") == "skipped because choose did not choose it")
        #expect(message("all") == "skipped because load.yellow was skipped")
        let skipped = try #require(reporter.taskStates.first { $0.name == "load.yellow" })
        #expect(skipped.state.type == .completed)
        #expect(skipped.attempt == 0)
        #expect(skipped.started == nil)
        #expect(skipped.ended == Timestamp(microseconds: 5))
        let log = try #require(reporter.logs.first { $0.logger == "load.yellow" })
        #expect(log.taskRun == skipped.taskRun)
        #expect(log.message == "Skipped because choose did not choose it")
    }

    @Test func aGroupIsChosenByItsName() async throws {
        let graph = try Graph { g in
            let choose = g.branch("choose") { _ in .follow("green") }
            let green = g.group("green")
            green.node("x") { _ in }
            green.node("y") { _ in }
            let greenest = g.node("greenest") { _ in }
            choose >>> [green, greenest]
        }
        try await context.run(graph)
        #expect(ends["green.x"] == "Completed" && ends["green.y"] == "Completed" && ends["greenest"] == "Skipped")
    }

    @Test func aBranchThatChoosesWhatDoesNotFollowFails() async throws {
        let graph = try Graph { g in
            g.branch("choose") { _ in .follow("grene") } >>> [g.node("green") { _ in }, g.node("red") { _ in }]
        }
        let error = await #expect(throws: GraphError.self) { try await context.run(graph) }
        #expect(
            error?.description
                == "1 of 3 nodes failed: choose (\"choose\" chose \"grene\", which does not come directly after it: did you "
                + "mean \"green\"? green, red does)")
        #expect(ends["green"] == "UpstreamFailed")
    }

    @Test func aShortCircuitThatSaysNoSkipsWhatFollows() async throws {
        let graph = try Graph { g in
            let workday = g.shortCircuit("only-weekdays") { _ in false }
            let load = g.node("load") { _ in }
            let report = g.node("report") { _ in }
            let clean = g.node("clean", trigger: .allDone) { _ in }
            workday >>> load >>> [report, clean]
        }
        try await context.run(graph)
        #expect(ends == ["only-weekdays": "Completed", "load": "Skipped", "report": "Skipped", "clean": "Completed"])
        #expect(message("load") == "skipped because only-weekdays said no")
    }

    @Test func theRunFailsWhereANodeDidThoughALaterOneRan() async throws {
        let graph = try Graph { g in
            let a = g.node("a", retries: 1) { _ in throw Failure() }
            let b = g.node("b") { _ in }
            let clean = g.node("clean", trigger: .allDone) { _ in }
            let other = g.node("other") { _ in throw Failure(description: "no net") }
            a >>> b >>> clean
            other >>> clean
        }
        let error = await #expect(throws: GraphError.self) { try await context.run(graph) }
        #expect(error?.description == "2 of 4 nodes failed: a (no disk), other (no net)")
        #expect(ends == ["a": "Failed", "b": "UpstreamFailed", "clean": "Completed", "other": "Failed"])
        #expect(message("b") == "upstream a failed")
        let reported = try #require(reporter.taskStates.first { $0.name == "b" })
        #expect(reported.state.type == .failed && reported.attempt == 0)
        #expect(reporter.taskStates.filter { $0.name == "a" }.map(\.attempt).max() == 2)
    }

    @Test func aNodeCancelledByItselfFailsTheRun() async throws {
        let graph = try Graph { g in
            let a = g.node("a") { _ in
                withUnsafeCurrentTask { $0?.cancel() }
                try Task.checkCancellation()
            }
            a >>> [g.node("b") { _ in }, g.node("c", trigger: .oneFailed) { _ in }]
        }
        await #expect(throws: GraphError.self) { try await context.run(graph) }
        #expect(ends == ["a": "Cancelled", "b": "UpstreamFailed", "c": "Completed"])
    }

    @Test func cancellingTheFlowCancelsWhatRunsAndStartsNoMore() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let graph = try Graph { g in
            let a = g.node("a") { _ in
                signal.finish()
                try await Task.sleep(for: .seconds(1_000))
            }
            let clean = g.node("clean", trigger: .allDone) { _ in }
            let always = g.node("late", trigger: .oneDone) { _ in }
            a >>> clean >>> always
        }
        let context = context
        let work = Task { try await context.run(graph) }
        for await _ in started {}
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(ends == ["a": "Cancelled", "clean": "Cancelled", "late": "Cancelled"])
        #expect(message("clean") == "the run was cancelled before it started")
    }

    @Test func aNodeThatWaitsForRoomDoesNotStartOnceTheFlowIsCancelled() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let graph = try Graph(maximumConcurrency: 1) { g in
            g.node("a") { _ in
                signal.finish()
                try await Task.sleep(for: .seconds(1_000))
            }
            g.node("b") { _ in }
        }
        let context = context
        let work = Task { try await context.run(graph) }
        for await _ in started {}
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(reporter.taskStates.filter { $0.name == "b" }.map(\.state.name) == ["Cancelled"])
        #expect(message("b") == "the run was cancelled before it started")
    }

    /// Two nodes that each wait for the other end only where they run at once.
    @Test func nodesRunAtTheSameTime() async throws {
        let (first, firstSignal) = AsyncStream.makeStream(of: Void.self)
        let (second, secondSignal) = AsyncStream.makeStream(of: Void.self)
        let graph = try Graph { g in
            g.node("first") { _ in
                firstSignal.finish()
                for await _ in second {}
            }
            g.node("second") { _ in
                secondSignal.finish()
                for await _ in first {}
            }
        }
        try await context.run(graph)
        #expect(ends == ["first": "Completed", "second": "Completed"])
    }

    @Test(arguments: [1, 3]) func noMoreRunAtOnceThanMay(bound: Int) async throws {
        let counts = Mutex((now: 0, most: 0))
        let graph = try Graph(maximumConcurrency: bound) { g in
            for index in 0..<20 {
                g.node("n\(index)") { _ in
                    counts.withLock { counts in
                        counts.now += 1
                        counts.most = max(counts.most, counts.now)
                    }
                    for _ in 0..<20 { await Task.yield() }
                    counts.withLock { $0.now -= 1 }
                }
            }
        }
        try await context.run(graph)
        #expect(counts.withLock { $0.most } <= bound)
        #expect(ends.count == 20)
    }

    @Test func whatIsAddedToABuiltGraphIsAnErrorOfItsRun() async throws {
        var group: Graph.Group?
        let graph = try Graph { g in
            g.node("a") { _ in }
            group = g
        }
        let late = try #require(group).node("late") { _ in 1 }
        let error = await #expect(throws: GraphError.self) { try await context.run(graph) }
        #expect(error?.description.contains("\"late\" was added to a graph that had been built") == true)
        #expect(throws: GraphError.self) { try late.output }
        #expect(ends.isEmpty)
    }

    @Test func anEmptyGraphRuns() async throws {
        try await context.run(try Graph { _ in })
        #expect(reporter.kinds.isEmpty)
    }

    @Test func graphsRunInsideGraphs() async throws {
        let context = context
        let sum = Mutex(0)
        let graph = try Graph { g in
            let a = g.node("a") { _ in 1 }
            let b = g.node("b") { context in
                let inner = try Graph { g in
                    let x = g.node("x") { _ in 10 }
                    x
                        >>> g.node("y") { _ in
                            let total = try a.output + x.output
                            sum.withLock { $0 = total }
                        }
                }
                try await context.run(inner)
            }
            a >>> b
        }
        try await context.run(graph)
        #expect(sum.withLock { $0 } == 11)
    }

    @Test func aGraphFlowRunsWithItsParameters() async throws {
        let context = context
        try await context.child(Months.self) { $0.month = 3 }
        #expect(reporter.kinds.contains { if case .metric(let metric) = $0 { metric.value == 30 } else { false } })
    }

    /// Branches one after the other, each choosing one of two arms.
    @Test func tenThousandNodesRun() async throws {
        let graph = try Graph { g in
            var last = g.node("start") { _ in }
            for index in 0..<2_500 {
                let choose = g.branch("choose\(index)") { _ in .follow("left\(index)") }
                let arms: [any GraphNode] = ["left\(index)", "right\(index)"].map { g.node($0) { _ in } }
                let join = g.node("join\(index)", trigger: .noneFailedMinOneSuccess) { _ in }
                last >>> choose >>> arms >>> join
                last = join
            }
        }
        try await context.run(graph)
        #expect(ends.count == 10_001)
        #expect(ends.values.count { $0 == "Skipped" } == 2_500)
        #expect(ends["join2499"] == "Completed")
    }
}

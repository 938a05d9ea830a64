import OrchTesting
import Synchronization
import Testing

@testable import Orch

@Suite(.timeLimit(.minutes(10)))
struct TaskFutureTests {
    private let bench = TaskBench()

    @Test func aValueAndAStateAreAwaited() async throws {
        let end = await bench.end { context in
            let good = context.submit("good") { 7 }
            let bad = context.submit("bad") { throw NumberedFailure(number: 1) }
            #expect(await good.state.name == "Completed")
            #expect(await bad.state.message == "failure 1")
            await #expect(throws: NumberedFailure(number: 1)) { try await bad.value }
            return try await good.value
        }
        #expect(try end.result.get() == 7)
        #expect(end.state.type == .completed)
    }

    @Test func tasksRunBesideTheFlow() async throws {
        let end = await bench.end { context in
            let gate = Gate()
            let waiting = context.submit("waiting") {
                await gate.wait()
                return 1
            }
            let opening = context.submit(TaskOptions("opening")) {
                gate.open()
                return 2
            }
            return try await waiting.value + opening.value
        }
        #expect(try end.result.get() == 3)
    }

    @Test func whatNobodyAwaitsIsAwaitedAtTheEnd() async throws {
        let done = Mutex(0)
        let end = await bench.end { context in
            for _ in 0..<10 {
                context.submit("later") {
                    await Task.yield()
                    context.submit("even later") { done.withLock { $0 += 1 } }
                }
            }
            return 5
        }
        #expect(try end.result.get() == 5)
        #expect(done.withLock { $0 } == 10)
        #expect(bench.states(of: "even later").filter { $0 == "Completed" }.count == 10)
    }

    @Test func aFailureThatNobodyAwaitsIsTheFlows() async {
        let end = await bench.end { context in
            context.submit("one") { throw NumberedFailure(number: 1) }
            context.submit("two") {}
            context.submit("three") { throw NumberedFailure(number: 3) }
            return 5
        }
        #expect(end.state.type == .failed)
        #expect(end.state.message == "2 of 3 tasks failed: one: failure 1; three: failure 3")
    }

    @Test(arguments: [false, true])
    func aFailureThatTheFlowSawIsNot(early: Bool) async {
        let end = await bench.end { context in
            let release = Gate()
            let future = context.submit("load") {
                if early { await release.wait() }
                throw NumberedFailure(number: 1)
            }
            async let seen: Void = {
                await #expect(throws: NumberedFailure.self) { try await future.value }
            }()
            release.open()
            await seen
            return 5
        }
        #expect(end.state.type == .completed)
    }

    @Test func aTaskWaitsForOthers() async throws {
        let order = Mutex<[String]>([])
        let end = await bench.end { context in
            @Sendable func note(_ name: String) { order.withLock { $0.append(name) } }
            let gate = Gate()
            let first = context.submit("first") {
                await gate.wait()
                note("first")
            }
            let second = context.submit("second") { note("second") }
            let third = context.submit("third", waitFor: [first, second]) { note("third") }
            let fourth = context.submit("fourth", waitFor: [third]) { note("fourth") }
            _ = await second.state
            gate.open()
            try await fourth.value
            return 0
        }
        #expect(end.state.type == .completed)
        #expect(order.withLock { $0 } == ["second", "first", "third", "fourth"])
        #expect(bench.states(of: "third") == ["Pending", "Running", "Completed"])
        #expect(bench.reporter.taskStates.first { $0.name == "third" }?.state.message == "waits for first, second")
    }

    @Test func aTaskDoesNotRunAfterAFailure() async {
        let ran = Mutex(false)
        let end = await bench.end { context in
            let first = context.submit("first") { throw NumberedFailure(number: 1) }
            let second = context.submit("second", waitFor: [first]) { ran.withLock { $0 = true } }
            let third = context.submit(TaskOptions("third", retries: 3), waitFor: [second]) {
                ran.withLock { $0 = true }
            }
            await #expect(throws: DependencyFailure(dependency: "second", stateName: "UpstreamFailed")) {
                try await third.value
            }
            return 0
        }
        #expect(!ran.withLock { $0 })
        #expect(bench.states(of: "second") == ["Pending", "UpstreamFailed"])
        #expect(bench.states(of: "third") == ["Pending", "UpstreamFailed"])
        #expect(bench.reporter.taskStates.filter { $0.name == "third" }.map(\.attempt) == [0, 0])
        #expect(
            end.state.message == "2 of 3 tasks failed: first: failure 1; "
                + "second: it did not run: \"first\", which it waited for, is Failed")
    }

    @Test func cancellingTheFlowCancelsAll() async {
        let (begun, isBegun) = AsyncStream.makeStream(of: Void.self)
        let flow = Task {
            await bench.end { context in
                let futures = (0..<4).map { number in
                    context.submit("load \(number)") {
                        isBegun.yield()
                        try await Task.sleep(for: .seconds(100))
                    }
                }
                context.submit("last", waitFor: [futures[0]]) {}
                for future in futures { try await future.value }
                return 0
            }
        }
        for await _ in begun.prefix(4) {}
        flow.cancel()
        #expect(await flow.value.state.type == .cancelled)
        #expect(bench.states().filter { $0 == "Cancelled" }.count == 5)
        #expect(bench.states(of: "last") == ["Pending", "Cancelled"])
    }

    @Test func aFlowThatThrowsCancelsWhatIsAtWork() async {
        let end = await bench.end { context in
            let (begun, isBegun) = AsyncStream.makeStream(of: Void.self)
            context.submit("load") {
                isBegun.yield()
                try await Task.sleep(for: .seconds(100))
            }
            for await _ in begun.prefix(1) {}
            throw NumberedFailure(number: 9)
        }
        #expect(end.state.message == "failure 9")
        #expect(bench.states(of: "load") == ["Running", "Cancelled"])
    }

    @Test func whatIgnoresTheEndOfTheFlowIsLeftBehind() async {
        let release = Gate()
        let end = await bench.end { context in
            context.submit(TaskOptions("stubborn", grace: .milliseconds(10))) { await release.wait() }
            throw NumberedFailure(number: 9)
        }
        #expect(end.state.message == "failure 9")
        #expect(bench.states(of: "stubborn").last == "Cancelled")
        release.open()
    }

    @Test func aTaskThatTheFlowCancelsFailsNothing() async {
        let end = await bench.end { context in
            let future = context.submit("load") { try await Task.sleep(for: .seconds(100)) }
            future.cancel()
            return 5
        }
        #expect(end.state.type == .completed)
        #expect(bench.states(of: "load").last == "Cancelled")
    }

    @Test func aDeclaredTaskIsSubmitted() async throws {
        let double = FlowTask(TaskOptions("double")) { (_: FlowContext, number: Int) in number * 2 }
        let end = await bench.end { context in
            let two = context.submit(double, 1)
            return try await context.submit(double, 2, waitFor: [two]).value + two.value
        }
        #expect(try end.result.get() == 6)
    }

    @Test func asyncLetWorks() async throws {
        let end = await bench.end { context in
            let gate = Gate()
            async let first = context.task("first") {
                await gate.wait()
                return 1
            }
            async let second = context.task("second") {
                gate.open()
                return 2
            }
            return try await first + second
        }
        #expect(try end.result.get() == 3)
        #expect(bench.states(of: "first") == ["Running", "Completed"])
    }

    // MARK: - Map

    @Test(arguments: [-1, 0, 1, 3, 100])
    func aMapKeepsTheOrderAndTheBound(concurrency: Int) async throws {
        let counts = Mutex((now: 0, most: 0))
        let values = try await bench.context.map("square", 0..<20, concurrency: concurrency) { number in
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            // Later ones end earlier.
            for _ in 0..<(20 - number) { await Task.yield() }
            counts.withLock { $0.now -= 1 }
            return number * number
        }
        #expect(values == (0..<20).map { $0 * $0 })
        #expect(counts.withLock { $0.most } <= max(1, concurrency))
        #expect(bench.states(of: "square[19]") == ["Running", "Completed"])
    }

    @Test func aMapUsesItsBound() async throws {
        let arrived = Mutex(0)
        let all = Gate()
        // Each waits for all of them to have come.
        _ = try await bench.context.map("meet", 0..<5, concurrency: 5) { _ in
            let count = arrived.withLock {
                $0 += 1
                return $0
            }
            if count == 5 { all.open() }
            await all.wait()
        }
        #expect(arrived.withLock { $0 } == 5)
    }

    @Test func aMapOverNothingIsAnEmptyList() async throws {
        #expect(try await bench.context.map("load", [Int]()) { $0 } == [])
        #expect(bench.reporter.kinds.isEmpty)
    }

    @Test func aFailureInAMapIsNamedAndTheOthersGoOn() async {
        let error = await #expect(throws: TaskFailures.self) {
            try await bench.context.map("load", 0..<10, concurrency: 2) { number in
                if number % 4 == 1 { throw NumberedFailure(number: number) }
                return number
            }
        }
        #expect(error?.failures.map(\.task) == ["load[1]", "load[5]", "load[9]"])
        #expect(
            error.map { "\($0)" }
                == "3 of 10 tasks failed: load[1]: failure 1; load[5]: failure 5; load[9]: failure 9")
        #expect(bench.states().filter { $0 == "Completed" }.count == 7)
    }

    @Test func manyFailuresAreCounted() async {
        let error = await #expect(throws: TaskFailures.self) {
            try await bench.context.map("load", 0..<8) { throw NumberedFailure(number: $0) }
        }
        #expect(error.map { "\($0)" }?.hasSuffix("load[4]: failure 4; and 3 more") == true)
    }

    @Test func aMapMayStopAtTheFirstFailure() async {
        let error = await #expect(throws: TaskFailures.self) {
            try await bench.context.map(TaskOptions("load"), 0..<100, concurrency: 2, stopsOnFailure: true) { number in
                if number == 3 { throw NumberedFailure(number: 3) }
                if number > 3 || number == 2 { try await Task.sleep(for: .seconds(100)) }
            }
        }
        #expect(error?.failures.map(\.task) == ["load[3]"])
        #expect(bench.reporter.taskStates.filter { $0.state.name == "Running" }.count == 4)
        #expect(bench.states(of: "load[2]") == ["Running", "Cancelled"])
    }

    @Test func cancellingTheFlowCancelsAMap() async {
        let (begun, isBegun) = AsyncStream.makeStream(of: Void.self)
        let context = bench.context
        let work = Task {
            try await context.map("load", 0..<100, concurrency: 3) { _ in
                isBegun.yield()
                try await Task.sleep(for: .seconds(100))
            }
        }
        for await _ in begun.prefix(3) {}
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        #expect(bench.states().filter { $0 == "Cancelled" }.count == 3)
    }

    @Test func aDeclaredTaskIsMapped() async throws {
        let fetch = FlowTask(TaskOptions("fetch")) { (_: FlowContext, month: Int) in month }
        #expect(try await bench.context.map(fetch, 1...3) == [1, 2, 3])
        #expect(bench.states(of: "fetch[2]") == ["Running", "Completed"])
        let named = FlowTask(TaskOptions("fetch")) { (_: FlowContext, month: Int) in
            month
        } runName: {
            "fetch \($0)"
        }
        _ = try await bench.context.map(named, 7...7)
        #expect(bench.states(of: "fetch 7") == ["Running", "Completed"])
    }

    // MARK: - Depth

    private struct Recursive: Flow {
        static let name = "recursive"
        func run(_ context: FlowContext) async throws { try await context.child(Recursive.self) }
    }

    @Test func aFlowThatRunsItselfEndsAtADepth() async {
        let error = await #expect(throws: OrchError.self) { try await bench.context.child(Recursive.self) }
        #expect(
            error.map { "\($0)" }
                == "recursive cannot run inside 64 other flows: does a flow run itself without an end?")
        #expect(bench.reporter.childRuns.filter { $0.state.type == .running }.count == 64)
        #expect(bench.reporter.childRuns.filter { $0.state.type == .failed }.count == 64)
    }
}

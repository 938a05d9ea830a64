import OrchTesting
import Synchronization
import Testing

@testable import Orch

/// Runs that a flow makes, as its tasks see them.
struct ChildRunTests {
    private static let run = Identifier.new()

    private func bench(
        _ desk: MemoryChildDesk, attempt: Int = 1, isEnding: @escaping @Sendable () -> Bool = { false }
    ) -> TaskBench {
        TaskBench(
            children: ChildRunMaking(desk: desk, run: Self.run, isEnding: isEnding), attempt: attempt)
    }

    @Test func itsResultComesBackAsAValue() async throws {
        let desk = MemoryChildDesk { request, _ in (.completed, request.parameters["month"], 0) }
        let bench = bench(desk)
        let month = try await bench.context.runDeployment("etl/docker-flow", parameters: ["month": 7], as: Int.self)
        #expect(month == 7)
        #expect(bench.states(of: "docker-flow") == ["Running", "Completed"])
        #expect(desk.requests.map(\.deployment) == ["etl/docker-flow"])
        #expect(desk.requests.map(\.place.attempt) == ["1.1"])
        let error = await #expect(throws: ChildRunResultError.self) {
            try await bench.context.runDeployment("docker-flow", parameters: ["month": 7], as: [String].self)
        }
        #expect(try #require(error).description.contains("no Array<String>"))
    }

    @Test func theSamePlaceAskingForTheSameIsTheSameRunInEachAttempt() async throws {
        let desk = MemoryChildDesk { _, _ in (.completed, 1, 0) }
        for attempt in 1...2 {
            let context = bench(desk, attempt: attempt).context
            for month in 1...2 { try await context.runDeployment("a", parameters: ["month": .int(Int64(month))]) }
            try await context.runDeployment("a", parameters: ["month": 1])
            try await context.runDeployment("b", parameters: ["month": 1])
        }
        #expect(desk.requests.count == 8)
        // The third has the parameters of the first, and another place.
        #expect(desk.keys.count == 4)
        #expect(desk.requests.prefix(4).map(\.place.key) == desk.requests.suffix(4).map(\.place.key))
        #expect(Set(desk.requests.map(\.place.attempt)) == ["1.1", "2.1"])
        // Other parameters at the same place are another run.
        try await bench(desk, attempt: 3).context.runDeployment("a", parameters: ["month": 12])
        #expect(desk.keys.count == 5)
    }

    @Test func aRunThatDoesNotCompleteFailsTheTaskWithItsNameAndState() async throws {
        let desk = MemoryChildDesk { _, _ in (.failed, nil, 3) }
        let bench = bench(desk)
        let failure = await #expect(throws: ChildRunFailure.self) { try await bench.context.runDeployment("a") }
        let text = try #require(failure).description
        #expect(text.hasPrefix("run child-1 (") && text.contains("is Failed: exit 3"))
        #expect(failure?.run.exitCode == 3)
        #expect(bench.states() == ["Running", "Failed"])
    }

    @Test func eachTryOfTheTaskIsTold() async throws {
        let desk = MemoryChildDesk { request, _ in
            request.place.attempt == "1.3" ? (.completed, 5, 0) : (.crashed, nil, nil)
        }
        let five = try await bench(desk).context.runDeployment("a", as: Int.self, options: TaskOptions("a", retries: 2))
        #expect(five == 5)
        #expect(desk.requests.map(\.place.attempt) == ["1.1", "1.2", "1.3"])
        #expect(desk.keys.count == 1)
    }

    @Test func aControllerThatIsAwayIsAskedAgainWithMoreAndMoreTimeBetween() async throws {
        let desk = MemoryChildDesk(silence: 4) { _, looks in looks < 3 ? nil : (.completed, 1, 0) }
        let bench = bench(desk)
        try await bench.context.runDeployment("a")
        let pauses = bench.clock.waits.filter { $0 > .milliseconds(50) }
        #expect(pauses == [.seconds(0.5), .seconds(1), .seconds(2), .seconds(4)])
        #expect(bench.reporter.logs.count { $0.message.hasPrefix("Cannot have a run made, and goes on trying") } == 1)
        // Once it was made it is waited for however long the controller is away.
        let long = MemoryChildDesk { _, looks in looks < 2 ? nil : (.completed, 1, 0) }
        let patient = self.bench(long)
        async let run = patient.context.runDeployment("a")
        while long.looks < 1 { await Task.yield() }
        long.beAway(for: 20)
        #expect(try await run.state.type == .completed)
    }

    @Test func aControllerThatIsAwayForGoodFailsTheTaskInsteadOfHoldingItForEver() async throws {
        let desk = MemoryChildDesk(silence: .max) { _, _ in nil }
        let bench = bench(desk)
        await #expect(throws: ControllerAway.self) { try await bench.context.runDeployment("a") }
        let waited = bench.clock.waits.reduce(Duration.zero, +)
        #expect(waited >= .seconds(600) && waited < .seconds(640))
    }

    @Test(.timeLimit(.minutes(10)), arguments: [false, true])
    func aTaskThatIsCancelledEndsItsRunUnlessTheProgramIsEndedItself(isEnding: Bool) async throws {
        let desk = MemoryChildDesk { _, _ in nil }
        let context = bench(desk, isEnding: { isEnding }).context
        let task = Task { try await context.runDeployment("a", options: TaskOptions("a", grace: .seconds(60))) }
        while desk.looks < 1 { await Task.yield() }
        task.cancel()
        let result = await task.result
        #expect(throws: (any Error).self) { try result.get() }
        #expect(desk.cancelled.count == (isEnding ? 0 : 1))
    }

    @Test func oneThatIsNotAwaitedGoesByItself() async throws {
        let desk = MemoryChildDesk { _, _ in nil }
        let child = try await bench(desk).context.runDeployment("a", awaited: false, detached: true)
        #expect(child.state.type == .scheduled && desk.looks == 0)
        #expect(desk.requests.first?.isAwaited == false && desk.requests.first?.isDetached == true)
    }

    @Test func itWaitsForTasksThatItDependsOn() async throws {
        let desk = MemoryChildDesk { _, _ in (.completed, 1, 0) }
        let bench = bench(desk)
        let failing = bench.context.submit("before") { () async throws -> Int in throw NumberedFailure(number: 1) }
        await #expect(throws: DependencyFailure.self) {
            try await bench.context.runDeployment("a", waitFor: [failing])
        }
        #expect(desk.requests.isEmpty)
        #expect(bench.states(of: "a") == ["Pending", "UpstreamFailed"])
    }

    @Test func byHandNoRunIsMadeAndTheErrorSaysWhatToDo() async throws {
        let context = TaskBench().context
        let calls: [@Sendable () async throws -> Void] = [
            { try await context.runDeployment("docker-flow") }, { try await context.container(image: "busybox") },
            { try await context.python(image: "python", script: "pass") },
        ]
        for call in calls {
            let error = await #expect(throws: OrchError.self) { try await call() }
            #expect(try #require(error).description.contains("cannot be run by hand"))
            #expect(try #require(error).description.contains("orch run"))
        }
    }

    @Test func aContainersExitCodeComesBackAndThoseThatAreAcceptedAreNoFailure() async throws {
        let desk = MemoryChildDesk { _, _ in (.failed, nil, 3) }
        let context = bench(desk).context
        let run = try await context.container(
            image: "busybox", command: ["sh", "-c", "exit 3"], environment: ["A": "b"], options: TaskOptions("shell"),
            accepting: [0, 3])
        #expect(run.exitCode == 3)
        let task = try #require(desk.requests.first?.container)
        #expect(
            task
                == ContainerTask(
                    name: "shell", image: "busybox", command: ["sh", "-c", "exit 3"], environment: ["A": "b"]))
        await #expect(throws: ChildRunFailure.self) { try await context.container(image: "busybox") }
        // One that was killed has no exit code of its own.
        let killed = MemoryChildDesk { _, _ in (.crashed, nil, 137) }
        await #expect(throws: ChildRunFailure.self) {
            try await bench(killed).context.container(image: "busybox", accepting: [0, 137])
        }
    }

    @Test func pythonIsGivenItsScriptAndArguments() async throws {
        let desk = MemoryChildDesk { _, _ in (.completed, nil, 0) }
        let script = "import sys\nprint(sys.argv[1])"
        try await bench(desk).context.python(image: "python:3.12-slim", script: script, arguments: ["2021-01"])
        let task = try #require(desk.requests.first?.container)
        #expect(task.command == ["python3", "-c", script, "2021-01"])
        #expect(task.environment == ["PYTHONUNBUFFERED": "1"])
    }
}

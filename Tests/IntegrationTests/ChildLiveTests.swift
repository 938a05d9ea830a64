import DockerEngine
import OrchClient
import OrchInfrastructure
import OrchModel
import Testing

/// Runs that runs make and wait for, on the real engine.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(10)), .serialized)
struct ChildLiveTests {
    private static let calling = ParameterSchema([
        .init("deployment", ValueSchema(.string), defaultValue: "doubling"),
        .init("input", ValueSchema(.integer), defaultValue: 21),
        .init("stands", ValueSchema(.boolean), defaultValue: false),
        .init("seconds", ValueSchema(.integer), defaultValue: 0),
        .init("detached", ValueSchema(.boolean), defaultValue: false),
        .init("retries", ValueSchema(.integer), defaultValue: 0),
    ])
    private static let doubling = ParameterSchema([.init("input", ValueSchema(.integer), defaultValue: 1)])

    private func withStack(_ body: @escaping @Sendable (LiveStack) async throws -> Void) async throws {
        try await LiveStack.with(files: try LiveStack.chaosProgram()) { stack in
            try await stack.deploy("calling", Self.calling)
            try await stack.deploy("doubling", Self.doubling)
            try await body(stack)
        }
    }

    /// An agent with room for one run: the parent lends its slot to the child that it waits for.
    @Test func aParentThatHoldsTheOnlySlotLendsItToTheChildThatItWaitsFor() async throws {
        try await withStack { stack in
            let run = try await stack.run(flow: "calling")
            let other = try await stack.run(flow: "doubling", ["input": 4])
            try await stack.withAgent(limit: 1) {
                try await stack.until(run, .completed)
                try await stack.until(other, .completed)
            }
            let ended = try await stack.now(run)
            #expect(ended.result == 42)
            let child = try #require(try await stack.children(of: run).first)
            #expect(child.parentRunID == run.id)
            #expect(child.state.type == .completed)
            #expect(child.ties?.isAwaited == true)
            #expect(child.container?.id != ended.container?.id)
            #expect(try await stack.lines(of: child).contains("doubles 21"))
            // What only waited in the queue had its turn after the parent.
            let waited = try await stack.now(other)
            #expect(try #require(waited.startedAt) >= (try #require(ended.startedAt)))
        }
    }

    @Test func aChildThatFailsFailsItsParentWithItsNameAndIsTriedAgainByTheNextTry() async throws {
        try await withStack { stack in
            try await stack.withAgent {
                let failing = try await stack.run(flow: "calling", ["input": -1])
                let state = try await stack.until(failing, .failed)
                let child = try #require(try await stack.children(of: failing).first)
                #expect(state.message.contains(child.name) && state.message.contains("failed as it was told to"))
                let trying = try await stack.run(flow: "calling", ["input": 13, "retries": 1])
                try await stack.until(trying, .completed)
                #expect(try await stack.now(trying).result == 26)
                let children = try await stack.children(of: trying)
                #expect(children.map(\.attempt) == [2])
            }
        }
    }

    @Test func aParentThatIsTriedAgainTakesTheChildThatHasCompleted() async throws {
        try await withStack { stack in
            try await stack.withAgent {
                let run = try await stack.run(flow: "calling", ["stands": true])
                try await stack.untilLine("stands still", of: run)
                try await stack.kill(run)
                try await stack.until(run, .crashed)
                let plan = try await stack.api.retryPlan(of: "\(run.id)", all: false)
                #expect(plan.children.map(\.why) == ["its result is taken"])
                _ = try await stack.api.retry("\(run.id)", RetryRequest())
                try await stack.until(run, .completed)
                #expect(try await stack.now(run).result == 42)
                let children = try await stack.children(of: run)
                #expect(children.map(\.attempt) == [1])
                let child = try #require(children.first)
                #expect(try await stack.lines(of: child).count { $0 == "doubles 21" } == 1)
            }
        }
    }

    @Test func aParentThatIsKilledWhileItsChildIsAtWorkFindsThatOneAgain() async throws {
        try await withStack { stack in
            try await stack.withAgent {
                let run = try await stack.run(flow: "calling", ["input": 0], policy: RunPolicy(retries: 1))
                let child = try await firstChild(of: run, stack)
                try await stack.untilLine("stands still", of: child)
                try await stack.kill(run)
                try await stack.until(run, .running, times: 2)
                try await stack.untilLine("Waiting for run \(child.name) (\(child.id)), which is Running", of: run)
                #expect(try await stack.now(child).state.type == .running)
                #expect(try await stack.children(of: run).map(\.id) == [child.id])
                _ = try await stack.api.cancel("\(run.id)")
                try await stack.until(run, .cancelled)
                try await stack.until(child, .cancelled)
            }
        }
    }

    @Test func cancellingAParentEndsItsChildrenUnlessTheyAreDetached() async throws {
        try await withStack { stack in
            try await stack.withAgent {
                for isDetached in [false, true] {
                    let run = try await stack.run(flow: "calling", ["input": 0, "detached": .bool(isDetached)])
                    let child = try await firstChild(of: run, stack)
                    try await stack.untilLine("stands still", of: child)
                    _ = try await stack.api.cancel("\(run.id)")
                    try await stack.until(run, .cancelled)
                    if isDetached {
                        #expect(try await stack.now(child).state.type == .running)
                        _ = try await stack.api.cancel("\(child.id)")
                    }
                    try await stack.until(child, .cancelled)
                }
            }
        }
    }

    /// Its time has to be enough for the child to be made, on any machine.
    @Test func aTaskThatIsOutOfTimeEndsItsChild() async throws {
        try await withStack { stack in
            try await stack.withAgent {
                let run = try await stack.run(flow: "calling", ["input": 0, "seconds": 60])
                let child = try await firstChild(of: run, stack)
                try await stack.until(child, .cancelled)
                try await stack.until(run, .failed)
            }
        }
    }

    /// The first child of a run, once there is one.
    private func firstChild(of run: FlowRun, _ stack: LiveStack) async throws -> FlowRun {
        for try await event in try await stack.api.follow("\(run.id)") {
            if case .log(let record) = event, record.message.hasPrefix("Waiting for run ") { break }
        }
        return try #require(try await stack.children(of: run).first)
    }

    @Test func containersOfOtherImagesAreRunWithTheirOwnLogsAndNoKey() async throws {
        try await LiveStack.with(files: try LiveStack.chaosProgram()) { stack in
            try await stack.deploy(
                "containing",
                ParameterSchema([
                    .init("image", ValueSchema(.string), defaultValue: .string(stack.bench.image)),
                    .init("scripts", ValueSchema(.array, items: ValueSchema(.string)), defaultValue: []),
                    .init("accepted", ValueSchema(.integer), defaultValue: 0),
                    .init("stands", ValueSchema(.boolean), defaultValue: false),
                ]))
            let greeting = "echo hello $WORD; echo key=${ORCH_API_KEY:-none}"
            try await stack.withAgent(limit: 1) {
                let run = try await stack.run(
                    flow: "containing",
                    ["scripts": [.string(greeting), "exit 3", .string(greeting)], "accepted": 3, "stands": true])
                try await stack.untilLine("stands still", of: run)
                let children = try await stack.children(of: run).reversed()
                #expect(children.map(\.termination?.exitCode) == [0, 3, 0])
                #expect(children.map(\.state.type) == [.completed, .failed, .completed])
                #expect(children.allSatisfy { $0.ties?.isContainer == true && $0.image == stack.bench.image })
                let first = try #require(children.first)
                #expect(try await stack.lines(of: first) == ["hello canary-1234", "key=none"])
                // What its environment holds is shown nowhere.
                #expect(first.parameters["environment"] == ["WORD": .string(Secret.placeholder)])
                // The next attempt takes those that have completed, and does what failed again.
                try await stack.kill(run)
                try await stack.until(run, .crashed)
                _ = try await stack.api.retry("\(run.id)", RetryRequest())
                try await stack.until(run, .completed)
                #expect(try await stack.now(run).result == [0, 3, 0])
                #expect(try await stack.children(of: run).reversed().map(\.attempt) == [1, 2, 1])

                let failing = try await stack.run(flow: "containing", ["scripts": ["echo no; exit 4"]])
                let state = try await stack.until(failing, .failed)
                #expect(state.message.contains("exit 4"))
                let gone = try await stack.run(
                    flow: "containing", ["image": "orch-test/nowhere:1", "scripts": ["true"]])
                #expect(try await stack.until(gone, .failed).message.contains("Crashed"))
            }
        }
    }

    @Test func aContainerIsHardenedAsItsParentsIs() async throws {
        try await LiveStack.with(files: try LiveStack.chaosProgram()) { stack in
            try await stack.deploy(
                "containing",
                ParameterSchema([
                    .init("image", ValueSchema(.string), defaultValue: .string(stack.bench.image)),
                    .init("scripts", ValueSchema(.array, items: ValueSchema(.string)), defaultValue: []),
                ]))
            try await stack.withAgent {
                let run = try await stack.run(flow: "containing", ["scripts": ["echo up; sleep 3600"]])
                let child = try await firstChild(of: run, stack)
                try await stack.untilLine("up", of: child)
                let (own, parents) = (try await stack.container(of: child), try await stack.container(of: run))
                #expect(own.hostConfig.capDrop == ["ALL"])
                #expect(own.hostConfig.capDrop == parents.hostConfig.capDrop)
                #expect(own.hostConfig.securityOpt == parents.hostConfig.securityOpt)
                #expect(own.hostConfig.networkMode == "host")
                _ = try await stack.api.cancel("\(run.id)")
                try await stack.until(child, .cancelled)
                try await stack.until(run, .cancelled)
            }
        }
    }

    @Test(.enabled(if: LiveStack.python != nil, "this machine has no Python to make an image of"))
    func pythonIsRunByAnImageThatHasIt() async throws {
        let python = try #require(LiveStack.python)
        let chaos = try LiveStack.chaosProgram()
        let known = Set(chaos.map(\.path))
        let interpreter = try LiveStack.pythonInterpreter(python).filter { !known.contains($0.path) }
        let link = TarArchive.Entry(path: "bin/python3", kind: .symlink(python), mode: 0o777)
        try await LiveStack.with(files: chaos + interpreter + [link]) { stack in
            try await stack.deploy(
                "scripting",
                ParameterSchema([
                    .init("image", ValueSchema(.string), defaultValue: .string(stack.bench.image)),
                    .init("word", ValueSchema(.string), defaultValue: "hello"),
                ]))
            try await stack.withAgent {
                let run = try await stack.run(flow: "scripting", ["word": "it's \"2021-01\""])
                try await stack.until(run, .completed)
                let child = try #require(try await stack.children(of: run).first)
                #expect(try await stack.lines(of: child) == ["python says it's \"2021-01\""])
                #expect(child.termination?.exitCode == 0)
            }
        }
    }
}

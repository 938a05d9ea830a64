import OrchModel
import Testing

/// What another attempt of a run would do, as it is said before.
struct RetryFactsTests {
    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    private static func task(
        _ name: String, _ type: StateType = .completed, _ state: String? = nil, attempt: Int = 1, key: String? = nil,
        flow: String? = nil
    ) -> RetryFacts.PastTask {
        let task = TaskRun(
            id: .new(), flowRunID: .new(), name: name, attempt: 1,
            state: RunState(type, name: state, message: "", at: at(1), actor: "flow"),
            details: nil)
        return RetryFacts.PastTask(task: task, attempt: attempt, flow: flow, key: key)
    }

    private static func entry(_ key: String, made: Int64 = 5, expires: Int64 = 100, code: String = "image sha256:1")
        -> (String, CacheEntry)
    {
        (
            key,
            CacheEntry(
                key: key, flowName: "etl", taskName: key, codeVersion: code, bytes: 1, runID: .new(), runName: "etl-1",
                madeAt: at(made), expiresAt: at(expires))
        )
    }

    private static func facts(
        _ tasks: [RetryFacts.PastTask], _ entries: [(String, CacheEntry)] = [], children: [FlowRun] = [],
        kind: RunEnding.Kind = .sdk, retry: RunRetry? = nil
    ) -> RetryFacts {
        let run = FlowRun(
            id: .new(), name: "etl-1", flowName: "etl", deploymentID: .new(), parameters: [:], workQueue: "default",
            image: "taxi:1", state: RunState(.failed, message: "no", at: at(9), actor: "flow"), attempt: 2,
            createdAt: at(0), scheduledFor: at(0),
            container: ContainerRecord(id: "c", name: "c", imageDigest: "sha256:1"), retry: retry)
        return RetryFacts(
            run: run, kind: kind, tasks: tasks, results: Dictionary(entries) { first, _ in first }, children: children)
    }

    private struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var type = StateType.completed
        var key: String? = "k"
        var entry: (String, CacheEntry)? = RetryFactsTests.entry("k")
        var since: Int64?
        /// nil: it is taken.
        var why: String?
    }

    @Test(arguments: [
        Row(testDescription: "its result is kept"),
        Row(testDescription: "without cache", key: nil, entry: nil, why: "no result was kept"),
        Row(testDescription: "failed", type: .failed, key: nil, why: "it was Failed"),
        Row(testDescription: "killed", type: .crashed, why: "it was Crashed"),
        Row(testDescription: "its result is gone", entry: nil, why: "its result is not there"),
        Row(
            testDescription: "expired", entry: entry("k", expires: 10), why: "its result expired at 1970-01-01T00:00:10"
        ),
        Row(
            testDescription: "of another build", entry: entry("k", code: "image sha256:2"),
            why: "of another build of the image (image sha256:2)"),
        Row(testDescription: "whatever the build", entry: entry("k", code: "")),
        Row(testDescription: "made before all was wished to be done again", since: 6, why: "does not count since"),
        Row(testDescription: "made after", since: 4),
    ])
    private func eachTaskIsTakenOrDoneAgainForAReason(_ row: Row) {
        let retry = row.since.map { RunRetry(by: "u", at: Self.at($0), after: 1, number: 1, resultsSince: Self.at($0)) }
        let plan = Self.facts([Self.task("t", row.type, key: row.key)], [row.entry].compactMap(\.self), retry: retry)
            .plan(all: false, refusal: nil, at: Self.at(50))
        #expect(plan.taken.count == (row.why == nil ? 1 : 0))
        #expect(plan.repeated.count == (row.why == nil ? 0 : 1))
        if let why = row.why { #expect(plan.repeated.first?.why.contains(why) == true, "\(plan.repeated)") }
    }

    @Test func wishedForAllEverythingIsDoneAgain() {
        let plan = Self.facts([Self.task("a", key: "k"), Self.task("b")], [Self.entry("k")])
            .plan(all: true, refusal: nil, at: Self.at(50))
        #expect(plan.taken.isEmpty)
        #expect(plan.repeated.map(\.why) == ["all is to be done again", "all is to be done again"])
    }

    @Test func theSameTaskOfSeveralAttemptsIsOne() {
        let tasks = [
            Self.task("a", key: "k1"), Self.task("b", key: "k2"), Self.task("b", .crashed),
            // The second attempt was killed before it came to look for b's result.
            Self.task("a", .completed, "Cached", attempt: 2, key: "k1"), Self.task("b", .crashed, attempt: 2),
        ]
        let plan = Self.facts(tasks, [Self.entry("k1"), Self.entry("k2")]).plan(
            all: false, refusal: nil, at: Self.at(50))
        #expect(plan.taken.map(\.task) == ["a", "b"])
        #expect(plan.taken.map(\.state) == ["Cached", "Completed"])
        // The second of its name.
        #expect(plan.repeated.map(\.task) == ["b"])
        #expect(plan.notes == ["Results count where taxi:1 is still the build sha256:1."])
    }

    @Test func subFlowsTasksAreToldApart() {
        let plan = Self.facts([Self.task("a", key: "k"), Self.task("a", flow: "sub")], [Self.entry("k")])
            .plan(all: false, refusal: nil, at: Self.at(50))
        #expect(plan.taken.map(\.flow) == [nil])
        #expect(plan.repeated.map(\.flow) == ["sub"])
    }

    @Test func aCommandIsOneWhole() {
        let plan = Self.facts([], kind: .command).plan(all: false, refusal: "no", at: Self.at(50))
        #expect(plan.notes == ["It is a command: all of it is done again."])
        #expect(plan.refusal == "no")
    }

    @Test func eachChildHasItsFate() {
        func child(_ type: StateType, made: Int64 = 5, place: Bool = true) -> FlowRun {
            FlowRun(
                id: .new(), name: "\(type)", flowName: "c", parameters: [:], workQueue: "q", image: "i",
                state: RunState(type, message: "", at: Self.at(1), actor: ""), createdAt: Self.at(made),
                scheduledFor: Self.at(made),
                ties: ChildTies(depth: 1, place: place ? ChildPlace(key: "k", attempt: "1.1") : nil))
        }
        let children = [
            child(.completed), child(.failed), child(.running), child(.completed, place: false),
        ]
        let plan = Self.facts([], children: children).plan(all: false, refusal: nil, at: Self.at(50))
        #expect(
            plan.children.map(\.why) == [
                "its result is taken", "it is tried again", "it is waited for",
                "nobody knows it by its place: the flow may make another one",
            ])
        let anew = Self.facts([], children: [child(.completed)]).plan(all: true, refusal: nil, at: Self.at(50))
        #expect(anew.children.map(\.why) == ["another one is made"])
    }

    @Test func whatAResultIsKnownByIsReadWithTheAttemptsKeyAlone() throws {
        let seal = ResultKeySeal(runKey: "orch_run_1_1_aa")
        let sealed = try #require(seal.seal("0123abcd"))
        #expect(!sealed.contains("0123"))
        #expect(ResultKeySeal(runKey: "orch_run_1_1_aa").open(sealed) == "0123abcd")
        #expect(ResultKeySeal(runKey: "orch_run_1_2_bb").open(sealed) == nil)
        for damaged in ["", "AAAA", String(sealed.dropLast(4)), "x" + sealed, "0123abcd"] {
            #expect(seal.open(damaged) == nil, "\(damaged)")
        }
        // The same twice is not to be known for the same.
        #expect(seal.seal("0123abcd") != sealed)
    }
}

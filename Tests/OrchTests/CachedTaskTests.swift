import FoundationEssentials
import OrchTesting
import Synchronization
import Testing

@testable import Orch

struct CachedTaskTests {
    private struct Rows: Codable, Equatable, Sendable {
        var name: String
        var count: Int64
    }

    private static func caching(
        _ cache: MemoryResultCache, code: String = "sha256:1", run: Identifier = .new()
    ) -> ResultCaching {
        ResultCaching(cache: cache, codeVersion: CodeVersion(["ORCH_IMAGE_DIGEST": code]), run: run)
    }

    private static func bench(_ cache: MemoryResultCache, code: String = "sha256:1") -> TaskBench {
        TaskBench(caching: caching(cache, code: code))
    }

    @Test func theSameInputsGiveTheSameResultWithoutTheWork() async throws {
        let cache = MemoryResultCache()
        let works = Atomic(0)
        let value = Rows(name: "ü\u{0}\"", count: .max)
        for _ in 1...3 {
            let bench = Self.bench(cache)
            let got = try await bench.context.task("fetch", cache: .inputs("url", 7)) {
                works.add(1, ordering: .relaxed)
                return value
            }
            #expect(got == value)
        }
        #expect(works.load(ordering: .relaxed) == 1)
        #expect(cache.locks == 0)
    }

    @Test func aKeyDependsOnFlowTaskCodeAndEachInput() throws {
        func key(_ policy: CachePolicy, flow: String = "f", task: String = "t", code: String = "c") throws -> CacheKey {
            try CacheKey(policy, flow: flow, task: task) { code }
        }
        let base = try key(.inputs("a", 1))
        #expect(try key(.inputs("a", 1, expiration: .seconds(1), refresh: true)).key == base.key)
        #expect(base.key.count == 64)
        let others = try [
            key(.inputs("a", 2)), key(.inputs(1, "a")), key(.inputs("a")), key(.inputs("a", "1")),
            key(.inputs("a", 1), flow: "g"), key(.inputs("a", 1), task: "u"), key(.key("a")),
            key(.inputs("a", 1), code: "d"),
        ]
        #expect(Set(others.map(\.key) + [base.key]).count == others.count + 1)
        #expect(try key(.inputs("a", 1), code: "d").subject == base.subject)
        // The order in which a dictionary is kept is none of the key's.
        let months = Dictionary(uniqueKeysWithValues: (1...50).map { ("\($0)", $0) })
        #expect(try key(.inputs(months)) == key(.inputs(Dictionary(uniqueKeysWithValues: months.reversed()))))
        // A text of the author's is good for all code.
        #expect(try key(.key("a"), code: "d") == key(.key("a")))
    }

    @Test func codeIsKnownByTheImageOrElseByTheProgramsFile() throws {
        #expect(try CodeVersion(["ORCH_IMAGE_DIGEST": "sha256:ab"]).text() == "image sha256:ab")
        let folder = FileManager.default.temporaryDirectory.appending(path: "orch-code-\(Identifier.new())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appending(path: "program")
        try Data("abc".utf8).write(to: program)
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try CodeVersion(["ORCH_IMAGE_DIGEST": ""], program: program.path).text() == "program sha256:\(hash)")
        #expect(try CodeVersion([:]).text().hasPrefix("program sha256:"))
    }

    @Test func neitherInputsNorValuesNorKeysAreInLogsAndStates() async throws {
        let cache = MemoryResultCache()
        for text in ["", "{\"hunter2\":", "[\"hunter2\"]"] {
            if !text.isEmpty { cache.spoil(text) }
            let bench = Self.bench(cache)
            _ = try await bench.context.task("fetch", cache: .inputs("hunter2")) {
                Rows(name: "hunter2", count: 1)
            }
            #expect(!"\(bench.reporter.kinds)".contains("hunter2"))
            for key in cache.keys { #expect(!"\(bench.reporter.kinds)".contains(key.prefix(12))) }
        }
        #expect(!cache.keys.isEmpty)
        #expect(!"\(cache.drafts.map(\.subject))\(cache.keys)".contains("hunter2"))
    }

    @Test func whoeverFailsLetsTheNextAttemptCompute() async throws {
        let cache = MemoryResultCache()
        let attempts = Atomic(0)
        let bench = Self.bench(cache)
        let got = try await bench.context.task(TaskOptions("fetch", retries: 1), cache: .inputs(1)) {
            guard attempts.add(1, ordering: .relaxed).newValue == 2 else { throw NumberedFailure(number: 1) }
            return 5
        }
        #expect(got == 5)
        #expect(bench.states() == ["Running", "AwaitingRetry", "Retrying", "Completed"])
        #expect(cache.locks == 0)
        await #expect(throws: NumberedFailure.self) {
            try await bench.context.task("other", cache: .inputs(1)) { () -> Int in throw NumberedFailure(number: 2) }
        }
        #expect(cache.locks == 0)
    }

    @Test(.timeLimit(.minutes(10))) func theLeaseIsRenewedForAsLongAsTheWorkTakes() async throws {
        let cache = MemoryResultCache()
        var caching = Self.caching(cache)
        caching.renewal = .milliseconds(1)
        _ = try await TaskBench(caching: caching).context.task("fetch", cache: .inputs(1)) {
            while cache.renewals < 3 { try await Task.sleep(for: .milliseconds(1)) }
            return 1
        }
        let renewals = cache.renewals
        for _ in 1...10 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(cache.renewals <= renewals + 1)
    }

    @Test(.timeLimit(.minutes(10))) func whoeverWaitsForAnotherRunCanBeCancelledAndHasATimeLimit() async throws {
        let key = try CacheKey(.inputs(1), flow: "flow", task: "fetch") { "image sha256:1" }.key
        let cache = MemoryResultCache { cache, _ in cache.hold([key]) }
        let bench = Self.bench(cache)
        let options = TaskOptions("fetch", timeout: .milliseconds(20))
        await #expect(throws: TaskTimedOut.self) {
            try await bench.context.task(options, cache: .inputs(1)) { 1 }
        }
        let (waiting, isWaiting) = AsyncStream.makeStream(of: Void.self)
        let other = MemoryResultCache { cache, _ in
            cache.hold([key])
            isWaiting.yield()
        }
        let context = Self.bench(other).context
        let task = Task { try await context.task("fetch", cache: .inputs(1)) { 1 } }
        for await _ in waiting { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test(.timeLimit(.minutes(10))) func anAttemptDoesNotWaitForOneThatWasLeftBehind() async throws {
        let cache = MemoryResultCache()
        let gate = Gate()
        let attempts = Mutex(0)
        // On a busy machine a later attempt may be out of time before it has begun.
        let options = TaskOptions("fetch", retries: 50, timeout: .seconds(1), grace: .milliseconds(1))
        let got = try await Self.bench(cache).context.task(options, cache: .inputs(1)) {
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            if attempt == 1 { await gate.wait() }
            return attempt
        }
        gate.open()
        #expect(got >= 2)
    }

    @Test func submittedTasksMappedOnesAndDeclaredOnesAreCachedToo() async throws {
        let cache = MemoryResultCache()
        let works = Atomic(0)
        let double = FlowTask(TaskOptions("double"), cache: { .inputs($0) }) { (_: FlowContext, number: Int) -> Int in
            works.add(1, ordering: .relaxed)
            return number * 2
        }
        for _ in 1...2 {
            let context = Self.bench(cache).context
            #expect(try await context.submit("one", cache: .inputs(1)) { 1 }.value == 1)
            #expect(try await context.map(double, [1, 2, 3]) == [2, 4, 6])
            #expect(try await context.task(double, 4) == 8)
            #expect(try await context.submit(double, 4).value == 8)
        }
        #expect(works.load(ordering: .relaxed) == 4)
    }

    /// The second attempt has a container of its own, so all that it shares with the first are the run and the controller.
    @Test func anotherAttemptOfTheRunDoesOnlyWhatTheFirstDidNotComeTo() async throws {
        let (cache, run, done) = (MemoryResultCache(), Identifier.new(), DoneWork())
        func attempt(_ run: Identifier, isGood: Bool) async throws -> [Int] {
            let context = TaskBench(caching: Self.caching(cache, run: run)).context
            var values: [Int] = []
            // Twice the same name, whose works differ.
            for number in 1...2 {
                values.append(
                    try await context.task("extract", cache: .withinRun()) { done.note("extract \(number)", number) })
            }
            let loads = (3...4).map { number in
                context.submit("load", cache: .withinRun()) { done.note("load \(number)", number) }
            }
            for load in loads { values.append(try await load.value) }
            values += try await context.map(
                FlowTask(TaskOptions("map"), cache: { _ in .withinRun() }) { (_: FlowContext, number: Int) in
                    done.note("map \(number)", number)
                }, [5, 6])
            values.append(
                try await context.task("end", cache: .withinRun()) {
                    guard isGood else { throw NumberedFailure(number: 7) }
                    return done.note("end", 7)
                })
            return values
        }
        await #expect(throws: NumberedFailure.self) { try await attempt(run, isGood: false) }
        #expect(done.taken() == ["extract 1", "extract 2", "load 3", "load 4", "map 5", "map 6"])
        #expect(try await attempt(run, isGood: true) == [1, 2, 3, 4, 5, 6, 7])
        #expect(done.taken() == ["end"])
        // Another run begins from the start.
        #expect(try await attempt(.new(), isGood: true).count == 7)
        #expect(done.taken().count == 7)
    }

    @Test func anAttemptOfTheRunDoesNotWaitForTheLeaseOfOneThatWasKilled() async throws {
        let run = Identifier.new()
        let cache = MemoryResultCache { _, asked in
            if asked > 2 { Issue.record("it waits") }
        }
        let place = TaskPlace(run: run, parameters: [:], name: "extract", ordinal: 0)
        let key = try CacheKey(.withinRun(), flow: "flow", task: "extract", place: place) { "image sha256:1" }
        _ = try await cache.lookUp(
            CacheLookup(key: key.key, subject: key.subject, holder: "\(run)", refresh: false))
        #expect(cache.locks == 1)
        let context = TaskBench(caching: Self.caching(cache, run: run)).context
        #expect(try await context.task("extract", cache: .withinRun()) { 1 } == 1)
        #expect(cache.keys == [key.key])
    }

    @Test func subFlowsAndInputsTellTasksOfOneNameApart() throws {
        func key(_ policy: CachePolicy, _ parameters: [String: JSONValue], ordinal: Int = 0) throws -> String {
            let place = TaskPlace(run: MemoryResultCache.run, parameters: parameters, name: "t", ordinal: ordinal)
            return try CacheKey(policy, flow: "f", task: "t", place: place) { "c" }.key
        }
        let keys = try [
            key(.withinRun(), [:]), key(.withinRun(), ["month": 1]), key(.withinRun(1), [:]),
            key(.withinRun(), [:], ordinal: 1),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(try key(.withinRun(1), [:]) == keys[2])
    }

    @Test func aTaskWithoutAPolicyIsNeverCached() async throws {
        let cache = MemoryResultCache { _, _ in Issue.record("asked") }
        let works = Atomic(0)
        for _ in 1...2 {
            _ = try await Self.bench(cache).context.task("fetch") { works.add(1, ordering: .relaxed) }
        }
        #expect(works.load(ordering: .relaxed) == 2)
    }
}

/// What work was done, whoever did it.
private final class DoneWork: Sendable {
    private let names = Mutex<[String]>([])

    func note(_ name: String, _ value: Int) -> Int {
        names.withLock { $0.append(name) }
        return value
    }

    /// What was done since this was called last, in the order of the names.
    func taken() -> [String] {
        names.withLock { names in
            defer { names = [] }
            return names.sorted()
        }
    }
}

import FoundationEssentials
import OrchTesting
import Synchronization
import Testing

@testable import Orch

/// Results that are too large to travel as values.
struct StoredResultTests {
    /// More JSON than a value may have.
    private static let large = String(repeating: "0123456789", count: 120_000)

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "orch-results-\(Identifier.new())").path
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(path)) } catch { outcome = .failure(error) }
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
        try outcome.get()
    }

    private func bench(_ cache: MemoryResultCache, _ store: (any ResultStore)?) -> TaskBench {
        let caching = ResultCaching(
            cache: cache, codeVersion: CodeVersion(["ORCH_IMAGE_DIGEST": "sha256:1"]), run: MemoryResultCache.run)
        return TaskBench(caching: caching, results: store)
    }

    /// Does a cached task; how often it was done.
    private func work(_ bench: TaskBench, _ value: String = large) async throws -> (value: String, times: Int) {
        let times = Mutex(0)
        let made = try await bench.context.task("make", cache: .inputs(1)) {
            times.withLock { $0 += 1 }
            return value
        }
        return (made, times.withLock { $0 })
    }

    private func files(_ folder: String) -> [String] {
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return found.filter { $0.hasSuffix(".json") || $0.hasSuffix(".part") }.sorted()
    }

    @Test func aLargeResultIsKeptInTheStoreAndReadByTheNextRun() async throws {
        try await withFolder { folder in
            let (cache, store) = (MemoryResultCache(), FolderResultStore(folder))
            #expect(try await work(bench(cache, store)).times == 1)
            let draft = try #require(cache.drafts.first)
            #expect(draft.value.utf8.count < 1000)
            #expect(files(folder).count == 1 && files(folder)[0].hasSuffix(".json"))
            // Another process, with a store of its own on the same volume.
            let second = bench(cache, FolderResultStore(folder))
            let (value, times) = try await work(second)
            #expect(value == Self.large && times == 0)
            #expect(second.states() == ["Running", "Cached"])
        }
    }

    @Test func withoutAStoreALargeResultIsAWarningThatSaysWhatToDo() async throws {
        let cache = MemoryResultCache()
        let bench = bench(cache, nil)
        #expect(try await work(bench).times == 1)
        #expect(cache.drafts.isEmpty && cache.locks == 0)
        let warnings = bench.reporter.logs.filter { $0.level == .warning }.map(\.message)
        #expect(warnings.count == 1 && warnings[0].contains("Give the flow a result store"))
    }

    /// What Prefect's users met on their second run: the state said cached, and the file had been in a dead container.
    @Test("Path ~/.prefect/storage/… does not exist")
    func pathInPrefectStorageDoesNotExist() async throws {
        try await withFolder { folder in
            let cache = MemoryResultCache()
            // The first container keeps its result in a folder of its own, and is removed with it.
            #expect(try await work(bench(cache, FolderResultStore("\(folder)/container-1"))).times == 1)
            try FileManager.default.removeItem(atPath: "\(folder)/container-1")
            let second = bench(cache, FolderResultStore("\(folder)/container-1"))
            let (value, times) = try await work(second)
            #expect(value == Self.large && times == 1)
            #expect(second.states() == ["Running", "Completed"])
            let warning = try #require(second.reporter.logs.first { $0.level == .warning }?.message)
            #expect(warning.contains("No such file or directory") && warning.contains("unreadable"))
            // What was made again is kept in its place.
            #expect(try await work(bench(cache, FolderResultStore("\(folder)/container-1"))).times == 0)
        }
    }

    private enum Damage: String, CaseIterable, Sendable {
        case shorter, longer, changed, folderInItsPlace, noStore, newerForm, otherShape
    }

    @Test(arguments: Damage.allCases)
    private func whatIsNotWhatWasKeptIsAMissWithAWarning(damage: Damage) async throws {
        try await withFolder { folder in
            let (cache, store) = (MemoryResultCache(), FolderResultStore(folder))
            _ = try await work(bench(cache, store))
            let path = "\(folder)/" + (try #require(files(folder).first))
            var bytes = try Data(contentsOf: URL(filePath: path))
            switch damage {
            case .shorter: try bytes.dropLast().write(to: URL(filePath: path))
            case .longer: try (bytes + [32]).write(to: URL(filePath: path))
            case .changed:
                bytes[bytes.count / 2] = 65
                try bytes.write(to: URL(filePath: path))
            case .folderInItsPlace:
                try FileManager.default.removeItem(atPath: path)
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            case .noStore: break
            case .newerForm: cache.spoil("{\"orch.stored-result\":{\"version\":2}}")
            case .otherShape: cache.spoil("{\"orch.stored-result\":{\"version\":1}}")
            }
            let second = bench(cache, damage == .noStore ? nil : store)
            let (value, times) = try await work(second)
            #expect(value == Self.large && times == 1)
            #expect(second.reporter.logs.contains { $0.level == .warning && $0.message.contains("unreadable") })
        }
    }

    @Test func aWriterThatIsKilledLeavesNothingUnderTheResultsName() async throws {
        try await withFolder { folder in
            let store = FolderResultStore(folder)
            try await store.put([1, 2, 3], as: "flow/aa/x.json")
            // What a killed writer leaves has another name.
            try Data([9]).write(to: URL(filePath: "\(folder)/flow/aa/.1234.part"))
            #expect(try await store.get("flow/aa/x.json", upTo: 10) == [1, 2, 3])
            try await store.put([1, 2, 3], as: "flow/aa/x.json")
            #expect(try await store.get("flow/aa/x.json", upTo: 2) == [1, 2])
            await #expect(throws: FolderResultStore.Failure.self) { try await store.get("flow/aa/y.json", upTo: 1) }
        }
    }

    @Test(arguments: ["../x", "a/../../x", "/etc/passwd", "", "a//b", ".", "a/\0"])
    func aKeyDoesNotLeaveTheFolder(key: String) async throws {
        try await withFolder { folder in
            let store = FolderResultStore("\(folder)/inside")
            await #expect(throws: FolderResultStore.Failure.self) { try await store.put([1], as: key) }
            await #expect(throws: FolderResultStore.Failure.self) { try await store.get(key, upTo: 1) }
        }
    }

    /// A flow that returns more than travels.
    private struct Large: Flow {
        static let name = "large"
        static let folder = Mutex<String>("")
        func resultStore(_ context: FlowContext) throws -> (any ResultStore)? {
            FolderResultStore(Self.folder.withLock { $0 })
        }
        func run(_ context: FlowContext) async throws -> String { StoredResultTests.large }
    }

    @Test func aFlowsLargeResultTravelsByReferenceAndIsReadByItsParent() async throws {
        try await withFolder { folder in
            Large.folder.withLock { $0 = folder }
            let reporter = RecordingReporter()
            let services = RunServices(
                reporter: reporter, logLevel: .info, clock: ImmediateClock(), now: { .now() }, scratchRoot: "/nowhere")
            let runner = FlowRunner(services: services, launch: try LaunchEnvironment([:]), variables: [:])
            #expect(await runner.run(Large.self, assignments: []) { "" } == .completed)
            let reported = reporter.kinds.compactMap { if case .result(let value) = $0 { value } else { nil } }
            let result = try #require(reported.first)
            #expect(result.jsonText.utf8.count < 1000)
            let desk = MemoryChildDesk { _, _ in (.completed, result, 0) }
            let making = ChildRunMaking(desk: desk, run: .new(), isEnding: { false })
            let parent = TaskBench(children: making, results: FolderResultStore(folder))
            #expect(try await parent.context.runDeployment("large", as: String.self) == Self.large)
            let lonely = TaskBench(children: making).context
            let error = await #expect(throws: ChildRunResultError.self) {
                try await lonely.runDeployment("large", as: String.self)
            }
            #expect(try #require(error).description.contains("names no result store"))
        }
    }
}

import FoundationEssentials
import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    /// What goes, what stays, and in what steps.
    struct StoreRetentionTests {
        /// Nothing goes, but for what a test says.
        static let keepsAll = RetentionPolicy(
            logSeconds: nil, runSeconds: nil, runsPerDeployment: nil, logBytes: nil, agentSeconds: nil,
            resultBytes: nil)

        /// A run that ended at a moment, with so many lines of ten bytes.
        @discardableResult
        static func ended(
            _ name: String, at seconds: Double, lines: Int = 3, of deployment: Identifier = .new(),
            _ store: any Store
        ) async throws -> Identifier {
            var draft = Sample.run(name)
            draft.run.deploymentID = deployment
            let key = try await store.claimedRun(draft)
            // So many that their segments are not small, and stay apart.
            for first in stride(from: 0, to: lines, by: 4096) {
                let records = (first..<min(first + 4096, lines)).map { Sample.line(Int64($0 + 1), "ten bytes.") }
                _ = try await store.apply(AttemptReport(token: "", records: records), to: key, at: seconds)
            }
            let task = TaskRun(
                id: .new(), flowRunID: key.runID, name: "extract", attempt: 1,
                state: Sample.state(.running, at: seconds))
            let child = ChildRunReport(
                id: .new(), parentRunID: key.runID, flowName: "etl", parameters: [:],
                state: Sample.state(.running, at: seconds, actor: "flow"))
            let report = AttemptReport(
                token: "", taskRuns: [task], childRuns: [child], state: Sample.state(.completed, at: seconds))
            _ = try await store.apply(report, to: key, at: seconds)
            return key.runID
        }

        /// Steps of a pass until nothing is left that has to go.
        static func pass(
            _ policy: RetentionPolicy, at seconds: Double, rows: Int = 1000, _ store: any Store
        ) async throws -> (removed: RetentionRemovals, steps: Int) {
            let rules = RetentionRules(policy, at: Sample.at(seconds))
            var survey = try await store.survey(rules)
            let (excess, excessResults) = (survey.excessBytes, survey.excessResultBytes)
            var removed = RetentionRemovals()
            for step in 1... {
                let turn = RetentionTurn(
                    rules: rules, survey: survey, holder: "c1", heldUntil: Sample.at(seconds + 60), rows: rows,
                    at: Sample.at(seconds))
                switch try await store.retire(turn) {
                case .held: throw StoreError.locked(path: "retention_pass")
                case .removed(let more): removed += more
                case .done(let more):
                    removed += more
                    try await store.endRetention(
                        by: "c1", RetentionPass(endedAt: Sample.at(seconds), removed: removed))
                    return (removed, step)
                }
                survey.excessBytes = max(0, excess - removed.logBytes)
                survey.excessResultBytes = max(0, excessResults - removed.resultBytes)
            }
            return (removed, 0)
        }

        private func names(_ store: any Store) async throws -> [String] {
            try await store.runs(matching: RunQuery(limit: 1000)).map(\.name).sorted()
        }

        private static let day = 86_400.0

        @Test(arguments: StoreKind.all)
        func oldRunsGoWithAllThatBelongsToThemAndNoOthers(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let old = try await Self.ended("old", at: 10, store)
                let children = try await store.runs(matching: RunQuery(parent: old)).map(\.id)
                #expect(children.count == 1)
                let young = try await Self.ended("young", at: 95 * Self.day, store)
                let live = try await store.claimedRun(Sample.run("live"))
                let asset = AssetReport(
                    flowRunID: live.runID, at: Sample.at(3),
                    record: AssetRecord(
                        namespace: "gs://lake", dataset: "green", uri: "gs://lake/data/green/a", version: "1",
                        schema: [], bytes: 9, sha256: "f"))
                _ = try await store.apply(AttemptReport(token: "", assets: [asset]), to: live, at: 3)
                let asking = Sample.run("waiting")
                try await store.createRun(asking)
                let held = Sample.run("held")
                try await store.createRun(held)
                _ = try await store.request(
                    RunRequest(.pause, by: "user admin", at: Sample.at(4)), of: held.run.id)
                var policy = Self.keepsAll
                policy.runSeconds = 90 * Self.day
                let status = try await store.retentionStatus(policy, at: Sample.at(100 * Self.day))
                #expect(status.due == RetentionRemovals(runsByAge: 1, logBytes: 30))
                #expect(status.logBytes == 60 && status.last == nil)

                let (removed, _) = try await Self.pass(policy, at: 100 * Self.day, store)
                #expect(removed == status.due)
                #expect(try await names(store) == ["held", "live", "waiting", "young"])
                for id in [old] + children { #expect(try await store.run(id) == nil) }
                #expect(try await store.taskRuns(of: old).isEmpty)
                #expect(try await store.logs(of: young, matching: LogQuery()).records.count == 3)
                #expect(try await store.assets(matching: AssetQuery(isLatest: true)).assets.count == 1)
                #expect(try await (store as? RelationalStore)?.problems() == [])
                let last = try await store.lastRetention()
                #expect(last == RetentionPass(endedAt: Sample.at(100 * Self.day), removed: removed))
                #expect(try await Self.pass(policy, at: 100 * Self.day, store).removed == RetentionRemovals())
            }
        }

        @Test(arguments: StoreKind.all)
        func anAssetStaysWhenItsRunHasGone(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let asset = AssetReport(
                    flowRunID: key.runID, at: Sample.at(3),
                    record: AssetRecord(
                        namespace: "gs://lake", dataset: "green", uri: "gs://lake/data/green/a", version: "1",
                        schema: [], bytes: 9, sha256: "f"))
                _ = try await store.apply(
                    AttemptReport(token: "", assets: [asset], state: Sample.state(.completed, at: 5)), to: key, at: 5)
                var policy = Self.keepsAll
                policy.runSeconds = 1
                #expect(try await Self.pass(policy, at: 100, store).removed.runsByAge == 1)
                #expect(try await store.run(key.runID) == nil)
                #expect(
                    try await store.assets(matching: AssetQuery(isLatest: true)).assets.map(\.flowRunID) == [key.runID])
            }
        }

        @Test(arguments: StoreKind.all)
        func logsGoBeforeTheirRunsAndThatIsSaid(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let old = try await Self.ended("old", at: 10, store)
                let young = try await Self.ended("young", at: 95 * Self.day, store)
                var policy = Self.keepsAll
                policy.logSeconds = 30 * Self.day
                let now = Sample.at(100 * Self.day)
                let due = try await store.retentionStatus(policy, at: now).due
                #expect(due == RetentionRemovals(logsByAge: 1, logBytes: 30))
                #expect(try await Self.pass(policy, at: 100 * Self.day, store).removed == due)

                #expect(try await store.run(old)?.logsRemovedAt == now)
                #expect(try await store.run(young)?.logsRemovedAt == nil)
                let child = try #require(try await store.runs(matching: RunQuery(parent: old)).first).id
                let queries = [
                    LogQuery(), LogQuery(limit: 5, isTail: true), LogQuery(level: .error),
                    LogQuery(containing: "nothing like it"),
                ]
                for id in [old, child] {
                    for query in queries {
                        let page = try await store.logs(of: id, matching: query)
                        #expect(page.records.map(\.message) == ["logs removed on \(now) by retention"])
                        #expect(page.next == nil)
                    }
                    let news = try #require(try await store.news(of: id, since: RunCursor(), limit: 10))
                    #expect(news.records.map(\.message) == ["logs removed on \(now) by retention"])
                    #expect(!news.hasMore && !news.states.isEmpty)
                    let more = try #require(try await store.news(of: id, since: news.cursor, limit: 10))
                    #expect(more.records.isEmpty && more.states.isEmpty)
                }
                // One who has read a part of it is told too.
                for after: Int64 in 1...3 {
                    for id in [old, child] {
                        let page = try await store.logs(of: id, matching: LogQuery(after: after, level: .error))
                        #expect(page.records.map(\.message) == ["logs removed on \(now) by retention"])
                        let cursor = RunCursor(state: 0, log: after)
                        let news = try #require(try await store.news(of: id, since: cursor, limit: 10))
                        #expect(news.records.map(\.tellsOfRemoval) == [true])
                    }
                }
                // What was said once is not said again to one who reads on.
                let position = try await store.logs(of: old, matching: LogQuery()).records.first?.position
                let rest = try await store.logs(of: old, matching: LogQuery(after: try #require(position)))
                #expect(rest.records.isEmpty)
                #expect(try await store.states(of: old).count == 3)
                #expect(try await Self.pass(policy, at: 100 * Self.day, store).removed == RetentionRemovals())
            }
        }

        @Test(arguments: StoreKind.all)
        func theNewestRunsOfEachDeploymentStay(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let (busy, quiet) = (Identifier.new(), Identifier.new())
                for index in 1...5 { try await Self.ended("busy-\(index)", at: Double(index), of: busy, store) }
                try await Self.ended("quiet-1", at: 1, of: quiet, store)
                var waiting = Sample.run("busy-waiting")
                waiting.run.deploymentID = busy
                try await store.createRun(waiting)
                var policy = Self.keepsAll
                policy.runsPerDeployment = 2
                let due = try await store.retentionStatus(policy, at: Sample.at(100)).due
                #expect(due.runsByCount == 3)
                #expect(try await Self.pass(policy, at: 100, store).removed == due)
                #expect(try await names(store) == ["busy-4", "busy-5", "busy-waiting", "quiet-1"])
            }
        }

        @Test(arguments: StoreKind.all)
        func theLogsOfTheRunsGoThatEndedFirstUntilTheRestFits(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let live = try await store.claimedRun(Sample.run("live"))
                _ = try await store.apply(
                    AttemptReport(token: "", records: (1...20).map { Sample.line($0, "ten bytes.") }), to: live, at: 2)
                let last = try await Self.ended("last", at: 30, lines: 20, store)
                let first = try await Self.ended("first", at: 10, lines: 20, store)
                let second = try await Self.ended("second", at: 20, lines: 20, store)
                var policy = Self.keepsAll
                policy.logBytes = 500
                let status = try await store.retentionStatus(policy, at: Sample.at(100))
                #expect(status.logBytes == 800)
                #expect(status.due == RetentionRemovals(logsBySize: 2, logBytes: 400))
                #expect(try await Self.pass(policy, at: 100, rows: 7, store).removed == status.due)
                for (id, isRemoved) in [(first, true), (second, true), (last, false), (live.runID, false)] {
                    #expect((try await store.run(id)?.logsRemovedAt != nil) == isRemoved)
                }
                // Only what ended can go, though it does not suffice.
                policy.logBytes = 1
                #expect(try await Self.pass(policy, at: 100, store).removed.logsBySize == 1)
                #expect(try await store.logs(of: live.runID, matching: LogQuery()).records.count == 20)
            }
        }

        @Test(arguments: StoreKind.all)
        func aPassOfSmallStepsIsGoneOnWithByAnotherController(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let id = try await Self.ended("long", at: 10, lines: 7 * 4096, store)
                var policy = Self.keepsAll
                policy.runSeconds = 1
                let rules = RetentionRules(policy, at: Sample.at(100))
                let survey = try await store.survey(rules)
                func step(_ holder: String, at seconds: Double) async throws -> RetentionStep {
                    try await store.retire(
                        RetentionTurn(
                            rules: rules, survey: survey, holder: holder, heldUntil: Sample.at(seconds + 60), rows: 2,
                            at: Sample.at(seconds)))
                }
                #expect(try await step("c1", at: 100) == .removed(RetentionRemovals(runsByAge: 1, logBytes: 81_920)))
                // Half a log is none.
                #expect(
                    try await store.logs(of: id, matching: LogQuery()).records.map(\.message)
                        == ["logs removed on \(Sample.at(100)) by retention"])
                #expect(try await step("c2", at: 110) == .held)
                #expect(try await step("c1", at: 120) == .removed(RetentionRemovals(logBytes: 81_920)))
                // The first one went away.
                #expect(try await step("c2", at: 180) == .removed(RetentionRemovals(logBytes: 81_920)))
                #expect(try await step("c1", at: 181) == .held)
                var steps = 0
                while case .removed = try await step("c2", at: 182) { steps += 1 }
                #expect((3...9).contains(steps))
                #expect(try await store.run(id) == nil)
                try await store.endRetention(
                    by: "c2", RetentionPass(endedAt: Sample.at(183), removed: RetentionRemovals()))
                #expect(try await step("c1", at: 184) == .done(RetentionRemovals()))
            }
        }

        @Test(arguments: StoreKind.all)
        func silentAgentsAndOldQuestionsGo(kind: StoreKind) async throws {
            try await kind.withStore { store in
                _ = try await store.claim(Sample.claim("silent", limit: 0, at: 1))
                _ = try await store.claimedRun()
                _ = try await store.claim(Sample.claim("lively", limit: 0, at: 90))
                let task = AgentTask(id: .new(), question: .describeImage(reference: "taxi"))
                try await store.ask(
                    task, of: "default", placement: Placement(nil), until: Sample.at(50), at: Sample.at(10))
                var policy = Self.keepsAll
                policy.agentSeconds = 20
                let due = try await store.retentionStatus(policy, at: Sample.at(100)).due
                #expect(due == RetentionRemovals(agents: 1, questions: 1))
                #expect(try await Self.pass(policy, at: 100, store).removed == due)
                // One that holds a run stays, however silent it is.
                #expect(try await store.agents().map(\.info.name) == ["a1", "lively"])
            }
        }

        @Test(arguments: StoreKind.all)
        func nothingGoesWhereAllIsKept(kind: StoreKind) async throws {
            try await kind.withStore { store in
                try await Self.ended("old", at: 1, store)
                let status = try await store.retentionStatus(Self.keepsAll, at: Sample.at(1e9))
                #expect(status.due == RetentionRemovals())
                #expect(try await Self.pass(Self.keepsAll, at: 1e9, store).removed == RetentionRemovals())
                #expect(try await names(store) == ["old"])
            }
        }

        /// What a step takes is bounded by its rows. With more runs, to see the times that are printed:
        /// `ORCH_RETENTION_RUNS=20000`.
        @Test(arguments: StoreKind.all)
        func noStepRemovesMoreThanItsRowsHoweverManyRunsThereAre(kind: StoreKind) async throws {
            let count = ProcessInfo.processInfo.environment["ORCH_RETENTION_RUNS"].flatMap { Int($0) } ?? 200
            try await kind.withStore { store in
                for index in 0..<count {
                    try await Self.ended("run-\(index)", at: Double(index % 50), lines: 20, store)
                }
                try await Self.ended("long", at: 60, lines: count * 100, store)
                var policy = Self.keepsAll
                policy.runSeconds = 1
                let rules = RetentionRules(policy, at: Sample.at(100))
                let survey = try await store.survey(rules)
                let rows = 100
                var (removed, steps, longest) = (RetentionRemovals(), 0, Duration.zero)
                let begin = ContinuousClock.now
                loop: while true {
                    let turn = RetentionTurn(
                        rules: rules, survey: survey, holder: "c1", heldUntil: Sample.at(200), rows: rows,
                        at: Sample.at(100))
                    let start = ContinuousClock.now
                    let step = try await store.retire(turn)
                    longest = max(longest, ContinuousClock.now - start)
                    steps += 1
                    switch step {
                    case .held: Issue.record("nobody else is at it")
                    case .removed(let more):
                        #expect(more.runsByAge <= rows)
                        removed += more
                    case .done(let more):
                        removed += more
                        break loop
                    }
                }
                print(kind.name, count, "runs:", steps, "steps, longest", longest, "all", ContinuousClock.now - begin)
                #expect(removed == RetentionRemovals(runsByAge: count + 1, logBytes: Int64(count * 1200)))
                // The lines of each run are at least one row more.
                #expect(steps > 2 * count / rows)
            }
        }

        @Test func twoControllersOfOneDatabaseRemoveEachThingOnce() async throws {
            let schema = try StoreSchemaOfTest()
            let stores = [
                try await RelationalStore.openPostgres(url: schema.url, connections: 2),
                try await RelationalStore.openPostgres(url: schema.url, connections: 2),
            ]
            for index in 1...20 { try await Self.ended("run-\(index)", at: Double(index), lines: 10, stores[0]) }
            var policy = Self.keepsAll
            policy.logBytes = 1000
            let rules = RetentionRules(policy, at: Sample.at(100))
            // Both found the same excess; only one may remove it.
            let survey = try await stores[0].survey(rules)
            #expect(survey.excessBytes == 1000)
            let removed = try await withThrowingTaskGroup(of: RetentionRemovals.self) { group in
                for (index, store) in stores.enumerated() {
                    group.addTask {
                        var (removed, survey) = (RetentionRemovals(), survey)
                        while true {
                            let turn = RetentionTurn(
                                rules: rules, survey: survey, holder: "c\(index)", heldUntil: Sample.at(160), rows: 7,
                                at: Sample.at(100))
                            switch try await store.retire(turn) {
                            case .held: return removed
                            case .removed(let more): removed += more
                            case .done(let more):
                                removed += more
                                return removed
                            }
                            survey.excessBytes = max(0, 1000 - removed.logBytes)
                        }
                    }
                }
                return try await group.reduce(into: RetentionRemovals()) { $0 += $1 }
            }
            #expect(removed == RetentionRemovals(logsBySize: 10, logBytes: 1000))
            for store in stores { try await store.close() }
        }
    }
}

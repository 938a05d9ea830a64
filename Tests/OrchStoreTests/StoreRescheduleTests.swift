import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    /// Runs that leave their container to wait for something.
    struct StoreRescheduleTests {
        private static let sensor = SensorRecord(
            place: "p", taskRun: .new(), name: "wait for a sign", waitsFor: "a sign", since: Sample.at(1), pokes: 1,
            next: Sample.at(100), memory: ["seen": 1])

        /// What an agent reports of an attempt that ended to wait.
        private func left(
            until due: Double?, at seconds: Double, tasks: [TaskRun] = [], records: [LogRecord] = [],
            children: [ChildRunReport] = []
        ) -> AttemptReport {
            AttemptReport(
                token: "", records: records, taskRuns: tasks, childRuns: children,
                termination: Termination(exitCode: 75),
                state: Sample.state(.scheduled, name: RunState.awaitingRescheduleName, at: seconds),
                resumption: RunResumption(at: due.map { Sample.at($0) }, sensors: [Self.sensor]))
        }

        private func task(_ run: Identifier, _ name: String, _ state: RunState, id: Identifier = .new()) -> TaskRun {
            TaskRun(id: id, flowRunID: run, name: name, attempt: 1, state: state)
        }

        @Test(arguments: StoreKind.all)
        func theRunIsDueAgainWithWhatWasLeft(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let waiting = task(
                    key.runID, "wait", Sample.state(.scheduled, name: RunState.awaitingRescheduleName, at: 2))
                let open = task(key.runID, "around", Sample.state(.running, at: 2))
                let report = left(until: 100, at: 3, tasks: [waiting, open])
                #expect(try await store.apply(report, to: key, at: 4).word == "applied")
                var run = try #require(try await store.run(key.runID))
                #expect(run.state.awaitsReschedule)
                #expect(run.agent == nil && run.scheduledFor == Sample.at(100) && run.reschedules == 1)
                #expect(run.resumption?.sensors == [Self.sensor])
                #expect(run.firstDue == Sample.at(0))
                let tasks = try await store.taskRuns(of: key.runID)
                #expect(tasks.map(\.state.name) == [RunState.awaitingRescheduleName, "Cancelled"])
                let attempt = try #require(try await store.attempts(of: key.runID).first)
                #expect(attempt.state.awaitsReschedule && attempt.endedAt == Sample.at(3))
                #expect(attempt.termination?.exitCode == 75)
                // The same report once more, as its answer was lost.
                #expect(try await store.apply(report, to: key, at: 5).word == "applied")
                #expect(try await store.run(key.runID)?.reschedules == 1)
                #expect(try await store.states(of: key.runID).map(\.name).last == RunState.awaitingRescheduleName)
                // A report that comes late changes nothing.
                let late = AttemptReport(token: "", metrics: ["rows": 1], state: Sample.state(.running, at: 2))
                #expect(try await store.apply(late, to: key, at: 6).word == "stale")
                #expect(try await store.claim(Sample.claim(at: 99)).isEmpty)
                #expect(try await store.nextDue(in: ["default"], after: Sample.at(50)) == Sample.at(100))
                #expect(try await store.markLate(at: Sample.at(99)).isEmpty)
                let claim = try #require(try await store.claim(Sample.claim(at: 101)).first)
                #expect(claim.run.attempt == 2 && claim.run.resumption?.sensors == [Self.sensor])
                run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .pending)
                #expect(try await (store as? RelationalStore)?.problems() == [])
            }
        }

        @Test(arguments: StoreKind.all)
        func itCountsForNoRetryAndKeepsTheFirstDueTime(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run(due: 0.5)
                draft.launch.policy = RunPolicy(retries: 1)
                try await store.createRun(draft)
                let id = draft.run.id
                for number in 1...3 {
                    let time = Double(number) * 10
                    #expect(try await store.claim(Sample.claim(at: time)).count == 1)
                    let key = AttemptKey(runID: id, attempt: number)
                    let running = AttemptReport(
                        token: "", startedAt: Sample.at(time + 1), state: Sample.state(.running, at: time + 1))
                    _ = try await store.apply(running, to: key, at: time + 1)
                    #expect(try await store.run(id)?.state.name == "Running")
                    _ = try await store.apply(left(until: time + 5, at: time + 2), to: key, at: time + 3)
                }
                #expect(try await store.claim(Sample.claim(at: 50)).count == 1)
                let failed = AttemptReport(token: "", state: Sample.state(.failed, at: 51))
                _ = try await store.apply(failed, to: AttemptKey(runID: id, attempt: 4), at: 52)
                var run = try #require(try await store.run(id))
                #expect(run.state.name == RunState.awaitingRetryName)
                #expect(run.firstDue == Sample.at(0.5))
                #expect(run.resumption?.sensors.count == 1)
                _ = try await store.claim(Sample.claim(at: 60))
                let again = AttemptReport(
                    token: "", startedAt: Sample.at(61), state: Sample.state(.running, at: 61))
                _ = try await store.apply(again, to: AttemptKey(runID: id, attempt: 5), at: 61)
                #expect(try await store.run(id)?.state.name == RunState.retryingName)
                let end = AttemptReport(token: "", state: Sample.state(.failed, at: 62))
                _ = try await store.apply(end, to: AttemptKey(runID: id, attempt: 5), at: 63)
                run = try #require(try await store.run(id))
                #expect(run.state.type == .failed && run.reschedules == 3)
            }
        }

        /// Whatever its attempts were due at: other runs find it by when it was due first.
        @Test(arguments: StoreKind.all)
        func theFirstDueTimeOutlivesRetriesAndWishesForAnother(kind: StoreKind) async throws {
            try await kind.withStore { store in
                var draft = Sample.run(due: 0.5)
                draft.launch.policy = RunPolicy(retries: 1)
                try await store.createRun(draft)
                let id = draft.run.id
                #expect(try await store.run(id)?.firstDue == nil)
                for number in 1...2 {
                    let time = Double(number) * 10
                    #expect(try await store.claim(Sample.claim(at: time)).count == 1)
                    let failed = AttemptReport(token: "", state: Sample.state(.failed, at: time + 1))
                    _ = try await store.apply(failed, to: AttemptKey(runID: id, attempt: number), at: time + 2)
                    if number == 1 { #expect(try await store.run(id)?.firstDue == Sample.at(0.5)) }
                }
                #expect(try await store.run(id)?.state.type == .failed)
                _ = try await store.retry(RetryRequest(), of: id, by: "user admin", at: Sample.at(40))
                let claim = try #require(try await store.claim(Sample.claim(at: 50)).first)
                _ = try await store.apply(left(until: 90, at: 51), to: claim.key, at: 52)
                let run = try #require(try await store.run(id))
                #expect(run.scheduledFor == Sample.at(90) && run.firstDue == Sample.at(0.5))
            }
        }

        @Test(arguments: StoreKind.all)
        func moreThanIsToBeLeftIsNotKept(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                var report = left(until: 100, at: 3)
                report.resumption?.sensors[0].memory = .string(String(repeating: "x", count: RunResumption.longestText))
                #expect(try await store.apply(report, to: key, at: 4).word == "applied")
                let run = try #require(try await store.run(key.runID))
                #expect(run.state.awaitsReschedule && run.resumption?.sensors == [])
            }
        }

        @Test(arguments: StoreKind.all)
        func aWishThatCameTooLateForTheAttemptCounts(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let running = AttemptReport(
                    token: "", startedAt: Sample.at(2), state: Sample.state(.running, at: 2))
                _ = try await store.apply(running, to: key, at: 2)
                _ = try await store.requestCancellation(
                    of: key.runID, CancellationRequest(by: "user admin", at: Sample.at(3)))
                _ = try await store.apply(left(until: 100, at: 4), to: key, at: 5)
                let run = try #require(try await store.run(key.runID))
                #expect(run.state.type == .cancelled)

                let other = try await store.claimedRun()
                _ = try await store.apply(running, to: other, at: 2)
                _ = try await store.request(RunRequest(.pause, by: "user admin", at: Sample.at(3)), of: other.runID)
                _ = try await store.apply(left(until: 100, at: 4), to: other, at: 5)
                let held = try #require(try await store.run(other.runID))
                #expect(held.state.type == .paused && held.agent == nil)
                let outcome = try await store.request(
                    RunRequest(.resume, by: "user admin", at: Sample.at(6)), of: other.runID)
                guard case .requested(let resumed) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(resumed.state.type == .scheduled && resumed.scheduledFor == Sample.at(100))
                // One that waits is cancelled at once.
                _ = try await store.requestCancellation(
                    of: other.runID, CancellationRequest(by: "user admin", at: Sample.at(7)))
                #expect(try await store.run(other.runID)?.state.type == .cancelled)
            }
        }

        @Test(arguments: StoreKind.all)
        func aMonthOfLooksLeavesAFewAttempts(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let draft = Sample.run()
                try await store.createRun(draft)
                let id = draft.run.id
                let sensor = Identifier.new()
                let looks = 40
                for number in 1...looks {
                    let time = Double(number) * 10
                    #expect(try await store.claim(Sample.claim(at: time)).count == 1)
                    let key = AttemptKey(runID: id, attempt: number)
                    var waiting = task(
                        id, "wait", Sample.state(.scheduled, name: RunState.awaitingRescheduleName, at: time + 2),
                        id: sensor)
                    waiting.attempt = number
                    let before = task(id, "before", Sample.state(.completed, at: time + 1))
                    let child = ChildRunReport(
                        id: .new(), parentRunID: id, flowName: "inner", parameters: [:],
                        state: Sample.state(.running, at: time + 1))
                    var line = Sample.line(1, "look \(number)")
                    line.attempt = number
                    var remark = Sample.line(Int64(time), "remark \(number)", source: .orch)
                    remark.attempt = number
                    let report = left(
                        until: time + 5, at: time + 2, tasks: [before, waiting], records: [line, remark],
                        children: [child])
                    #expect(try await store.apply(report, to: key, at: time + 3).word == "applied")
                }
                let kept = [1] + (31...40)
                #expect(try await store.attempts(of: id).map(\.number) == kept)
                #expect(try await store.run(id)?.reschedules == looks)
                let tasks = try await store.taskRuns(of: id)
                #expect(tasks.count { $0.name == "before" } == kept.count)
                #expect(tasks.filter { $0.id == sensor }.map(\.attempt) == [looks])
                var query = RunQuery()
                query.parent = id
                #expect(try await store.runs(matching: query).map(\.attempt).sorted() == kept)
                let lines = try await store.logs(of: id, matching: LogQuery()).records
                #expect(lines.filter { $0.source == .flow }.map(\.message) == kept.map { "look \($0)" })
                #expect(lines.filter { $0.source == .orch }.map(\.attempt) == kept)
                #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.position < $1.position })
                var tail = LogQuery(limit: 3)
                tail.isTail = true
                #expect(try await store.logs(of: id, matching: tail).records.last?.message == lines.last?.message)
                #expect(
                    try await store.logs(of: id, matching: LogQuery(after: lines[0].position, limit: 2)).records
                        .map(\.position) == lines[1...2].map(\.position))
                let states = try await store.states(of: id)
                #expect(states.count <= 1 + 2 * kept.count + 1)
                #expect(try await (store as? RelationalStore)?.problems() == [])
                // It goes on, and ends.
                _ = try await store.claim(Sample.claim(at: 1000))
                let end = AttemptReport(token: "", state: Sample.state(.completed, at: 1001))
                let key = AttemptKey(runID: id, attempt: looks + 1)
                #expect(try await store.apply(end, to: key, at: 1002).word == "applied")
                #expect(try await store.run(id)?.state.type == .completed)
                #expect(try await (store as? RelationalStore)?.problems() == [])
            }
        }
    }
}

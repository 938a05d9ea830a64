import OrchModel
import OrchStore
import Testing

extension StoreConformance {
    struct StoreReportTests {
        @Test(arguments: StoreKind.all)
        func aReportIsKeptWhole(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let task = TaskRun(
                    id: .new(), flowRunID: key.runID, name: "extract", attempt: 1, state: Sample.state(.running, at: 2),
                    startedAt: Sample.at(2), details: TaskDetails(task: "load", description: "Loads.", tags: ["db"]))
                let container = ContainerRecord(id: "c1", name: "orch-x-1", imageDigest: "sha256:abc", host: "h1")
                let report = AttemptReport(
                    token: "", records: [Sample.line(1, "one"), Sample.line(2, "two")], taskRuns: [task],
                    metrics: ["rows": 5], result: ["ok": true], container: container, startedAt: Sample.at(2),
                    state: Sample.state(.running, at: 2))
                #expect(try await store.apply(report, to: key, at: 3).word == "applied")
                let run = try #require(try await store.run(key.runID))
                #expect(run.state == Sample.state(.running, at: 2))
                #expect(run.container == container)
                #expect(run.startedAt == Sample.at(2))
                #expect(run.metrics == ["rows": 5])
                #expect(run.result == ["ok": true])
                #expect(run.parameters == ["month": 7, "nested": ["a", nil, 1.5]])
                #expect(try await store.taskRuns(of: key.runID) == [task])
                #expect(
                    try await store.logs(of: key.runID, matching: LogQuery()).records.map(\.message) == ["one", "two"])
            }
        }

        @Test(arguments: StoreKind.all)
        func detailsOfATaskAddUpAndThoseAtWorkAreFound(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                var task = TaskRun(
                    id: .new(), flowRunID: key.runID, name: "load", attempt: 1, state: Sample.state(.running, at: 2),
                    startedAt: Sample.at(2), details: TaskDetails(tags: ["db"]))
                let other = TaskRun(
                    id: .new(), flowRunID: key.runID, name: "done", attempt: 1, state: Sample.state(.completed, at: 2))
                for done in 1...2 {
                    let report = AttemptReport(token: "", taskRuns: [task, other])
                    #expect(try await store.apply(report, to: key, at: 3).word == "applied")
                    task.details = TaskDetails(progress: .init(done: done, total: 2))
                }
                task.state = Sample.state(.running, at: 4)
                let last = AttemptReport(token: "", taskRuns: [task])
                #expect(try await store.apply(last, to: key, at: 5).word == "applied")
                let known = TaskDetails(tags: ["db"], progress: .init(done: 2, total: 2))
                #expect(try await store.taskRunsAtWork(of: key.runID).map(\.details) == [known])
                task.attempt = 2
                task.details = nil
                let again = AttemptReport(token: "", taskRuns: [task])
                #expect(try await store.apply(again, to: key, at: 6).word == "applied")
                #expect(try await store.taskRuns(of: key.runID).first?.details == TaskDetails(tags: ["db"]))
                task.state = Sample.state(.completed, at: 6)
                task.details = TaskDetails(progress: .init(done: 2, total: 2))
                let end = AttemptReport(token: "", taskRuns: [task])
                #expect(try await store.apply(end, to: key, at: 7).word == "applied")
                #expect(try await store.taskRunsAtWork(of: key.runID).isEmpty)
                #expect(try await store.taskRuns(of: key.runID).first?.details == known)
            }
        }

        @Test(arguments: StoreKind.all)
        func aRepeatedReportChangesNothing(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let started = AttemptReport(
                    token: "", records: [Sample.line(1), Sample.line(2)], startedAt: Sample.at(2),
                    state: Sample.state(.running, at: 2))
                let ended = AttemptReport(
                    token: "", records: [Sample.line(2), Sample.line(3)], termination: Termination(exitCode: 0),
                    state: Sample.state(.completed, at: 4))
                for report in [started, started, ended, started, ended] {
                    #expect(try await store.apply(report, to: key, at: 5).word == "applied")
                }
                #expect(
                    try await store.states(of: key.runID).map(\.type) == [.scheduled, .pending, .running, .completed])
                let records = try await store.logs(of: key.runID, matching: LogQuery()).records
                #expect(records.map(\.sequence) == [1, 2, 3])
                let run = try #require(try await store.run(key.runID))
                #expect(run.endedAt == Sample.at(4))
                #expect(run.termination == Termination(exitCode: 0))
            }
        }

        @Test(arguments: StoreKind.all)
        func linesOfDifferentSourcesDoNotMeet(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let records = [LogRecord.Source.flow, .stdout, .stderr, .orch].map {
                    Sample.line(1, "\($0)", source: $0)
                }
                _ = try await store.apply(AttemptReport(token: "", records: records), to: key, at: 2)
                let kept = try await store.logs(of: key.runID, matching: LogQuery()).records
                #expect(kept.map(\.message) == ["flow", "stdout", "stderr", "orch"])
            }
        }

        @Test(arguments: StoreKind.all)
        func anIllegalStepIsRefusedAndTheRestKept(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let ended = AttemptReport(token: "", state: Sample.state(.failed, at: 3))
                _ = try await store.apply(ended, to: key, at: 3)
                let late = AttemptReport(token: "", records: [Sample.line(9)], state: Sample.state(.completed, at: 4))
                #expect(try await store.apply(late, to: key, at: 4).word == "refused")
                #expect(try await store.run(key.runID)?.state.type == .failed)
                #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.map(\.sequence) == [9])
            }
        }

        @Test(arguments: StoreKind.all)
        func aStartThatCrossesAWishToEndIsNoConflict(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let wish = CancellationRequest(by: "user admin", at: Sample.at(2))
                _ = try await store.requestCancellation(of: key.runID, wish)
                let started = AttemptReport(token: "", startedAt: Sample.at(2), state: Sample.state(.running, at: 2))
                #expect(try await store.apply(started, to: key, at: 3).word == "applied")
                #expect(try await store.run(key.runID)?.state.type == .cancelling)
                #expect(try await store.run(key.runID)?.startedAt == Sample.at(2))
            }
        }

        @Test(arguments: StoreKind.all)
        func reportsOnOtherAttemptsAndRunsAreNotKept(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let report = AttemptReport(token: "", records: [Sample.line(1)])
                let newer = AttemptKey(runID: key.runID, attempt: 2)
                #expect(try await store.apply(report, to: newer, at: 2).word == "stale")
                #expect(
                    try await store.apply(report, to: AttemptKey(runID: .new(), attempt: 1), at: 2).word == "unknown")
                #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func aTaskTakesNewsOnly(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let id = Identifier.new()
                func report(_ type: StateType, attempt: Int, at seconds: Double) -> AttemptReport {
                    let task = TaskRun(
                        id: id, flowRunID: key.runID, name: "load", attempt: attempt,
                        state: Sample.state(type, at: seconds))
                    return AttemptReport(token: "", taskRuns: [task])
                }
                let story = [
                    report(.running, attempt: 1, at: 1), report(.failed, attempt: 1, at: 2),
                    report(.running, attempt: 2, at: 3), report(.completed, attempt: 2, at: 4),
                ]
                for step in story + story.dropLast() { _ = try await store.apply(step, to: key, at: 5) }
                let task = try #require(try await store.taskRuns(of: key.runID).first)
                #expect(task.attempt == 2)
                #expect(task.state.type == .completed)
            }
        }

        @Test(arguments: StoreKind.all)
        func childRunsHaveTheirOwnStatesTasksAndLines(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let (child, grandchild) = (Identifier.new(), Identifier.new())
                func childReport(_ id: Identifier, of parent: Identifier, _ type: StateType, at: Double)
                    -> ChildRunReport
                {
                    ChildRunReport(
                        id: id, parentRunID: parent, flowName: "etl", parameters: ["month": 1],
                        state: Sample.state(type, at: at), startedAt: Sample.at(2))
                }
                let task = TaskRun(
                    id: .new(), flowRunID: child, name: "extract", attempt: 1, state: Sample.state(.running, at: 2))
                let report = AttemptReport(
                    token: "", records: [Sample.line(1, "root"), Sample.line(2, "child", child: child)],
                    taskRuns: [task],
                    childRuns: [
                        childReport(child, of: key.runID, .running, at: 2),
                        childReport(grandchild, of: child, .running, at: 2),
                        childReport(child, of: key.runID, .completed, at: 3),
                    ])
                #expect(try await store.apply(report, to: key, at: 4).word == "applied")
                #expect(try await store.apply(report, to: key, at: 5).word == "applied")
                #expect(try await store.runs(matching: RunQuery()).map(\.id) == [key.runID])
                #expect(try await store.runs(matching: RunQuery(parent: key.runID)).map(\.id) == [child])
                #expect(try await store.runs(matching: RunQuery(parent: child)).map(\.id) == [grandchild])
                #expect(try await store.states(of: child).map(\.type) == [.running, .completed])
                #expect(try await store.taskRuns(of: child).map(\.name) == ["extract"])
                #expect(try await store.taskRuns(of: key.runID).isEmpty)
                #expect(try await store.logs(of: child, matching: LogQuery()).records.map(\.message) == ["child"])
                #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.count == 2)
                guard
                    case .child = try await store.requestCancellation(
                        of: grandchild, CancellationRequest(by: "user admin", at: Sample.at(5)))
                else {
                    Issue.record("expected a child to be told as such")
                    return
                }
            }
        }

        @Test(arguments: StoreKind.all)
        func theEndOfARunEndsWhatWasOpenInside(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let (open, done) = (Identifier.new(), Identifier.new())
                let children = [(open, StateType.running), (done, .completed)].map { id, type in
                    ChildRunReport(
                        id: id, parentRunID: key.runID, flowName: "etl", parameters: [:],
                        state: Sample.state(type, at: 2))
                }
                let task = TaskRun(
                    id: .new(), flowRunID: key.runID, name: "load", attempt: 1, state: Sample.state(.running, at: 2))
                let started = AttemptReport(token: "", taskRuns: [task], childRuns: children)
                _ = try await store.apply(started, to: key, at: 3)
                let killed = AttemptReport(token: "", state: Sample.state(.crashed, at: 4))
                _ = try await store.apply(killed, to: key, at: 4)
                #expect(try await store.run(open)?.state.type == .crashed)
                #expect(try await store.run(open)?.endedAt == Sample.at(4))
                #expect(try await store.run(done)?.state.type == .completed)
                #expect(try await store.taskRuns(of: key.runID).map(\.state.type) == [.crashed])
            }
        }

        @Test(arguments: StoreKind.all)
        func aReportCannotReachIntoAnotherRun(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let victim = try await store.claimedRun(Sample.run("victim"))
                let key = try await store.claimedRun(Sample.run("attacker"))
                let child = ChildRunReport(
                    id: victim.runID, parentRunID: key.runID, flowName: "etl", parameters: [:],
                    state: Sample.state(.failed, at: 2))
                let task = TaskRun(
                    id: .new(), flowRunID: victim.runID, name: "t", attempt: 1, state: Sample.state(.failed, at: 2))
                let reports = [
                    AttemptReport(token: "", records: [Sample.line(1)], childRuns: [child]),
                    AttemptReport(token: "", records: [Sample.line(1)], taskRuns: [task]),
                ]
                for report in reports {
                    await #expect(throws: StoreError.foreignRun("\(victim.runID)", run: "\(key.runID)")) {
                        try await store.apply(report, to: key, at: 3)
                    }
                }
                #expect(try await store.run(victim.runID)?.state.type == .pending)
                #expect(try await store.logs(of: key.runID, matching: LogQuery()).records.isEmpty)
            }
        }

        @Test(arguments: StoreKind.all)
        func theControllerSettlesAnAttemptItself(kind: StoreKind) async throws {
            try await kind.withStore { store in
                let key = try await store.claimedRun()
                let state = Sample.state(.crashed, at: 2, actor: "server")
                #expect(try await store.settle(key, as: state, releases: false).word == "applied")
                #expect(try await store.run(key.runID)?.state == state)
                #expect(
                    try await store.settle(key, as: Sample.state(.completed, at: 3), releases: false).word == "refused")
            }
        }
    }
}

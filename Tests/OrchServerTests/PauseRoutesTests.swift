import Hummingbird
import HummingbirdTesting
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

struct PauseRoutesTests {
    @Test func aWaitingRunIsHeldAndResumedAtOnce() async throws {
        try await ServerFixture.with { server in
            try await server.succeed(.post, "deployments", ServerFixture.deployment())
            let run = try await server.createRun()
            let held: FlowRun = try await server.call(.post, "flow-runs/\(run.id)/pause")
            #expect(held.state.type == .paused)
            #expect(held.state.message == "paused by user admin before an agent took it")
            #expect(try await server.poll().runs.isEmpty)
            let again: WishReply = try await server.call(.post, "flow-runs/\(run.id)/pause")
            #expect(again.run == held)
            #expect(again.note == "already Paused, so nothing has changed")
            let (status, fault) = try await server.refusal(.post, "flow-runs/\(run.id)/suspend")
            #expect(status == 409)
            #expect(fault.message.hasPrefix("run \(run.name) is Paused and cannot be suspended: expected one that is "))
            let resumed: FlowRun = try await server.call(.post, "flow-runs/\(run.id)/resume")
            #expect(resumed.state.type == .scheduled)
            let resumedAgain: WishReply = try await server.call(.post, "flow-runs/\(run.id)/resume")
            #expect(resumedAgain.run == resumed)
            #expect(resumedAgain.note == "already Scheduled, so nothing has changed")
            #expect(try await server.poll().runs.map(\.runID) == [run.id])
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func whatIsResumedWhileItsContainerIsStoppedIsGivenToAnAgentAsSoonAsThatHasEnded() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { $0.state = ServerFixture.state(.running) }
            let suspended: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/suspend")
            try await server.report(claimed) { $0.begun = suspended.run.request }
            let resumed: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/resume")
            #expect(
                resumed.note == "its container is being stopped already, as user admin asked: once that has ended, "
                    + "it waits for an agent again")
            async let next = server.nextRuns()
            await server.untilWaiting(for: .queue("default"))
            try await server.report(claimed) {
                $0.state = ServerFixture.state(.paused)
                $0.state?.name = RunState.suspendedName
            }
            #expect(try await next.map(\.attempt) == [2])
        }
    }

    @Test("a run is given up only where its agent has been silent, and is its agent's no more then")
    func aRunOfASilentAgentIsGivenUp() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { $0.state = ServerFixture.state(.running) }
            let (status, fault) = try await server.refusal(.post, "flow-runs/\(claimed.runID)/cancel?abandon=true")
            #expect(status == 409)
            #expect(fault.message.contains("is asked to end, not given up: its agent a1 was heard from at "))
            let run: FlowRun = try await server.call(.get, "flow-runs/\(claimed.runID)")
            #expect(run.state.type == .cancelling)
            let later = CancellationRequest(by: "user admin", at: .now() + .seconds(120))
            let ended = try await server.controller.canceller.abandon(run, later)
            #expect(ended.state.type == .cancelled && ended.state.message.contains("nobody saw it end"))
            let report = AttemptReport(token: claimed.token)
            let late = try await server.refusal(
                .post, "attempts/\(claimed.runID)/\(claimed.attempt)/report", token: server.agent, report)
            #expect(late.fault.code == "stale")
            #expect(try await server.poll().runs.isEmpty)
        }
    }

    @Test func aWishThatIsRepeatedChangesNothing() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { $0.state = ServerFixture.state(.running) }
            let resumed: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/resume")
            #expect(resumed.note == "already Running, so nothing has changed")
            let asked: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/pause")
            #expect(asked.note == nil && asked.run.request?.action == .pause)
            let again: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/pause")
            #expect(again.run == asked.run && again.note == "already asked for that")
            let cancelled: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel")
            #expect(cancelled.note == nil)
            let twice: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel")
            #expect(twice.run == cancelled.run && twice.note == "already Cancelling, so nothing has changed")
            let now: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel?now=true")
            #expect(now.run.state == cancelled.run.state && now.note == "its grace ends now: SIGKILL")
            #expect(cancelled.run.cancellation?.isImmediate == nil && now.run.cancellation?.isImmediate == true)
            let anew: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel?now=true")
            #expect(anew.run == now.run && anew.note == "already Cancelling, so nothing has changed")
            try await server.report(claimed) { $0.state = ServerFixture.state(.cancelled) }
            let late: WishReply = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel")
            #expect(late.run.state.type == .cancelled && late.note == "already Cancelled, so nothing has changed")
        }
    }

    @Test func theAgentOfALiveRunIsToldAtOnceAndUntilItHasDoneIt() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            try await server.report(claimed) { $0.state = ServerFixture.state(.running) }
            async let poll = server.poll(capacity: 0, wait: 30)
            await server.untilWaiting(for: .agent("a1"))
            let asked: FlowRun = try await server.call(.post, "flow-runs/\(claimed.runID)/pause")
            #expect(asked.state.type == .running)
            let request = try #require(asked.request)
            let told = [WorkReply.Request(runID: claimed.runID, attempt: 1, request: request)]
            #expect(try await poll.requests == told)
            let renewal = LeaseRenewal(
                agent: "a1", held: [.init(runID: claimed.runID, attempt: 1, token: claimed.token)])
            let renewed: LeaseReply = try await server.call(.post, "work/renew", token: server.agent, renewal)
            #expect(renewed.requests == told)
            let held: [ClaimedRun] = try await server.call(.get, "work/held?agent=a1", token: server.agent)
            #expect(held.map(\.request) == [request])

            let pausedAt = ServerFixture.state(.paused)
            try await server.report(claimed) {
                $0.state = pausedAt
                $0.pausedSeconds = 4
                $0.settled = request
            }
            let again: LeaseReply = try await server.call(.post, "work/renew", token: server.agent, renewal)
            #expect(again.requests.isEmpty)
            let known: [ClaimedRun] = try await server.call(.get, "work/held?agent=a1", token: server.agent)
            #expect(known.map(\.pausedSince) == [pausedAt.at])
            #expect(known.map(\.pausedSeconds) == [4])
        }
    }

    @Test func aSubFlowAndAnEndedRunAreRefusedWithWhatToDo() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let child = ChildRunReport(
                id: .new(), parentRunID: claimed.runID, flowName: "etl", parameters: [:],
                state: ServerFixture.state(.running))
            try await server.report(claimed) { $0.childRuns = [child] }
            let (status, fault) = try await server.refusal(.post, "flow-runs/\(child.id)/suspend")
            #expect(status == 409)
            #expect(fault.message.contains("suspend run \(claimed.runID)"))
            try await server.report(claimed) { $0.state = ServerFixture.state(.completed) }
            let (ended, reason) = try await server.refusal(.post, "flow-runs/\(claimed.runID)/resume")
            #expect(ended == 409)
            #expect(
                reason.message.contains("is Completed and cannot be resumed: expected one that is Paused or Suspended"))
            let (uncancelled, why) = try await server.refusal(.post, "flow-runs/\(claimed.runID)/cancel")
            #expect(uncancelled == 409 && why.message.hasSuffix("has ended already: it is Completed"))
            #expect(try await server.refusal(.post, "flow-runs/nothing-like-it/pause").status == 404)
        }
    }

    @Test func aRunsKeyMakesRunsOfThatRunAlone() async throws {
        try await ServerFixture.with { server in
            let claimed = try await server.claimedRun()
            let key = try #require(claimed.secrets["ORCH_API_KEY"])
            let flow = ChildRunReport(
                id: .new(), parentRunID: claimed.runID, flowName: "etl", parameters: [:],
                state: ServerFixture.state(.running))
            try await server.report(claimed) { $0.childRuns = [flow] }
            func make(_ parent: Identifier?) -> FlowRunRequest {
                FlowRunRequest(deployment: "docker-flow", parentRunID: parent)
            }
            let unnamed: FlowRunReply = try await server.call(.post, "flow-runs", token: key, make(nil))
            #expect(unnamed.run.parentRunID == claimed.runID)
            #expect(unnamed.run.state.actor == "run \(claimed.runID)")
            let named: FlowRunReply = try await server.call(.post, "flow-runs", token: key, make(claimed.runID))
            #expect(named.run.parentRunID == claimed.runID)
            let ofFlow: FlowRunReply = try await server.call(.post, "flow-runs", token: key, make(flow.id))
            #expect(ofFlow.run.parentRunID == flow.id)
            // A run that it made has its own key for its own children.
            for other in [unnamed.run.id, .new()] {
                #expect(try await server.refusal(.post, "flow-runs", token: key, make(other)).status == 403)
            }
            let byAdmin = try await server.createRun(make(unnamed.run.id))
            #expect(byAdmin.parentRunID == unnamed.run.id)
            let children: [FlowRun] = try await server.call(.get, "flow-runs?parent=\(claimed.runID)")
            #expect(children.count == 3)

            let cancelled: FlowRun = try await server.call(.post, "flow-runs/\(claimed.runID)/cancel")
            #expect(cancelled.state.type == .cancelling)
            for id in [unnamed.run.id, named.run.id, ofFlow.run.id, byAdmin.id] {
                let run: FlowRun = try await server.call(.get, "flow-runs/\(id)")
                #expect(run.state.type == .cancelled)
            }
            let (status, fault) = try await server.refusal(.post, "flow-runs", token: key, make(nil))
            #expect(status == 409)
            #expect(fault.message.contains("is Cancelling: expected one that goes on"))
            #expect(try await server.refusal(.post, "flow-runs", make(.new())).status == 404)
        }
    }
}

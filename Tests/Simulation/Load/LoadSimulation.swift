import OrchModel
import OrchStore

/// Much work on a virtual clock, against the real store in memory: deployments, runs that become due, agents that claim and
/// end them. It is counted here, and not by the store, what is live and what waits, and judged after each poll.
package final class LoadSimulation {
    private let plan: LoadPlan
    private let database: MemoryDatabase
    private let store: RelationalStore
    private var random: SeededRandom
    private var outcome = LoadOutcome()
    private let start = Timestamp(microseconds: 1_600_000_000_000_000)
    private var now: Timestamp

    /// A run that waits, as the simulation knows it.
    private struct Waiting {
        var due: Int64
        var handicap: Int
        var keys: [LimitKey]
        /// Whether no limit but the global one concerns it.
        var isPlain: Bool
    }

    /// A live run.
    private struct Live {
        var key: OrchStore.AttemptKey
        var agent: Int
        var ends: Timestamp
        var keys: [LimitKey]
    }

    private var waiting: [Int: Waiting] = [:]
    private var turns = TurnQueue()
    private var live: [Live] = []
    private var held: [LimitKey: Int] = [:]
    private var limits: [LimitKey: Int] = [:]
    private var used: [Int]
    private var deployments: [Identifier] = []
    /// When a limit last had no slot.
    private var full: [LimitKey: Int64] = [:]
    /// When a poll last found that its agent has no room for more.
    private var crowded: Int64 = 0

    /// Runs are made so long before they are due.
    private static let lead = Duration.seconds(1)
    /// The longest that a run waits which nothing holds back: the keeper of limits looks every five seconds.
    private static let longest: Int64 = 6_000_000
    /// The lateness that 99 of 100 runs do not exceed which nothing holds back.
    private static let late: Int64 = 100_000

    package init(_ plan: LoadPlan) throws {
        self.plan = plan
        now = start
        random = SeededRandom(seed: plan.seed)
        used = Array(repeating: 0, count: plan.agents)
        database = try MemoryDatabase()
        store = try database.store(identity: .new())
    }

    /// Lives it.
    package func run() async throws -> LoadOutcome {
        try await prepare()
        var (made, tick) = (0, 0)
        while outcome.violation == nil, outcome.ended < plan.runs {
            let count = min(plan.runs - made, comingNow)
            for number in 0..<count { try await make(made + number, late: Int64(number) * plan.tick / Int64(count)) }
            made += count
            try await endDue()
            if plan.mutation != .pollsAreRare || tick % 200 < plan.agents { try await poll(tick % plan.agents) }
            judgeWaiting()
            // The keeper of limits looks every five seconds.
            if isEvery(5_000_000) { _ = try await store.fillSlots(polledSince: start, at: now) }
            // As retention does.
            if isEvery(20_000_000) { try database.removeEnded() }
            (now, tick) = (now + .microseconds(plan.tick), tick + 1)
        }
        outcome.seconds = Int((now - start) / .seconds(1))
        outcome.lateness.sort()
        outcome.held.sort()
        outcome.resumed.sort()
        judge()
        return outcome
    }

    /// The virtual microseconds that have passed.
    private var passed: Int64 { now.microseconds - start.microseconds }

    private func isEvery(_ period: Int64) -> Bool { passed > 0 && passed % period < plan.tick }

    /// How many runs are made in this tick.
    private var comingNow: Int {
        let isRush = passed >= 1_000_000 && (passed - 1_000_000) % plan.rushEvery < plan.rushFor
        return max(1, plan.perSecond * Int(plan.tick) / 1_000_000) * (isRush ? 2 : 1)
    }

    private func prepare() async throws {
        limits[.global] = plan.globalSlots
        limits[.tag("scarce")] = plan.scarceSlots
        for (key, slots) in limits {
            let more = plan.mutation == .limitIsOneMore && key == .global ? 1 : 0
            _ = try await store.saveRunLimit(key, slots: slots + more, strategy: nil, at: now)
        }
        try await store.createQueue(WorkQueueRequest(name: "slow", priority: 1), at: now)
        for number in 0..<plan.deployments {
            var request = DeploymentRequest(
                name: "d\(number)", flowName: "flow", image: "i", command: [], kind: .command,
                parameterSchema: ParameterSchema([]))
            if number % plan.limitedEvery == 0 { request.concurrencyLimit = 1 }
            let reply = try await store.saveDeployment(
                DeploymentDraft(request: request, fingerprint: "\(number)"), at: now)
            deployments.append(reply.deployment.id)
            if number % plan.limitedEvery == 0 { limits[.deployment("\(reply.deployment.id)")] = 1 }
        }
    }

    private func make(_ number: Int, late: Int64) async throws {
        let index = random.int(0...deployments.count - 1)
        let isSlow = number % 50 == 0
        let isScarce = number % plan.scarceEvery == 0
        let priority = number % 7 == 0 ? random.int(0...2) : 0
        let due = now + Self.lead + .microseconds(late)
        var run = FlowRun(
            id: Identifier(time: now, using: &random), name: "r\(number)", flowName: "flow",
            deploymentID: deployments[index], deploymentName: "d\(index)", deploymentVersion: 1, parameters: [:],
            tags: isScarce ? ["scarce"] : [], workQueue: isSlow ? "slow" : "default", image: "i",
            state: RunState(.scheduled, message: "waits", at: now, actor: "user"), createdAt: now, scheduledFor: due)
        if priority > 0, plan.mutation != .prioritiesAreForgotten { run.priority = priority }
        var keys: [LimitKey] = [.global, .queue(run.workQueue), .deployment("\(deployments[index])")]
        if isScarce { keys.append(.tag("scarce")) }
        keys.removeAll { limits[$0] == nil }
        let known = Waiting(
            due: due.microseconds, handicap: priority + (isSlow ? 1 : 0), keys: keys, isPlain: keys == [.global])
        waiting[number] = known
        outcome.mostWaiting = max(outcome.mostWaiting, waiting.count)
        if known.isPlain { turns.add(number, due: known.due, handicap: known.handicap) }
        let launch = RunLaunch(kind: .command, command: [], infrastructure: Infrastructure(), blocks: [])
        try await store.createRun(RunDraft(run: run, launch: launch))
    }

    private func poll(_ agent: Int) async throws {
        let room = plan.capacity - used[agent]
        guard room > 0 else { return crowded = now.microseconds }
        var queues = agent % 2 == 0 ? ["*"] : ["default", "slow"]
        if plan.mutation == .queueIsForgotten { queues = ["default"] }
        let info = AgentInfo(name: "a\(agent)", host: "h", version: "0", queues: queues, engine: "1")
        let request = ClaimRequest(agent: info, limit: room, leaseUntil: now + .seconds(30), at: now)
        var turns: [Int64] = []
        let claims = try await store.claim(request)
        for claim in claims {
            guard let number = Int(claim.run.name.dropFirst()), let run = waiting.removeValue(forKey: number) else {
                return note("run \(claim.run.name) was given, which did not wait")
            }
            if run.due > now.microseconds { note("run \(claim.run.name) was given before it was due") }
            measure(run)
            for key in run.keys { take(key) }
            used[agent] += 1
            if run.isPlain {
                self.turns.start(number)
                turns.append(run.due + Int64(run.handicap) * TurnQueue.step)
            }
            let length = Int64(random.int(20_000...Int(plan.longestRun)))
            live.append(Live(key: claim.key, agent: agent, ends: now + .microseconds(length), keys: run.keys))
        }
        if claims.count == room { crowded = now.microseconds }
        outcome.mostLive = max(outcome.mostLive, live.count)
        guard let next = self.turns.heads(at: now.microseconds).map(\.turn).min() else { return }
        outcome.overtaken += turns.count { $0 > next }
    }

    /// Since when nothing holds a run back any more.
    private func free(_ run: Waiting) -> Int64 {
        run.keys.reduce(max(run.due, crowded)) { max($0, full[$1] ?? 0) }
    }

    private func measure(_ run: Waiting) {
        let free = free(run)
        if free > run.due {
            outcome.held.append(now.microseconds - run.due)
            outcome.resumed.append(now.microseconds - free)
        } else {
            outcome.lateness.append(now.microseconds - run.due)
        }
    }

    private func take(_ key: LimitKey) {
        held[key, default: 0] += 1
        guard let limit = limits[key], let held = held[key] else { return }
        if held > limit { note("\(held) runs are live under \(key), whose limit is \(limit)") }
        if held >= limit { full[key] = now.microseconds }
    }

    /// The first of those that wait may not wait on where nothing holds them back.
    private func judgeWaiting() {
        for head in turns.heads(at: now.microseconds) {
            let free = max(head.due, crowded, full[.global] ?? 0)
            guard now.microseconds - free > Self.longest else { continue }
            note("a run starves: due for \((now.microseconds - head.due) / 1000) ms, held back by nothing")
        }
        // All that wait, now and then.
        guard isEvery(10_000_000) else { return }
        for (number, run) in waiting where now.microseconds - free(run) > Self.longest {
            note("run r\(number) starves: due for \((now.microseconds - run.due) / 1000) ms, held back by nothing")
        }
    }

    /// What can be said at the end only.
    private func judge() {
        if let lateness = LoadOutcome.percentile(0.99, of: outcome.lateness), lateness * 1000 > Double(Self.late) {
            note("99 of 100 runs that nothing held back were started \(lateness) ms late, not \(Self.late / 1000)")
        }
        if outcome.overtaken * 100 > outcome.held.count {
            note("\(outcome.overtaken) runs were started before one whose turn was earlier")
        }
    }

    private func note(_ violation: String) {
        if outcome.violation == nil { outcome.violation = violation }
    }

    private func endDue() async throws {
        let ended = live.filter { $0.ends <= now }
        guard !ended.isEmpty else { return }
        live.removeAll { $0.ends <= now }
        for run in ended {
            for key in run.keys {
                if held[key] == limits[key] { full[key] = now.microseconds }
                held[key, default: 0] -= 1
            }
            used[run.agent] -= 1
            outcome.ended += 1
            let state = RunState(.completed, message: "done", at: now, actor: "agent a\(run.agent)")
            let report = AttemptReport(token: "", state: state)
            let answer = try await store.apply(report, to: run.key, leaseUntil: now + .seconds(30), at: now)
            guard case .applied = answer else {
                return note("the end of run \(run.key.runID) was not taken: \(answer)")
            }
        }
    }
}

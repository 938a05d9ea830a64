import OrchModel
import OrchStore

/// Much work on a virtual clock, against the real store in memory: deployments, runs that become due, agents that claim and
/// end them. After each claim it is counted, by itself and not by the store, what is live; at the end all has to have been run.
package final class LoadSimulation {
    private let plan: LoadPlan
    private let database: MemoryDatabase
    private let store: RelationalStore
    private var random: SeededRandom
    private var outcome = LoadOutcome()
    private var now = Timestamp(microseconds: 1_600_000_000_000_000)
    private let start = Timestamp(microseconds: 1_600_000_000_000_000)

    /// A live run, as the simulation knows it.
    private struct Live {
        var key: OrchStore.AttemptKey
        var agent: Int
        var ends: Timestamp
        var keys: [LimitKey]
    }

    private var live: [Live] = []
    private var held: [LimitKey: Int] = [:]
    private var limits: [LimitKey: Int] = [:]
    private var used: [Int]
    private var deployments: [Identifier] = []
    /// When a limit last had no slot.
    private var full: [LimitKey: Timestamp] = [:]

    package init(_ plan: LoadPlan) throws {
        self.plan = plan
        random = SeededRandom(seed: plan.seed)
        used = Array(repeating: 0, count: plan.agents)
        let watch = MemoryDatabase.Watch(willBegin: {}, didCommit: { _ in })
        database = try MemoryDatabase()
        store = try database.store(identity: .new(), watch: watch)
    }

    /// Lives it.
    package func run() async throws -> LoadOutcome {
        try await prepare()
        var made = 0
        let step = max(1, plan.perSecond * Int(plan.tick) / 1_000_000)
        // What comes is over after so many ticks; what waits then has its time as well.
        let most = 40 * (plan.runs / step + 1) + 10_000
        for _ in 0..<most where outcome.violation == nil {
            for _ in 0..<step where made < plan.runs {
                try await make(made)
                made += 1
            }
            try await endDue()
            for agent in 0..<plan.agents { try await poll(agent) }
            if made == plan.runs, outcome.ended == plan.runs { break }
            // The keeper of limits looks every five seconds.
            if (now - start) / .seconds(1) > 0, now.microseconds % 5_000_000 < plan.tick {
                _ = try await store.fillSlots(polledSince: start, at: now)
            }
            // As retention does.
            if now.microseconds % 20_000_000 < plan.tick { try database.removeEnded() }
            now = now + .microseconds(plan.tick)
        }
        if outcome.violation == nil, outcome.ended < plan.runs {
            outcome.violation = "\(plan.runs - outcome.ended) of \(plan.runs) runs were never run to their end"
        }
        outcome.lateness.sort()
        outcome.held.sort()
        return outcome
    }

    private func prepare() async throws {
        limits[.global] = plan.globalSlots
        limits[.tag("scarce")] = plan.scarceSlots
        for (key, slots) in limits { _ = try await store.saveRunLimit(key, slots: slots, strategy: nil, at: now) }
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

    private func make(_ number: Int) async throws {
        let index = random.int(0...deployments.count - 1)
        var run = FlowRun(
            id: Identifier(time: now, using: &random), name: "r\(number)", flowName: "flow",
            deploymentID: deployments[index],
            deploymentName: "d\(index)", deploymentVersion: 1, parameters: [:],
            tags: number % plan.scarceEvery == 0 ? ["scarce"] : [], workQueue: number % 50 == 0 ? "slow" : "default",
            image: "i", state: RunState(.scheduled, message: "waits", at: now, actor: "user"), createdAt: now,
            scheduledFor: now)
        if number % 7 == 0 { run.priority = random.int(0...2) }
        let launch = RunLaunch(kind: .command, command: [], infrastructure: Infrastructure(), blocks: [])
        try await store.createRun(RunDraft(run: run, launch: launch))
    }

    private func poll(_ agent: Int) async throws {
        let room = plan.capacity - used[agent]
        guard room > 0 else { return }
        let info = AgentInfo(
            name: "a\(agent)", host: "h", version: "0", queues: agent % 2 == 0 ? ["*"] : ["default", "slow"],
            engine: "1")
        let request = ClaimRequest(agent: info, limit: room, leaseUntil: now + .seconds(30), at: now)
        for claim in try await store.claim(request) {
            let run = claim.run
            var keys: [LimitKey] = [.global, .queue(run.workQueue)] + run.tags.map(LimitKey.tag)
            if let deployment = run.deploymentID { keys.append(.deployment("\(deployment)")) }
            for key in keys {
                held[key, default: 0] += 1
                if let limit = limits[key], held[key, default: 0] > limit {
                    outcome.violation = "\(held[key] ?? 0) runs are live under \(key), whose limit is \(limit)"
                }
                if held[key] == limits[key] { full[key] = now }
            }
            outcome.checks += 1
            used[agent] += 1
            let wait = now.microseconds - run.scheduledFor.microseconds
            if keys.contains(where: { full[$0] ?? start >= run.scheduledFor }), wait > 0 {
                outcome.held.append(wait)
            } else {
                outcome.lateness.append(wait)
            }
            let length = Int64(random.int(20_000...Int(plan.longestRun)))
            live.append(Live(key: claim.key, agent: agent, ends: now + .microseconds(length), keys: keys))
        }
    }

    private func endDue() async throws {
        var rest: [Live] = []
        rest.reserveCapacity(live.count)
        for run in live {
            guard run.ends <= now else {
                rest.append(run)
                continue
            }
            for key in run.keys {
                if held[key] == limits[key] { full[key] = now }
                held[key, default: 0] -= 1
            }
            used[run.agent] -= 1
            outcome.ended += 1
            let state = RunState(.completed, message: "done", at: now, actor: "agent a\(run.agent)")
            let report = AttemptReport(token: "", state: state)
            let answer = try await store.apply(report, to: run.key, leaseUntil: now + .seconds(30), at: now)
            guard case .applied = answer else {
                outcome.violation = "the end of run \(run.key.runID) was not taken: \(answer)"
                return
            }
        }
        live = rest
    }
}

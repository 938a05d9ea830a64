/// Something that goes wrong at some time.
struct Fault: Sendable {
    enum Kind: Sendable {
        case agentKilled(forgetting: Bool)
        case agentStopped
        case agentClockJumps(Duration)
        case controllerKilled
        /// Dies at so manyth transaction from then.
        case controllerDies(transactions: Int, afterCommit: Bool)
        case controllerStopped
        case controllerClockJumps(Duration)
        case linkCut
        case linkLossy(requests: Int, replies: Int, doubled: Int, late: Int)
        case linkSlow
        case engineAway
        case engineSlow
        case engineRepliesLost(Int)
        case streamsBreak
        case daemonKilled(keepsContainers: Bool)
        case interference(SimulatedEngine.Interference)
    }

    var at: Duration
    /// How long it lasts, where it does.
    var lasting: Duration
    /// Which agent, or which controller.
    var index: Int
    var kind: Kind
}

/// What goes wrong in a history, as its seed decides it.
struct FaultPlan: Sendable {
    var faults: [Fault]
    /// When everything is mended, and nothing goes wrong any more.
    var end: Duration
    /// Whether the history goes on to that time though all runs have ended and nothing is left of them.
    var livesOn: Bool

    init(_ random: inout SeededRandom) {
        let window = random.int(4...18)
        end = .seconds(window)
        livesOn = random.chance(25)
        let count = random.chance(10) ? 0 : random.chance(20) ? random.int(6...14) : random.int(1...5)
        let faults = (0..<count).map { _ in Self.fault(within: window, &random) }
        self.faults = faults
        // Some histories wait for what lasts longest: only then a claim is given up.
        if random.chance(30), let last = faults.map({ $0.at + $0.lasting }).max() { end = max(end, last) }
    }

    private static func fault(within window: Int, _ random: inout SeededRandom) -> Fault {
        let lasting: Duration =
            random.chance(40)
            ? random.milliseconds(10...1500)
            : random.chance(60) ? random.milliseconds(1000...10_000) : random.milliseconds(10_000...60_000)
        return Fault(
            at: random.milliseconds(0...window * 1000), lasting: lasting, index: random.int(0...1),
            kind: kind(&random))
    }

    private static func kind(_ random: inout SeededRandom) -> Fault.Kind {
        switch random.int(0...99) {
        case ..<14: return .agentKilled(forgetting: random.chance(15))
        case ..<22: return .agentStopped
        case ..<25: return .agentClockJumps(jump(&random))
        case ..<29: return .controllerKilled
        case ..<39:
            return .controllerDies(transactions: random.int(1...20), afterCommit: random.chance(50))
        case ..<43: return .controllerStopped
        case ..<46: return .controllerClockJumps(jump(&random))
        case ..<54: return .linkCut
        case ..<64:
            return .linkLossy(
                requests: random.int(0...30), replies: random.int(0...40), doubled: random.int(0...30),
                late: random.int(0...20))
        case ..<67: return .linkSlow
        case ..<73: return .engineAway
        case ..<76: return .engineSlow
        case ..<80: return .engineRepliesLost(random.int(5...50))
        case ..<83: return .streamsBreak
        case ..<89: return .daemonKilled(keepsContainers: random.chance(60))
        default:
            let deeds = SimulatedEngine.Interference.allCases
            return .interference(deeds[random.int(0...deeds.count - 1)])
        }
    }

    private static func jump(_ random: inout SeededRandom) -> Duration {
        .zero + random.milliseconds(-60_000...60_000)
    }
}

extension World {
    /// Lets a fault happen, and mends it when its time is over.
    func inject(_ fault: Fault) {
        let agent = agents[fault.index % agents.count]
        let controller = controllers[fault.index % controllers.count]
        let (engine, link) = (agent.engine, agent.link)
        /// Mends something, though not what something else has broken anew.
        func later(_ action: @escaping () -> Void) { scheduler.after(fault.lasting, action) }
        history.note("fault") { "\(fault.kind), agent \(agent.name), \(controller.name), for \(fault.lasting)" }
        history.saw("faults")
        switch fault.kind {
        case .agentKilled(let forgetting):
            agent.kill(forgetting: forgetting)
            later { self.start(agent) }
        case .agentStopped:
            let process = agent.process
            process.stop()
            later { process.resume() }
        case .agentClockJumps(let offset): agent.jump(offset)
        case .controllerKilled:
            controller.kill()
            later { self.start(controller) }
        case .controllerDies(let transactions, let afterCommit):
            guard controller.isUp else { return }
            controller.doom = (transactions, afterCommit)
            controller.downtime = fault.lasting
        case .controllerStopped:
            let process = controller.process
            process.stop()
            later { process.resume() }
        case .controllerClockJumps(let offset): controller.jump(offset)
        case .linkCut:
            link.isCut = true
            later { link.isCut = false }
        case .linkLossy(let requests, let replies, let doubled, let late):
            (link.requestsLost, link.repliesLost, link.doubled, link.late) = (requests, replies, doubled, late)
            later { (link.requestsLost, link.repliesLost, link.doubled, link.late) = (0, 0, 0, 0) }
        case .linkSlow:
            link.slowness = 3000
            later { link.slowness = 20 }
        case .engineAway:
            engine.goAway()
            later { engine.comeBack() }
        case .engineSlow:
            engine.slowness = 5000
            later { engine.slowness = 8 }
        case .engineRepliesLost(let percent):
            engine.repliesLost = percent
            later { engine.repliesLost = 0 }
        case .streamsBreak: engine.breakConnections()
        case .daemonKilled(let keepsContainers):
            engine.killDaemon(keepsContainers: keepsContainers)
            later { engine.comeBack() }
        case .interference(let deed): engine.interfere(deed)
        }
    }

    /// Mends everything.
    func heal() {
        history.note("faults") { "are over" }
        for agent in agents {
            agent.link.heal()
            agent.engine.comeBack()
            (agent.engine.slowness, agent.engine.repliesLost) = (8, 0)
            agent.process.resume()
            start(agent)
        }
        for controller in controllers {
            controller.doom = nil
            controller.process.resume()
            start(controller)
        }
    }
}

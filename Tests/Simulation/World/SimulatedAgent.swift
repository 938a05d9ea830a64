import OrchAgent
import OrchInfrastructure
import OrchModel

/// A host with an engine and an agent, which may be killed, stopped, and lose its memory.
final class SimulatedAgent: @unchecked Sendable {
    let name: String
    let world: World
    let engine: SimulatedEngine
    let link = Link()
    private(set) var process: SimulatedProcess
    /// The room that its latest poll told.
    var lastCapacity: Int?
    /// Whether it ever lost its memory.
    private(set) var hasForgotten = false
    /// The folder of its memory: the names in it; nil where there is no folder.
    fileprivate(set) var memory: Set<String>?
    private var clockOffset: Duration = .zero

    /// Containers at the same time.
    static let limit = 3

    var isUp: Bool { process.tasksRunning > 0 && !process.isDead }

    init(name: String, world: World) {
        self.name = name
        self.world = world
        engine = SimulatedEngine(host: "host-\(name)", world: world)
        process = SimulatedProcess(name, world.scheduler)
    }

    func start() throws {
        guard !isUp else { return }
        let process = SimulatedProcess(name, world.scheduler)
        process.clockOffset = clockOffset
        world.add(process)
        self.process = process
        var configuration = Self.settings
        configuration.name = name
        let agent = try Agent(
            configuration: configuration,
            api: NetworkPort(world: world, process: process, link: link, agent: name),
            engine: EnginePort(engine: engine, process: process), logger: world.history.logger(name),
            clock: ProcessClock(process: process), now: { process.wallClock },
            memory: Memory(agent: self, process: process))
        world.history.note(name) { "starts" }
        process.spawn {
            // It ends with its process.
            do { try await agent.run() } catch { process.kill() }
        }
    }

    private static let settings = {
        var settings = AgentConfiguration(dataDirectory: "-")
        settings.host = "host"
        settings.limit = limit
        settings.pollWait = .seconds(6)
        settings.renewalInterval = .seconds(4)
        settings.reconcileInterval = .seconds(4)
        settings.reapGrace = .seconds(15)
        settings.reapInterval = .seconds(8)
        settings.flushPatience = .seconds(2)
        settings.reports = ReportLimits(recordsPerReport: 4, recordsWaiting: 8)
        return settings
    }()

    func kill(forgetting: Bool) {
        world.history.note(name) { forgetting ? "killed, and its memory is lost" : "killed" }
        process.kill()
        guard forgetting else { return }
        memory = nil
        hasForgotten = true
    }

    func jump(_ offset: Duration) {
        clockOffset += offset
        process.clockOffset = clockOffset
        world.history.note(name) { "its wall clock jumps by \(offset)" }
    }

    /// The folder as one process has it: a dead one writes no more.
    private struct Memory: LedgerStorage {
        let agent: SimulatedAgent
        let process: SimulatedProcess

        func open(startingWith first: String) -> [String] {
            let names = agent.memory ?? [first]
            agent.memory = names
            return names.sorted()
        }

        func add(_ name: String) {
            if !process.isDead { agent.memory?.insert(name) }
        }

        func remove(_ name: String) {
            if !process.isDead { agent.memory?.remove(name) }
        }
    }
}

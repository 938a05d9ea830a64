import Logging
import OrchModel
import OrchServer
import OrchStore

/// A controller process: the real work desk and lease keeper over the shared store. It may die between any two
/// transactions, and starts again with an empty memory.
final class SimulatedController: @unchecked Sendable {
    let number: Int
    let world: World
    private(set) var process: SimulatedProcess
    private(set) var office: WorkOffice?
    /// Dies at so manyth transaction from now, before it begins or after it was committed; nil for never.
    var doom: (transactions: Int, afterCommit: Bool)?
    /// How long it is away where its doom comes.
    var downtime: Duration = .zero
    private var clockOffset: Duration = .zero

    var name: String { "controller \(number)" }
    var isUp: Bool { office != nil && !process.isDead }

    private struct Died: Error {}

    init(number: Int, world: World) {
        self.number = number
        self.world = world
        process = SimulatedProcess("controller \(number)", world.scheduler)
    }

    func start() throws {
        guard !isUp else { return }
        let process = SimulatedProcess(name, world.scheduler)
        process.clockOffset = clockOffset
        world.add(process)
        self.process = process
        let watch = MemoryDatabase.Watch(
            willBegin: { [self] in try transaction(of: process, afterCommit: false) },
            didCommit: { [self] entered in
                for (run, state) in entered { world.invariants.hasEntered(run, state) }
                try transaction(of: process, afterCommit: true)
            })
        let store = try world.database.store(identity: World.instance, watch: watch)
        let office = WorkOffice(
            store: store, instance: World.instance, secret: World.secret, settings: World.serverSettings,
            time: ServerTime(
                now: { process.wallClock }, uptime: { .microseconds(process.scheduler.now) },
                sleep: { try await process.sleep(until: process.scheduler.now + $0.inMicroseconds) }),
            logger: world.history.logger(name))
        self.office = office
        world.history.note(name) { "starts" }
        process.spawn { await office.keepLeases() }
    }

    /// Ends it between two transactions, where that is its fate; a dead process does no more of them.
    private func transaction(of process: SimulatedProcess, afterCommit: Bool) throws {
        guard !process.isDead else { throw Died() }
        guard process === self.process, var doom, doom.afterCommit == afterCommit else { return }
        doom.transactions -= 1
        self.doom = doom
        guard doom.transactions <= 0 else { return }
        self.doom = nil
        world.history.note(name) { "dies \(afterCommit ? "after" : "before") a transaction" }
        kill()
        world.scheduler.after(downtime) { self.world.start(self) }
        throw Died()
    }

    func kill() {
        guard isUp else { return }
        world.history.note(name) { "killed" }
        doom = nil
        process.kill()
        office = nil
    }

    func jump(_ offset: Duration) {
        clockOffset += offset
        process.clockOffset = clockOffset
        world.history.note(name) { "its wall clock jumps by \(offset)" }
    }
}

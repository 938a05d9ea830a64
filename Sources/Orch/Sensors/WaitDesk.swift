import Crypto
import Synchronization

/// What a run knows of all its sensors, and whether it may leave its container to wait.
///
/// It may where nothing is at work but tasks that wait, and what those are part of. What a flow does outside of any task is
/// not seen here, and ends with the container.
final class WaitDesk: Sendable {
    private struct State {
        /// The tasks at work, and the tasks that they are part of.
        var atWork: [Identifier: Identifier?] = [:]
        /// Those that wait, would leave for it, and look again at this time.
        var waiting: [Identifier: Timestamp] = [:]
        /// Since when nothing else is at work.
        var quietSince: Timestamp?
        var leaving: Timestamp?
        var cancel: (@Sendable () -> Void)?
        var records: [String: SensorRecord] = [:]
        /// The places in the order in which they were reached.
        var order: [String] = []
        /// Whether the controller keeps any, or is to.
        var isKept: Bool
    }

    /// For how long nothing else must have been at work: between two tasks there is a moment in which none is.
    static let calm = Duration.seconds(1)
    /// The most bytes of a finding that is kept for later attempts.
    static let longestFinding = 16 << 10

    private let state: Mutex<State>
    private let ordinals = TaskOrdinals()

    /// - Parameter resumption: what the last attempt left.
    init(_ resumption: RunResumption) {
        var state = State(isKept: !resumption.sensors.isEmpty)
        for sensor in resumption.sensors where state.records[sensor.place] == nil {
            state.records[sensor.place] = sensor
            state.order.append(sensor.place)
        }
        self.state = Mutex(state)
    }

    // MARK: - Tasks

    /// A task begins its work, as a part of another one where that is given.
    func begins(_ task: Identifier, in parent: Identifier?, at now: Timestamp) {
        state.withLock { state in
            // What it is a part of was known where it was submitted.
            if !state.atWork.keys.contains(task) { state.atWork[task] = .some(parent) }
            Self.listen(&state, now)
        }
    }

    /// A task has ended.
    func ends(_ task: Identifier, at now: Timestamp) {
        state.withLock { state in
            state.atWork[task] = nil
            state.waiting[task] = nil
            Self.listen(&state, now)
        }
    }

    /// A task waits, and would leave the container until `next`.
    func waits(_ task: Identifier, until next: Timestamp, at now: Timestamp) {
        state.withLock { state in
            state.waiting[task] = next
            Self.listen(&state, now)
        }
    }

    /// A task looks again.
    func looks(_ task: Identifier, at now: Timestamp) {
        state.withLock { state in
            state.waiting[task] = nil
            Self.listen(&state, now)
        }
    }

    private static func listen(_ state: inout State, _ now: Timestamp) {
        guard !state.waiting.isEmpty else {
            state.quietSince = nil
            return
        }
        var known: Set<Identifier> = []
        for task in state.waiting.keys {
            var next: Identifier? = task
            while let task = next, known.insert(task).inserted { next = state.atWork[task] ?? nil }
        }
        let isQuiet = state.atWork.keys.allSatisfy(known.contains)
        state.quietSince = isQuiet ? state.quietSince ?? now : nil
    }

    // MARK: - Leaving

    /// Whether the run leaves its container.
    var isLeaving: Bool { state.withLock { $0.leaving != nil } }

    /// Has `cancel` called when the run leaves.
    func callWhenLeaving(_ cancel: @escaping @Sendable () -> Void) {
        let isLeaving = state.withLock { state in
            state.cancel = cancel
            return state.leaving != nil
        }
        if isLeaving { cancel() }
    }

    /// Leaves, where nothing but waiting is done, and has been for long enough.
    ///
    /// - Parameter least: how long the wait must be for that.
    /// - Returns: whether the run leaves now.
    @discardableResult
    func leave(ifLongerThan least: Duration, at now: Timestamp) -> Bool {
        let cancel: (@Sendable () -> Void)? = state.withLock { state in
            guard state.leaving == nil, let since = state.quietSince, now - since >= Self.calm,
                let next = state.waiting.values.min(), next - now >= least
            else { return nil }
            state.leaving = next
            return state.cancel ?? {}
        }
        cancel?()
        return cancel != nil
    }

    // MARK: - Records

    /// Where a sensor is that begins now: the same place in each attempt.
    func place(of name: String, in context: FlowContext) -> String {
        let ordinal = ordinals.next(flow: context.flowName, name: name)
        let place: JSONValue = [
            .string(context.flowName), .object(context.parameters), .string(name), .int(Int64(ordinal)),
        ]
        var bytes: [UInt8] = []
        place.write(to: &bytes)
        return SHA256.hash(data: bytes).hexadecimal
    }

    /// What is known of the sensor at a place.
    func record(at place: String) -> SensorRecord? { state.withLock { $0.records[place] } }

    /// Takes note of how far a sensor is.
    func keep(_ record: SensorRecord) {
        state.withLock { state in
            state.isKept = true
            if state.records.updateValue(record, forKey: record.place) == nil { state.order.append(record.place) }
        }
    }

    /// Forgets a sensor whose wait is over without a finding.
    func forget(_ place: String) {
        state.withLock { state in
            state.records[place] = nil
            state.order.removeAll { $0 == place }
        }
    }

    /// What is left for the next attempt; nil where nothing is, and nothing was.
    ///
    /// - Parameter end: how this one ended. After a failure what was found is looked for again.
    func resumption(after end: StateType) -> RunResumption? {
        state.withLock { state in
            guard end != .completed, state.isKept || state.leaving != nil else { return nil }
            let records = state.order.compactMap { state.records[$0] }
            let leaves = end == .scheduled
            let kept = leaves || end == .cancelled ? records : records.filter { $0.finding == nil }
            return RunResumption(at: leaves ? state.leaving : nil, sensors: kept).fitting
        }
    }

    /// What the run's state says while it has no container.
    var message: String {
        state.withLock { state in
            let waiting = state.order.compactMap { state.records[$0] }.filter { $0.next != nil }
            let what = waiting.prefix(3).map(\.waitsFor).joined(separator: ", ")
            let more = waiting.count > 3 ? " and \(waiting.count - 3) more" : ""
            let pokes = waiting.map(\.pokes).max() ?? 0
            let next = state.leaving.map { "; looks again at \($0.toSecond)" } ?? ""
            return "waits for \(what)\(more): looked \(pokes == 1 ? "once" : "\(pokes) times")\(next)"
        }
    }
}

extension RunResumption {
    /// The same, without what would not fit into the next container's environment: findings first, the largest before
    /// others, then what sensors remember, then whole records. What is left out is looked for anew.
    var fitting: RunResumption {
        func size(_ value: JSONValue?) -> Int { value.map { $0.jsonText.utf8.count } ?? 0 }
        func size(_ sensor: SensorRecord) -> Int {
            ((try? JSONText.encode(sensor))?.utf8.count ?? Self.longestText) + 1
        }
        var fitting = self
        // What is around the records takes less.
        var excess = sensors.reduce(500) { $0 + size($1) } - Self.longestText
        for index in sensors.indices.sorted(by: { size(sensors[$0].finding) > size(sensors[$1].finding) }) {
            guard excess > 0 else { return fitting }
            excess -= size(sensors[index].finding)
            fitting.sensors[index].finding = nil
        }
        for index in sensors.indices.sorted(by: { size(sensors[$0].memory) > size(sensors[$1].memory) }) {
            guard excess > 0 else { return fitting }
            excess -= size(sensors[index].memory)
            fitting.sensors[index].memory = nil
        }
        while excess > 0, let last = fitting.sensors.popLast() { excess -= size(last) }
        return fitting
    }
}

import OrchModel

/// Which of the runs that are due start, and which wait: the rule alone, no I/O.
///
/// A run starts where each limit that concerns it has a slot; else it waits for the first that has none. A run that another
/// one waits for takes the slots over that both need, as the one that waits does nothing meanwhile.
struct RunLimitGate {
    /// A limit.
    struct Limit: Hashable {
        var slots: Int
        var strategy: CollisionStrategy
    }

    /// A run that is due.
    struct Candidate {
        var number: Int64
        /// What it has in common with others, in the order in which it waits.
        var keys: [LimitKey]
        /// The run that waits for it, and whose slots it may take over.
        var lender: Int64?
        /// The slots that it may take over.
        var lent: Set<LimitKey> = []
    }

    /// What becomes of a run.
    enum Verdict: Hashable {
        case start
        case wait(LimitKey)
    }

    /// The limits there are; others have none.
    private(set) var limits: [LimitKey: Limit]
    /// Slots that are held.
    private(set) var held: [LimitKey: Int]
    private var takenOver: [Int64: Set<LimitKey>] = [:]

    init(limits: [LimitKey: Limit], held: [LimitKey: Int]) {
        self.limits = limits
        self.held = held
    }

    /// Adds a limit that was not known before.
    mutating func set(_ limit: Limit, for key: LimitKey, held: Int) {
        limits[key] = limit
        self.held[key] = held
    }

    /// Decides about the next run, in the order of their turns.
    mutating func decide(_ candidate: Candidate) -> Verdict {
        let limited = candidate.keys.filter { limits[$0] != nil }
        let lent = candidate.lent.subtracting(candidate.lender.flatMap { takenOver[$0] } ?? [])
        let needed = limited.filter { !lent.contains($0) }
        if let full = needed.first(where: { free($0) <= 0 }) { return .wait(full) }
        for key in needed { held[key, default: 0] += 1 }
        if let lender = candidate.lender { takenOver[lender, default: []].formUnion(lent.intersection(limited)) }
        return .start
    }

    /// How many slots of a limit are free; negative where it was made smaller.
    func free(_ key: LimitKey) -> Int { (limits[key]?.slots ?? .max) - held[key, default: 0] }
}

/// Who of those that wait gets slots: the rule alone, no I/O.
///
/// In the order in which they asked, each gets a slot of all of its tags or of none. One that has to wait has a slot of each of
/// its tags reserved against those behind it, so that it is never overtaken for one; those that need none of them go on. One
/// that waits for a tag whose limit is 0 reserves nothing, as it would hold up others for ever.
struct SlotQueue {
    /// A task that waits.
    struct Waiter {
        var position: Int64
        var tags: [String]
    }

    /// The limits, by tag. Other tags have none.
    let limits: [String: Int]
    /// Slots that are held, by tag.
    private(set) var held: [String: Int]
    /// Slots that are kept for those that wait, by tag.
    private(set) var reserved: [String: Int] = [:]

    init(limits: [String: Int], held: [String: Int]) {
        self.limits = limits
        self.held = held
    }

    /// Gives slots to those that get them.
    ///
    /// - Parameter waiters: in the order in which they asked.
    /// - Returns: their positions.
    mutating func grant(_ waiters: some Sequence<Waiter>) -> [Int64] {
        waiters.filter { take($0.tags) }.map(\.position)
    }

    /// Gives slots to the next that waits, or reserves them.
    private mutating func take(_ tags: [String]) -> Bool {
        let limited = Set(tags).filter { limits[$0] != nil }
        if limited.contains(where: { limits[$0] == 0 }) { return false }
        let isFree = limited.allSatisfy { held[$0, default: 0] + reserved[$0, default: 0] < limits[$0] ?? .max }
        for tag in limited {
            if isFree { held[tag, default: 0] += 1 } else { reserved[tag, default: 0] += 1 }
        }
        return isFree
    }
}

import Synchronization

/// Where in a run a task is: the same in each attempt, if tasks of one name begin in the same order.
struct TaskPlace: Hashable, Sendable {
    /// The run of the container, which all attempts share. Sub-flows in it have another identifier in each.
    var run: Identifier
    /// The parameters of the flow that the task is of: they tell sub-flows apart.
    var parameters: [String: JSONValue]
    /// What the task's run is called.
    var name: String
    /// How many of that name began before, in flows of that name.
    var ordinal: Int

    var json: JSONValue { .array([.string("\(run)"), .object(parameters), .string(name), .int(Int64(ordinal))]) }
}

/// Counts tasks as they begin.
final class TaskOrdinals: Sendable {
    private struct Key: Hashable {
        var flow: String
        var name: String
    }

    private let counts = Mutex<[Key: Int]>([:])

    /// How many of that name began before.
    func next(flow: String, name: String) -> Int {
        counts.withLock { counts in
            defer { counts[Key(flow: flow, name: name), default: 0] += 1 }
            return counts[Key(flow: flow, name: name)] ?? 0
        }
    }
}

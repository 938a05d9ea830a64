/// What is known of a task run beside its name and its state. Every member may be missing.
public struct TaskDetails: Codable, Hashable, Sendable {
    /// The task's own name, where its run has another one.
    public var task: String?
    /// What the task does, in a sentence.
    public var description: String?
    /// Words it is found by.
    public var tags: [String]?

    /// Nothing but what is given.
    public init(task: String? = nil, description: String? = nil, tags: [String]? = nil) {
        self.task = task
        self.description = description
        self.tags = tags
    }

    /// Whether nothing is known.
    public var isEmpty: Bool { self == TaskDetails() }
}

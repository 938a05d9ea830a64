/// What is known of a task run beside its name and its state. Every member may be missing.
public struct TaskDetails: Codable, Hashable, Sendable {
    /// How far a task is.
    public struct Progress: Codable, Hashable, Sendable {
        /// What is done, in units of the task's own.
        public var done: Int
        /// What there is to do; nil where nobody knows.
        public var total: Int?

        /// So much of so much.
        public init(done: Int, total: Int? = nil) {
            self.done = done
            self.total = total
        }

        /// What is done, in percent, from 0 to 100; nil without a total.
        public var percent: Int? {
            guard let total else { return nil }
            guard total > 0, done < total else { return 100 }
            return Int((Double(max(0, done)) / Double(total) * 100).rounded(.down))
        }
    }

    /// The task's own name, where its run has another one.
    public var task: String?
    /// What the task does, in a sentence.
    public var description: String?
    /// Words it is found by.
    public var tags: [String]?
    /// How far it is.
    public var progress: Progress?
    /// What its result is known by among the cached ones, where it has one that was kept or taken; sealed with the attempt's
    /// key, so that it tells nobody but the controller.
    public var result: String?

    /// Nothing but what is given.
    public init(
        task: String? = nil, description: String? = nil, tags: [String]? = nil, progress: Progress? = nil,
        result: String? = nil
    ) {
        self.result = result
        self.task = task
        self.description = description
        self.tags = tags
        self.progress = progress
    }

    /// Whether nothing is known.
    public var isEmpty: Bool { self == TaskDetails() }

    /// The same, with what was known before where it says nothing.
    public func merging(_ earlier: TaskDetails) -> TaskDetails {
        TaskDetails(
            task: task ?? earlier.task, description: description ?? earlier.description, tags: tags ?? earlier.tags,
            progress: progress ?? earlier.progress, result: result ?? earlier.result)
    }
}

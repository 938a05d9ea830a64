package import OrchModel

/// A task that asks for slots.
package struct SlotDraft: Hashable, Sendable {
    /// What the slots are known by: one for each attempt of a task.
    package var id: Identifier
    /// The attempt in whose container the task is.
    package var attempt: AttemptKey
    package var taskRunID: Identifier
    package var taskName: String
    package var tags: [String]

    package init(id: Identifier, attempt: AttemptKey, taskRunID: Identifier, taskName: String, tags: [String]) {
        self.id = id
        self.attempt = attempt
        self.taskRunID = taskRunID
        self.taskName = taskName
        self.tags = tags
    }
}

/// What came of a change to slots: the answer, and the tasks that got theirs by it and are to be woken.
package struct SlotChange<Answer: Sendable>: Sendable {
    package var answer: Answer
    package var granted: [Identifier]

    package init(_ answer: Answer, granted: [Identifier] = []) {
        self.answer = answer
        self.granted = granted
    }
}

/// What another attempt of a run would do: answer of `GET /api/flow-runs/{id}/retry`.
public struct RetryPlan: Codable, Hashable, Sendable {
    /// A task of the attempts so far.
    public struct Step: Codable, Hashable, Sendable {
        /// What the task's run is called.
        public var task: String
        /// The sub-flow it is of; nil = the run's own flow.
        public var flow: String?
        /// The name of the state it came to.
        public var state: String
        /// Why it is taken, or done again.
        public var why: String

        public init(task: String, flow: String? = nil, state: String, why: String) {
            self.task = task
            self.flow = flow
            self.state = state
            self.why = why
        }
    }

    public var run: FlowRun
    /// Whether all is to be done again.
    public var all: Bool
    /// Why the run cannot be tried again now; nil = it can.
    public var refusal: String?
    /// Tasks whose results are kept, and taken.
    public var taken: [Step]
    /// Tasks that are done again. Those that no attempt has come to are not known.
    public var repeated: [Step]
    /// Runs with containers of their own that it made, and what becomes of them.
    public var children: [Step]
    /// What else there is to know, a sentence each.
    public var notes: [String]

    public init(
        run: FlowRun, all: Bool, refusal: String? = nil, taken: [Step] = [], repeated: [Step] = [],
        children: [Step] = [], notes: [String] = []
    ) {
        self.run = run
        self.all = all
        self.refusal = refusal
        self.taken = taken
        self.repeated = repeated
        self.children = children
        self.notes = notes
    }
}

extension Graph {
    /// Where nodes are declared: a graph, or a group of its nodes, whose name stands before theirs (`load.green`).
    ///
    /// Edges lead to and from a group as a whole, see ``GraphNode``.
    public struct Group: GraphNode {
        let draft: GraphDraft
        let index: Int
        public let name: String

        public var endpoint: GraphEndpoint { GraphEndpoint(draft: draft, target: .group(index), name: name) }

        /// Declares a task.
        ///
        /// - Parameters:
        ///   - name: its name inside the group: 1 to 200 bytes on one line, without a dot.
        ///   - trigger: when it runs. Defaults to `allSuccess`.
        ///   - retries: how often it is tried again after it failed. Defaults to 0.
        ///   - retryDelay: the wait before it is tried again. Defaults to none.
        ///   - retryOn: whether an error is worth another attempt. Defaults to every error.
        ///   - work: its work; what it returns is the node's output.
        @discardableResult
        public func node<Output: Sendable>(
            _ name: String, trigger: TriggerRule = .allSuccess, retries: Int = 0, retryDelay: RetryDelay = .none,
            retryOn: @escaping @Sendable (any Error) -> Bool = { _ in true },
            _ work: @escaping @Sendable (FlowContext) async throws -> Output
        ) -> Node<Output> {
            node(TaskOptions(name, retries: retries, retryDelay: retryDelay, retryOn: retryOn), trigger: trigger, work)
        }

        /// Declares a task that has more to it than a name and retries.
        ///
        /// - Parameters:
        ///   - options: how it is named inside the group, tried again and ended. Only a task with a `runName` is called
        ///     otherwise than its node.
        ///   - trigger: when it runs. Defaults to `allSuccess`.
        ///   - work: its work; what it returns is the node's output.
        @discardableResult
        public func node<Output: Sendable>(
            _ options: TaskOptions, trigger: TriggerRule = .allSuccess,
            _ work: @escaping @Sendable (FlowContext) async throws -> Output
        ) -> Node<Output> {
            add(.task, options, trigger, work)
        }

        /// Declares a task that takes the result of an earlier run where there is one; see ``CachePolicy``.
        ///
        /// The policy is made when the graph is: what nodes before it return is no part of the key. Where that is to count, the
        /// node's work does a task of its own, with a policy made then.
        @discardableResult
        public func node<Output: Codable & Sendable>(
            _ name: String, cache: CachePolicy, trigger: TriggerRule = .allSuccess,
            _ work: @escaping @Sendable (FlowContext) async throws -> Output
        ) -> Node<Output> {
            node(TaskOptions(name), cache: cache, trigger: trigger, work)
        }

        /// Declares a task that has more to it than a name, and takes the result of an earlier run where there is one.
        @discardableResult
        public func node<Output: Codable & Sendable>(
            _ options: TaskOptions, cache: CachePolicy, trigger: TriggerRule = .allSuccess,
            _ work: @escaping @Sendable (FlowContext) async throws -> Output
        ) -> Node<Output> {
            add(.task, options, trigger) { context, options, _ in
                GraphDraft.Outcome(
                    value: try await context.task(options, cache: cache) { try await work(context) }, chosen: nil)
            }
        }

        /// Declares a branch: its work chooses which of the nodes directly after it are followed. The others are skipped,
        /// except for those that come after a chosen one as well: they go by their own rule.
        ///
        /// A branch that fails or is skipped itself passes nothing over. Parameters are those of a task.
        @discardableResult
        public func branch(
            _ name: String, trigger: TriggerRule = .allSuccess, retries: Int = 0, retryDelay: RetryDelay = .none,
            retryOn: @escaping @Sendable (any Error) -> Bool = { _ in true },
            _ work: @escaping @Sendable (FlowContext) async throws -> BranchChoice
        ) -> Node<BranchChoice> {
            branch(
                TaskOptions(name, retries: retries, retryDelay: retryDelay, retryOn: retryOn), trigger: trigger, work)
        }

        /// Declares a branch whose task has more to it than a name and retries. Parameters are those of a task.
        @discardableResult
        public func branch(
            _ options: TaskOptions, trigger: TriggerRule = .allSuccess,
            _ work: @escaping @Sendable (FlowContext) async throws -> BranchChoice
        ) -> Node<BranchChoice> {
            add(.branch, options, trigger, work)
        }

        /// Declares a short circuit: where its work returns `false`, the nodes directly after it are skipped. Those after
        /// them go by their own rules, which by default skips them, too. Parameters are those of a task.
        @discardableResult
        public func shortCircuit(
            _ name: String, trigger: TriggerRule = .allSuccess, retries: Int = 0, retryDelay: RetryDelay = .none,
            retryOn: @escaping @Sendable (any Error) -> Bool = { _ in true },
            _ work: @escaping @Sendable (FlowContext) async throws -> Bool
        ) -> Node<Bool> {
            shortCircuit(
                TaskOptions(name, retries: retries, retryDelay: retryDelay, retryOn: retryOn), trigger: trigger, work)
        }

        /// Declares a short circuit whose task has more to it than a name and retries. Parameters are those of a task.
        @discardableResult
        public func shortCircuit(
            _ options: TaskOptions, trigger: TriggerRule = .allSuccess,
            _ work: @escaping @Sendable (FlowContext) async throws -> Bool
        ) -> Node<Bool> {
            add(.shortCircuit, options, trigger, work)
        }

        /// Declares a group inside this one, and with what is returned its nodes. Its name is as that of a node.
        @discardableResult
        public func group(_ name: String) -> Group {
            let (index, name) = draft.addGroup(name, in: index)
            return Group(draft: draft, index: index, name: name)
        }

        /// Declares a group inside this one, and its nodes.
        ///
        /// - Parameters:
        ///   - name: its name inside this group, as that of a node.
        ///   - declare: declares its nodes. What it throws is thrown on.
        @discardableResult
        public func group(_ name: String, _ declare: (Group) throws -> Void) rethrows -> Group {
            let group = group(name)
            try declare(group)
            return group
        }

        private func add<Output: Sendable>(
            _ kind: GraphNodeKind, _ options: TaskOptions, _ trigger: TriggerRule,
            _ work: @escaping @Sendable (FlowContext) async throws -> Output
        ) -> Node<Output> {
            add(kind, options, trigger) { context, options, choose in
                try await context.task(options) {
                    let value = try await work(context)
                    return GraphDraft.Outcome(value: value, chosen: try choose(value))
                }
            }
        }

        private func add<Output>(
            _ kind: GraphNodeKind, _ options: TaskOptions, _ trigger: TriggerRule, _ run: @escaping GraphDraft.Run
        ) -> Node<Output> {
            let (index, name) = draft.add(
                GraphDraft.Node(
                    name: options.name, kind: kind, trigger: trigger, group: index, options: options, run: run))
            return Node(draft: draft, index: index, name: name)
        }
    }
}

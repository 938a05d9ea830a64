import OrchModel
import OrchStore

extension RunMaker {
    /// Makes a run that another one asks for at a place of its own, or finds the one that is there.
    ///
    /// - Throws: as ``make(_:parent:by:at:)``; 422 where it is neither a deployment nor an image that can be run.
    func makeChild(
        _ request: ChildRunRequest, of parent: FlowRun, by principal: Principal, at: Timestamp
    ) async throws -> ChildOutcome {
        let actor = principal.actor
        for (name, text) in [("key", request.place.key), ("attempt", request.place.attempt)]
        where text.isEmpty || text.utf8.count > 512 || text.utf8.contains(0) {
            throw APIFailure.invalid("the place's \(name): expected 1 to 512 bytes and no NUL")
        }
        // Its key is made of what the child is given, secrets among it: what is kept and shown must not let anybody try them.
        var request = request
        request.place.key = keys.fingerprint(of: request.place.key)
        // One that has completed needs nothing any more, whatever became of its deployment.
        if let known = try await store.child(of: parent, at: request.place),
            known.state.type == .completed || known.ties?.place == request.place
        {
            return .known(known)
        }
        var draft: RunDraft
        switch (request.deployment, request.container) {
        case (let deployment?, nil):
            draft = try await self.draft(
                FlowRunRequest(
                    deployment: deployment, parameters: request.parameters, tags: request.tags, policy: request.policy),
                by: actor, at: at)
        case (nil, let task?): draft = try await self.draft(task, request, of: parent, by: actor, at: at)
        default: throw APIFailure.invalid("a child run is of a deployment or of a container: expected one of the two")
        }
        draft.run.ties = ChildTies(
            depth: 1, place: request.place, isAwaited: request.isAwaited, isDetached: request.isDetached,
            isContainer: request.container != nil)
        let attempt: Int? = if case .run(_, let attempt) = principal { attempt } else { nil }
        return try await store.createChild(draft, of: parent.id, attempt: attempt, by: actor, at: at)
    }

    /// A run of an image and a command: in the parent's queue, made as the parent's own container is.
    private func draft(
        _ task: ContainerTask, _ request: ChildRunRequest, of parent: FlowRun, by actor: String, at: Timestamp
    ) async throws -> RunDraft {
        try request.policy?.check()
        try Self.check(tags: request.tags)
        guard task.problems.isEmpty else {
            throw APIFailure.invalid("the container cannot be run", details: task.problems)
        }
        guard request.parameters.isEmpty else {
            throw APIFailure.invalid("a container takes no parameters: give it arguments and an environment")
        }
        let launch = try await store.launch(of: parent.id)
        let id = Identifier.new()
        let state = RunState(
            .scheduled, message: "waits in queue \(parent.workQueue) for an agent", at: at, actor: actor)
        let sealed = try SealedParameters(task, keys: keys)
        var run = FlowRun(
            id: id, name: "\(task.name)-\(id.short)", flowName: task.name, parameters: sealed.shown, tags: request.tags,
            workQueue: parent.workQueue, image: task.image, state: state, createdAt: at, scheduledFor: at)
        run.requires = parent.requires
        return RunDraft(
            run: run,
            launch: RunLaunch(
                kind: .command, command: task.command, infrastructure: launch?.infrastructure ?? Infrastructure(),
                blocks: [], policy: request.policy, isContainerTask: true),
            sealedParameters: sealed.sealed)
    }
}

extension SealedParameters {
    private static let environmentName = "environment"

    /// What a container task is launched with, as parameters: the values of its environment are hidden.
    init(_ task: ContainerTask, keys: ServerKeys) throws {
        func environment(_ value: (String) -> String) -> JSONValue {
            .object(task.environment.mapValues { .string(value($0)) })
        }
        var shown: [String: JSONValue] = ["command": .array(task.command.map { .string($0) })]
        if !task.environment.isEmpty { shown[Self.environmentName] = environment { _ in Secret.placeholder } }
        self.shown = shown
        guard !task.environment.isEmpty else { return }
        sealed = try Self.seal([Self.environmentName: environment { $0 }], keys: keys)
    }

    /// The environment of a container task, of its true parameters.
    static func environment(of parameters: [String: JSONValue]) -> [String: String] {
        (parameters[environmentName]?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }
}

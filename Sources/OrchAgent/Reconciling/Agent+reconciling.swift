import Logging
import OrchInfrastructure
import OrchModel

extension Agent {
    /// Compares what should run here with what does, now and every few seconds.
    func reconcile() async {
        repeat {
            await withDiscardingTaskGroup { group in
                for (kind, engine) in engines.all { group.addTask { await self.look(at: engine, kind) } }
            }
            registry.endLook()
            await reconcileOnce()
        } while await pause(configuration.reconcileInterval)
    }

    /// Gives the engines a moment for their first answer, so that the first polls offer all of them.
    func endFirstLook() async {
        if await pause(.seconds(2)) { registry.endLook() }
    }

    private func look(at engine: any ContainerEngine, _ kind: InfrastructureKind) async {
        let answer: Result<EngineFacts, EngineFault>
        do throws(EngineFault) { answer = .success(try await engine.facts()) } catch { answer = .failure(error) }
        if case .failure(.cancelled) = answer { return }
        guard watches[kind]?.note(answer) == true else { return }
        switch answer {
        case .success(let facts):
            logger.info(
                "\(kind.engineNoun) answers", metadata: ["engine": "\(facts.version)", "host": "\(facts.host)"])
        case .failure(let fault):
            logger.error("\(kind.engineNoun) does not answer", metadata: ["reason": "\(fault)"])
        }
        registry.changed.open()
    }

    /// One pass. Where the controller or the engine does not answer nothing is decided: runs stay as they are.
    func reconcileOnce() async {
        registry.beginPass()
        do {
            let held = try await api.held(by: configuration.name)
            registry.hearAgain(held.map(\.key))
            let unknown = held.filter { !registry.isKnown($0.key) }
            if !unknown.isEmpty {
                for kind in InfrastructureKind.allCases {
                    let attempts = unknown.filter { $0.infrastructure == kind }
                    guard !attempts.isEmpty else { continue }
                    // Where an engine is not offered any more, what was launched there cannot be found.
                    let containers =
                        if let engine = engines[kind] {
                            try await attemptsWithContainer(on: engine, of: Set(attempts.map(\.instance)))
                        } else {
                            Set<AttemptKey>()
                        }
                    for claimed in attempts {
                        let hasContainer = containers.contains(claimed.key)
                        // Another data directory may have been this agent's when it was launched.
                        var history = ledger.history(of: claimed.key)
                        if !hasContainer, await engines[kind]?.hasStrays(of: claimed.key) == true {
                            history = .launched
                        }
                        settle(claimed, hasContainer: hasContainer, history: history)
                    }
                }
                // Their leases may have run out while nobody looked.
                await renewOnce()
            }
            try await comparePauses(of: held)
            try await finishRemovals(held: Set(held.map(\.key)))
            registry.endPass()
            if !ledger.isComplete {
                try ledger.closeGap()
                registry.changed.open()
            }
        } catch {
            logger.debug("nothing was reconciled", metadata: ["reason": "\(error)"])
        }
    }

    /// Removes what an agent that was killed between an attempt's last report and the removal of its container left.
    ///
    /// The attempt is in this agent's memory, the controller holds it no longer, and its process has ended: so its end is
    /// known, and nobody else will remove it. What still runs is left to the reaper, which gives it time.
    /// Another controller's containers are left alone, and remembered for the day when the agent is that one's again.
    private func finishRemovals(held: Set<AttemptKey>) async throws(ControllerFault) {
        let left = ledger.keys.filter { !held.contains($0) && !registry.isKnown($0) }
        guard !left.isEmpty else { return }
        let instance = try await api.identity()
        for key in left {
            guard let engine = await engine(of: key) else { continue }
            do throws(EngineFault) {
                let found = try await engine.inspect(ClaimedRun.containerName(run: key.run, attempt: key.attempt))
                guard !found.isLive, found.labels[ContainerLabels.instance] == "\(instance)" else { continue }
                if found.labels[ContainerLabels.agent] == configuration.name,
                    ContainerLabels.attempt(of: found.labels) == key, found.labels[ContainerLabels.removePolicy] == nil
                {
                    try await engine.remove(found.id, force: false)
                    logger.info("the container of an attempt that has ended is removed", metadata: metadata(of: key))
                }
            } catch {
                guard case .notFound = error else { continue }
            }
            do throws(AgentError) { try ledger.forget(key) } catch {
                logger.error(
                    "the attempt could not be forgotten", metadata: metadata(of: key, ["reason": "\(error)"]))
            }
        }
    }

    /// The engine that has an attempt's container; nil where one does not answer. Any where none has it.
    private func engine(of key: AttemptKey) async -> (any ContainerEngine)? {
        if engines.all.count == 1 { return engines.all.first?.engine }
        let name = ClaimedRun.containerName(run: key.run, attempt: key.attempt)
        for (_, engine) in engines.all {
            do throws(EngineFault) {
                _ = try await engine.inspect(name)
                return engine
            } catch {
                guard case .notFound = error else { return nil }
            }
        }
        return engines.all.first?.engine
    }

    /// Has those who look after an attempt ask the engine where its container seems to have been paused or resumed by
    /// somebody else.
    private func comparePauses(of held: [ClaimedRun]) async throws(EngineFault) {
        let followed = held.filter { registry.order(of: $0.key) != nil }
        for (kind, engine) in engines.all {
            for instance in Set(followed.filter({ $0.infrastructure == kind }).map(\.instance)) {
                let containers = try await engine.list(
                    label: ContainerLabels.instance, value: "\(instance)", sizes: false)
                for container in containers where container.status.isLive {
                    guard let key = ContainerLabels.attempt(of: container.labels) else { continue }
                    registry.order(of: key)?.pausing.compare(isPaused: container.status == .paused)
                }
            }
        }
    }

    private func attemptsWithContainer(
        on engine: any ContainerEngine, of instances: Set<Identifier>
    ) async throws(EngineFault) -> Set<AttemptKey> {
        var keys: Set<AttemptKey> = []
        for instance in instances.sorted() {
            let containers = try await engine.list(label: ContainerLabels.instance, value: "\(instance)", sizes: false)
            keys.formUnion(containers.compactMap { ContainerLabels.attempt(of: $0.labels) })
        }
        return keys
    }

    private func settle(_ claimed: ClaimedRun, hasContainer: Bool, history: Reconciliation.History) {
        let key = claimed.key
        let decision = Reconciliation.decision(
            isKnown: registry.isKnown(key), hasContainer: hasContainer, history: history)
        switch decision {
        case .leave: return
        case .adopt: take(claimed, .adopt, isFresh: true)
        case .launch: take(claimed, .launch, isFresh: true)
        case .missing: take(claimed, .missing, isFresh: true)
        }
        logger.notice("an attempt is taken up", metadata: metadata(of: key, ["decision": "\(decision)"]))
    }
}

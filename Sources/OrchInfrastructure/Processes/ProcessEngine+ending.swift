import FoundationEssentials
import Glibc
import OrchModel
import Synchronization
import Threads

extension ProcessEngine {
    package func exit(of id: String, next: Bool) async throws(EngineFault) -> any PendingExit {
        let folder = folder(id)
        _ = try plan(of: folder)
        return PendingProcessExit(engine: self, folder: folder, awaitsStart: next)
    }

    package func stop(_ id: String, grace: Duration) async throws(EngineFault) -> Bool {
        let folder = folder(id)
        _ = try plan(of: folder)
        guard case .live(let start) = try await observed(folder) else { return false }
        note(SIGTERM, in: folder)
        signal(SIGTERM, start, folder)
        // One that stands still would not hear it.
        signal(SIGCONT, start, folder)
        if try await hasEnded(folder, within: grace) { return true }
        note(SIGKILL, in: folder)
        try await kill(folder, start)
        return true
    }

    package func pause(_ id: String) async throws(EngineFault) { try await freeze(id, true) }

    package func unpause(_ id: String) async throws(EngineFault) { try await freeze(id, false) }

    package func remove(_ id: String, force: Bool) async throws(EngineFault) {
        let folder = folder(id)
        guard (try? plan(of: folder)) != nil || folder.has(folder.path) else { return }
        if case .live(let start) = try await observed(folder) {
            guard force else { throw .refused(status: 409, message: "the process \(id) still runs") }
            try await kill(folder, start)
        }
        try await erase(folder)
        reapSupervisors()
    }

    package func hasStrays(of attempt: AttemptKey) async -> Bool {
        await withTaskExecutorPreference(BlockingThreads.shared) { !ProcessFamily(of: attempt).members().isEmpty }
    }

    package func endStrays(of attempt: AttemptKey, grace: Duration) async throws(EngineFault) -> EndedStrays {
        let family = ProcessFamily(of: attempt)
        let deadline = ContinuousClock.now + grace
        let count = await withTaskExecutorPreference(BlockingThreads.shared) {
            let members = family.members()
            // One that stands still would not hear the first one.
            for process in members { for signal in [SIGTERM, SIGCONT] { Glibc.kill(process, signal) } }
            return members.count
        }
        guard count > 0 else { return EndedStrays() }
        while ContinuousClock.now < deadline, await hasStrays(of: attempt) {
            do { try await Task.sleep(for: .milliseconds(100)) } catch { throw .cancelled }
        }
        let left = await withTaskExecutorPreference(BlockingThreads.shared) { family.end(tries: 500) }
        return EndedStrays(count: count, left: left.count)
    }

    /// Kills what lives, again and again, until the end is written down.
    private func kill(_ folder: ProcessFolder, _ start: ProcessStart) async throws(EngineFault) {
        repeat {
            // The main process first: its supervisor ends the others, and writes down how this one ended.
            signal(SIGKILL, start, folder)
        } while try await !hasEnded(folder, within: .seconds(5))
    }

    /// Sends a signal to the process's group, and to those that left it; not where the process is another one by now.
    private func signal(_ signal: Int32, _ start: ProcessStart, _ folder: ProcessFolder) {
        let isIt = start.process > 0 && ProcessFacts.status(of: start.process)?.ticks == start.ticks
        guard isIt else { return ProcessFamily(folder, session: nil).signal(signal) }
        Glibc.kill(-start.process, signal)
        guard signal != SIGTERM else { return }
        ProcessFamily(folder, session: start.process).signal(signal)
    }

    /// Whether the process ends within some time.
    private func hasEnded(_ folder: ProcessFolder, within time: Duration) async throws(EngineFault) -> Bool {
        let deadline = ContinuousClock.now + time
        let changes = watch.folder(folder.path)
        while true {
            let seen = changes.count
            guard case .live = try await observed(folder) else { return true }
            let left = deadline - .now
            guard left > .zero else { return false }
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await changes.wait(beyond: seen) }
                    group.addTask { try await Task.sleep(for: left) }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            } catch {
                throw .cancelled
            }
        }
    }

    private func freeze(_ id: String, _ stops: Bool) async throws(EngineFault) {
        let folder = folder(id)
        _ = try plan(of: folder)
        guard case .live(let start) = try await observed(folder) else {
            throw .refused(status: 409, message: "the process \(id) does not run")
        }
        signal(stops ? SIGSTOP : SIGCONT, start, folder)
        // The kernel does it at the process's next step.
        for _ in 0..<100 {
            guard let status = ProcessFacts.status(of: start.process), status.isLive, status.isStopped != stops else {
                return
            }
            do { try await Task.sleep(for: .milliseconds(10)) } catch { throw .cancelled }
        }
    }

    /// Writes down that a signal is about to be sent, for whoever reads how the process ended.
    private func note(_ signal: Int32, in folder: ProcessFolder) {
        let file = open(folder.signals, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        let line = "\(signal)\n"
        _ = write(file, line, line.utf8.count)
    }

    /// Removes a folder with all that the process left in it.
    func erase(_ folder: ProcessFolder) async throws(EngineFault) {
        watch.forget(folder.path)
        state.withLock { state in
            let name = String(folder.path.dropFirst(root.count + 1))
            state.pending[name] = nil
            state.plans[name] = nil
            state.clocks[folder.times(.stdout)] = nil
            state.clocks[folder.times(.stderr)] = nil
            state.fullDisks.remove(folder.path)
        }
        let failure: String? = await withTaskExecutorPreference(BlockingThreads.shared) {
            do {
                try FileManager.default.removeItem(atPath: folder.path)
            } catch {
                return folder.has(folder.path) ? Self.insist(on: folder) : nil
            }
            return nil
        }
        if let failure { throw .refused(status: 0, message: "\(folder.path) cannot be removed: \(failure)") }
    }

    /// Removes a folder in which a process has locked itself out of some; the reason where that fails as well.
    private static func insist(on folder: ProcessFolder) -> String? {
        var pending = [folder.path]
        while let path = pending.popLast() {
            var facts = stat()
            guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { continue }
            chmod(path, 0o700)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            pending += names.map { "\(path)/\($0)" }
        }
        do { try FileManager.default.removeItem(atPath: folder.path) } catch { return "\(error)" }
        return nil
    }
}

/// The end of a supervised process, being waited for.
private struct PendingProcessExit: PendingExit {
    let engine: ProcessEngine
    let folder: ProcessFolder
    /// Whether a process that was never started has its end before it.
    let awaitsStart: Bool

    func code() async throws(EngineFault) -> Int {
        let changes = engine.watch.folder(folder.path)
        while true {
            let seen = changes.count
            guard folder.has(folder.plan) else { throw .notFound("the folder \(folder.path) was removed") }
            switch try await engine.observed(folder) {
            case .ended(let end): return end.exitCode ?? TerminationReader.lostExitCode
            case .created where !awaitsStart: return 0
            case .created, .live: break
            }
            do { try await changes.wait(beyond: seen) } catch { throw .cancelled }
        }
    }
}

import FoundationEssentials
import Glibc
import OrchModel
import Synchronization
import Threads

extension ProcessEngine {
    /// What a folder shows of its process.
    enum Observed: Sendable, Hashable {
        /// It was never started, and nobody is about to.
        case created
        /// Its supervisor lives.
        case live(ProcessStart)
        case ended(ProcessEnd)
    }

    /// What a folder shows now; waits for a supervisor that is about to start its process.
    ///
    /// Where the supervisor was killed, what is left of the process is killed as well, and that is its end.
    func observed(_ folder: ProcessFolder) async throws(EngineFault) -> Observed {
        let changes = watch.folder(folder.path)
        while true {
            let seen = changes.count
            // The lock first: what its holder wrote is there once it is free.
            let isHeld = ProcessLock.isHeld(folder.lock)
            if let end = folder.read(folder.ended, as: ProcessEnd.self) { return .ended(end) }
            let start = folder.read(folder.started, as: ProcessStart.self)
            guard isHeld else {
                guard folder.has(folder.begun) else { return .created }
                return .ended(await bury(folder, start))
            }
            if let start { return .live(start) }
            if folder.has(folder.begun), ProcessFacts.isFull(folder.path) {
                // There was no room to say which process it is.
                return .live(ProcessStart(process: 0, ticks: 0, boot: "", at: Self.begin(of: folder)))
            }
            do { try await changes.wait(beyond: seen) } catch { throw .cancelled }
        }
    }

    /// Whether nothing is written to a folder any more; never waits.
    func hasEnded(_ folder: ProcessFolder) throws(EngineFault) -> Bool {
        guard folder.has(folder.plan) else { throw .notFound("the folder \(folder.path) was removed") }
        let isHeld = ProcessLock.isHeld(folder.lock)
        if ProcessFacts.isFull(folder.path) { state.withLock { _ = $0.fullDisks.insert(folder.path) } }
        return folder.has(folder.ended) || (!isHeld && folder.has(folder.begun))
    }

    /// Ends what a killed supervisor left, and writes down that nobody knows how the process ended.
    private func bury(_ folder: ProcessFolder, _ start: ProcessStart?) async -> ProcessEnd {
        let isSameBoot = start?.boot == ProcessFacts.boot()
        let session = start.flatMap { start in
            let isIt = isSameBoot && ProcessFacts.status(of: start.process)?.ticks == start.ticks
            return isIt ? start.process : nil
        }
        let left = await withTaskExecutorPreference(BlockingThreads.shared) {
            ProcessFamily(folder, session: session).end(tries: 500)
        }
        let cause =
            start == nil || isSameBoot
            ? "its supervisor was killed, and what was left of the process after that"
            : "the host was started anew while it ran"
        var end = ProcessEnd(at: now(), lost: "its exit code is not known: \(cause)")
        if !left.isEmpty { end.warning = "processes that it started do not end though they were killed" }
        // One who cannot write it down finds the same the next time.
        try? folder.write(end, to: folder.ended)
        return end
    }

    private static func begin(of folder: ProcessFolder) -> Timestamp {
        var facts = stat()
        guard stat(folder.begun, &facts) == 0 else { return Timestamp(microseconds: 0) }
        return Timestamp(microseconds: Int64(facts.st_mtim.tv_sec) * 1_000_000 + Int64(facts.st_mtim.tv_nsec) / 1000)
    }

    /// A folder's process in the words of an engine of containers.
    func snapshot(of folder: ProcessFolder, _ plan: ProcessPlan, _ observed: Observed) -> ContainerSnapshot {
        var shown = ContainerSnapshot(
            id: plan.name, name: plan.name, imageDigest: plan.digest, labels: plan.labels, status: .created)
        switch observed {
        case .created: break
        case .live(let start):
            shown.status = ProcessFacts.status(of: start.process)?.isStopped == true ? .paused : .running
            shown.startedAt = start.at
        case .ended(let end):
            shown.status = .exited
            shown.finishedAt = end.at
            shown.exitCode = end.exitCode ?? (end.refusal == nil ? TerminationReader.lostExitCode : 0)
            shown.lost = end.lost
            shown.warning = end.warning
            if state.withLock({ $0.fullDisks.contains(folder.path) }) {
                shown.warning = shown.warning ?? ProcessEnd.fullDisk(folder)
            }
            if let refusal = end.refusal {
                shown.error = refusal
            } else {
                shown.startedAt = folder.read(folder.started, as: ProcessStart.self)?.at ?? Self.begin(of: folder)
            }
        }
        return shown
    }

    /// Bytes that a process has written: its output and its scratch files.
    func size(of folder: ProcessFolder) async -> Int64 {
        await withTaskExecutorPreference(BlockingThreads.shared) {
            var bytes: Int64 = 0
            var pending = [folder.path]
            while let path = pending.popLast() {
                var facts = stat()
                guard lstat(path, &facts) == 0 else { continue }
                if facts.st_mode & S_IFMT == S_IFREG { bytes += Int64(facts.st_size) }
                guard facts.st_mode & S_IFMT == S_IFDIR else { continue }
                pending += ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).map { "\(path)/\($0)" }
            }
            return bytes
        }
    }
}

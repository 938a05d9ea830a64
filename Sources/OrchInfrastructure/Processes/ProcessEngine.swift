import DockerEngine
import FoundationEssentials
import Glibc
package import OrchModel
import Synchronization
import Threads

/// Runs flow programs as processes of this host: what a container is to an engine of containers, a folder with a supervised
/// process is to this one.
///
/// Each process has a session, a scratch folder and two spool files of its own, and a supervisor that outlives this engine
/// and writes down how it ended. So everything is found again by another engine over the same folder. Nothing shields the
/// host from a process: it has the agent's rights.
package final class ProcessEngine: ContainerEngine {
    struct State {
        /// What was created and not started: its variables are nowhere else.
        var pending: [String: ContainerSpec] = [:]
        /// Supervisors that this engine started and that were not waited for yet.
        var supervisors: Set<Int32> = []
        var plans: [String: ProcessPlan] = [:]
        var clocks: [String: SpoolClock] = [:]
        var fullDisks: Set<String> = []
    }

    /// Where the folders lie.
    let root: String
    /// The supervisor's program and first arguments.
    let supervisor: [String]
    private let host: String
    /// The agent's own variables, of which a process gets some.
    let own: [String: String]
    let now: @Sendable () -> Timestamp
    let state = Mutex(State())
    let watch = FolderWatch()
    let digests = ProgramDigests()

    /// An engine over a folder, which is made when it is needed.
    ///
    /// - Parameters:
    ///   - root: the folder, a whole path; one engine at a time has it.
    ///   - supervisor: how a supervisor is started, without the folder: the program's whole path and its arguments.
    ///   - host: the host's name.
    ///   - environment: the agent's own variables.
    ///   - now: the wall clock. Defaults to the system's.
    package init(
        root: String, supervisor: [String], host: String, environment: [String: String],
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.root = root
        self.supervisor = supervisor
        self.host = host
        own = environment
        self.now = now
    }

    package func facts() async throws(EngineFault) -> EngineFacts { EngineFacts(version: "processes", host: host) }

    package func create(_ spec: ContainerSpec) async throws(EngineFault) -> String {
        let folder = folder(spec.name)
        let program = try Self.program(spec, own: own)
        var spec = spec
        let digest = try await digests.digest(of: program)
        spec.environment["ORCH_IMAGE_DIGEST"] = digest
        if folder.has(folder.path) {
            guard try await observed(folder) == .created else {
                throw .nameInUse("there is a process called \(spec.name) in \(root)")
            }
            // It was never started, and what it was to get is known to nobody any more.
            try await erase(folder)
        }
        let directory = try Self.directory(spec, folder)
        let plan = ProcessPlan(
            name: spec.name, program: program, arguments: spec.command, workingDirectory: directory, digest: digest,
            labels: spec.labels, createdAt: now())
        do {
            for path in [folder.work, folder.temporary] {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            if let source = spec.source {
                try Self.write(source, to: folder.source)
                spec.environment["ORCH_SOURCE_DIR"] = folder.source
                spec.environment["ORCH_SOURCE_COMMIT"] = source.commit
            }
            try folder.write(plan, to: folder.plan)
        } catch {
            // Half a folder is of no use to anybody.
            try? FileManager.default.removeItem(atPath: folder.path)
            throw .refused(
                status: 0,
                message: "the scratch folder \(folder.path) cannot be made: \(FileFailure.reason(error, at: root))")
        }
        state.withLock { state in
            state.pending[spec.name] = spec
            state.plans[spec.name] = plan
        }
        return spec.name
    }

    /// Writes the files of a source; entries come after their folders.
    private static func write(_ source: SourceTree, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for entry in source.entries {
            let path = "\(folder)/\(entry.path)"
            switch entry.kind {
            case .directory: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            case .symlink(let target):
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
            case .file, .other:
                try Data(entry.bytes).write(to: URL(filePath: path))
                chmod(path, mode_t(entry.mode))
            }
        }
    }

    package func inspect(_ id: String) async throws(EngineFault) -> ContainerSnapshot {
        let folder = folder(id)
        let plan = try plan(of: folder)
        let status = try await observed(folder)
        return snapshot(of: folder, plan, status)
    }

    package func output(of id: String, follow: Bool, tail: Int?) async throws(EngineFault) -> any ContainerOutput {
        let folder = folder(id)
        _ = try plan(of: folder)
        var ending: (@Sendable () throws(EngineFault) -> Bool)?
        if follow { ending = { () throws(EngineFault) -> Bool in try self.hasEnded(folder) } }
        return SpoolOutput(
            reader(of: folder, .stdout, tail: tail), reader(of: folder, .stderr, tail: tail),
            watch: watch.folder(folder.path), hasEnded: ending)
    }

    private func reader(of folder: ProcessFolder, _ stream: OutputLine.Stream, tail: Int?) -> SpoolReader {
        let path = folder.spool(stream)
        let start = tail.map { SpoolReader.start(ofLast: $0, in: path) } ?? 0
        return SpoolReader(path, stream, clock: clock(of: folder, stream), from: start, now: now)
    }

    package func hints(of snapshot: ContainerSnapshot) async throws(EngineFault) -> EndingHints {
        let folder = folder(snapshot.id)
        let sent = (try? String(contentsOfFile: folder.signals, encoding: .utf8)) ?? ""
        let signals = Set(sent.split(separator: "\n").compactMap { Int($0) })
        var hints = EndingHints(signals: signals, sawEnd: true, isWhole: true, sawStop: !signals.isEmpty)
        hints.mayBeOutOfMemory = folder.read(folder.ended, as: ProcessEnd.self)?.sawMemoryKill ?? false
        return hints
    }

    package func list(label: String, value: String, sizes: Bool) async throws(EngineFault) -> [ContainerSummary] {
        reapSupervisors()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        var found: [ContainerSummary] = []
        for name in names.sorted() {
            let folder = folder(name)
            guard let plan = try? plan(of: folder), plan.labels[label] == value else { continue }
            let status = snapshot(of: folder, plan, try await observed(folder)).status
            found.append(
                ContainerSummary(
                    id: name, name: name, labels: plan.labels, status: status, createdAt: plan.createdAt,
                    bytes: sizes ? await size(of: folder) : nil))
        }
        return found
    }

    package func imageNames() async throws(EngineFault) -> [String] { [] }

    package func pull(
        _ image: String, platform: String?, login: RegistryLogin?, idle: Duration?,
        progress: @escaping @Sendable (PullStep) -> Void
    ) async throws(EngineFault) {
        throw .refused(status: 0, message: "\(image) is a program of the agent's host: there is nothing to pull")
    }

    /// A process keeps no journal: its spool files lose nothing.
    package func file(_ path: String, in id: String, limit: Int) async throws(EngineFault) -> [UInt8]? { nil }

    /// The folder of a name.
    func folder(_ name: String) -> ProcessFolder { ProcessFolder(path: "\(root)/\(name)") }

    /// What was to be run; throws where there is no such folder.
    func plan(of folder: ProcessFolder) throws(EngineFault) -> ProcessPlan {
        let name = String(folder.path.dropFirst(root.count + 1))
        if let known = state.withLock({ $0.plans[name] }), folder.has(folder.plan) { return known }
        guard !name.isEmpty, !name.contains("/"), let plan = folder.read(folder.plan, as: ProcessPlan.self) else {
            throw .notFound("there is no process called \(name) in \(root)")
        }
        state.withLock { $0.plans[name] = plan }
        return plan
    }

    private func clock(of folder: ProcessFolder, _ stream: OutputLine.Stream) -> SpoolClock {
        let path = folder.times(stream)
        return state.withLock { state in
            if let known = state.clocks[path] { return known }
            let clock = SpoolClock(path: path)
            state.clocks[path] = clock
            return clock
        }
    }
}

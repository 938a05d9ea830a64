import FoundationEssentials
import Glibc
import OrchModel
import Synchronization
import Threads

extension ProcessEngine {
    package func start(_ id: String) async throws(EngineFault) {
        let folder = folder(id)
        _ = try plan(of: folder)
        if let spec = state.withLock({ $0.pending.removeValue(forKey: id) }) {
            try await supervise(folder, spec)
        }
        switch try await observed(folder) {
        case .live: return
        case .ended(let end):
            if let refusal = end.refusal { throw .refused(status: 0, message: refusal) }
        case .created:
            throw .refused(
                status: 0,
                message: ProcessFacts.isFull(folder.path)
                    ? "it could not be started: the disk that holds \(folder.path) is full"
                    : "its supervisor \(supervisor.joined(separator: " ")) ended before it had started anything")
        }
    }

    /// Starts the supervisor of a folder; it has the lock before it begins, and the variables by a pipe.
    private func supervise(_ folder: ProcessFolder, _ spec: ContainerSpec) async throws(EngineFault) {
        let lock: Int32
        switch await ProcessLock.take(folder.lock) {
        case .success(let file): lock = file
        case .failure(let fault):
            throw .refused(status: 0, message: "the lock \(folder.lock) cannot be taken: \(fault)")
        }
        defer { close(lock) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw .refused(status: 0, message: "no pipe to a supervisor: \(SystemFault.last)")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (ends[0], ends[1])
        let arguments = supervisor + [folder.path]
        let environment = ProcessEnvironment.inherited(from: own)
        let result = Spawn.start(
            arguments[0], arguments, environment: environment.map { "\($0.key)=\($0.value)" },
            descriptors: [
                .inherited(reading), .file("/dev/null", O_WRONLY), .file("/dev/null", O_WRONLY), .inherited(lock),
            ])
        close(reading)
        let supervisor: Int32
        switch result {
        case .success(let number): supervisor = number
        case .failure(let fault):
            close(writing)
            throw .refused(status: 0, message: "no supervisor can be started: \(arguments[0]): \(fault)")
        }
        state.withLock { _ = $0.supervisors.insert(supervisor) }
        var variables = environment
        for (name, value) in spec.environment { variables[name] = value }
        variables[ProcessFolder.variable] = folder.path
        variables["TMPDIR"] = variables["TMPDIR"] ?? folder.temporary
        variables["ORCH_JOURNAL"] = "off"
        let bytes = ProcessEnvironment.bytes(variables)
        await withTaskExecutorPreference(BlockingThreads.shared) {
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
                // A supervisor that has gone shows by what it did not write.
                guard written > 0 else { break }
                rest = rest.dropFirst(written)
            }
            close(writing)
        }
    }

    /// Waits for supervisors that have ended, so that the kernel forgets them.
    func reapSupervisors() {
        for process in state.withLock({ $0.supervisors }) {
            var status: Int32 = 0
            guard waitpid(process, &status, WNOHANG) != 0 else { continue }
            state.withLock { _ = $0.supervisors.remove(process) }
        }
    }

    /// The program that is meant: a path, or a name that is looked up where the process would.
    static func program(_ spec: ContainerSpec, own: [String: String]) throws(EngineFault) -> String {
        let name = spec.image
        if name.hasPrefix("/") {
            guard access(name, F_OK) == 0 else { throw .notFound("there is no program \(name) on the agent's host") }
            guard access(name, X_OK) == 0, !isFolder(name) else {
                throw .notFound("\(name) on the agent's host is no program: it may not be executed")
            }
            return name
        }
        guard !name.contains("/") else {
            throw .notFound("the program \(name): expected a whole path, or a name to be found in PATH")
        }
        let path = spec.environment["PATH"] ?? own["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let found = path.split(separator: ":").map { "\($0)/\(name)" }
            .first { $0.hasPrefix("/") && access($0, X_OK) == 0 && !isFolder($0) }
        guard let found else { throw .notFound("there is no program \(name) in the PATH of the agent's host: \(path)") }
        return found
    }

    /// The folder a process works in.
    static func directory(_ spec: ContainerSpec, _ folder: ProcessFolder) throws(EngineFault) -> String {
        guard let directory = spec.workingDirectory else { return folder.work }
        guard directory.hasPrefix("/"), isFolder(directory) else {
            throw .refused(
                status: 0, message: "working_dir \(directory): expected a folder of the agent's host, as a whole path")
        }
        return directory
    }

    private static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}

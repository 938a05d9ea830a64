import Glibc
import OrchModel

/// A supervised process with all that it has started and that still lives: its session, and whoever has its scratch folder
/// in the environment, as children have that made sessions of their own.
struct ProcessFamily: Sendable {
    private enum Mark {
        /// Its scratch folder.
        case folder([UInt8])
        /// Its attempt, whatever folder it was given; then sessions of those that have the mark belong to it as well.
        case attempt(entries: [[UInt8]], folder: String)
    }

    private let mark: Mark
    private let session: Int32?

    /// The family of the process of a folder.
    ///
    /// - Parameter session: the process's number, where it is sure that nobody else has it by now; nil leaves its environment.
    init(_ folder: ProcessFolder, session: Int32?) {
        mark = .folder(Array("\(ProcessFolder.variable)=\(folder.path)".utf8))
        self.session = session
    }

    /// The family of an attempt's process, in whatever folder it has its scratch files; of this user's processes alone.
    init(of attempt: AttemptKey) {
        mark = .attempt(
            entries: ["ORCH_FLOW_RUN_ID=\(attempt.run)", "ORCH_ATTEMPT=\(attempt.attempt)"].map { Array($0.utf8) },
            folder: "/" + ClaimedRun.containerName(run: attempt.run, attempt: attempt.attempt))
        session = nil
    }

    /// Those who live.
    func members() -> [Int32] {
        var sessions: Set<Int32> = session.map { [$0] } ?? []
        var marked: Set<Int32> = []
        var live: [(process: Int32, session: Int32)] = []
        for process in Self.processes() where process != getpid() {
            guard let status = ProcessFacts.status(of: process), status.isLive else { continue }
            live.append((process, status.session))
            guard !sessions.contains(status.session), hasMark(process) else { continue }
            marked.insert(process)
            if case .attempt = mark { sessions.insert(status.session) }
        }
        return live.filter { marked.contains($0.process) || sessions.contains($0.session) }.map(\.process)
    }

    /// Sends a signal to all members.
    func signal(_ signal: Int32) {
        for process in members() { kill(process, signal) }
    }

    /// Kills all members, and those that come meanwhile; returns those that do not go, as some do that wait for a disk.
    ///
    /// It blocks for up to `tries` times 10 ms.
    func end(tries: Int) -> [Int32] {
        var left = members()
        for _ in 0..<tries where !left.isEmpty {
            for process in left { kill(process, SIGKILL) }
            usleep(10_000)
            left = members()
        }
        return left
    }

    private func hasMark(_ process: Int32) -> Bool {
        if case .attempt = mark, ProcessFacts.owner(of: process) != geteuid() { return false }
        guard let environment = ProcessFacts.contents(of: "/proc/\(process)/environ", limit: 4 << 20) else {
            return false
        }
        let found = environment.split(separator: 0)
        switch mark {
        case .folder(let entry): return found.contains { $0.elementsEqual(entry) }
        case .attempt(let entries, let folder):
            guard entries.allSatisfy({ entry in found.contains { $0.elementsEqual(entry) } }) else { return false }
            return found.contains { entry in
                entry.starts(with: "\(ProcessFolder.variable)=".utf8)
                    && entry.suffix(folder.utf8.count).elementsEqual(folder.utf8)
            }
        }
    }

    private static func processes() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let process = Int32(name) { found.append(process) }
        }
        return found
    }
}

import Glibc

/// A supervised process with all that it has started and that still lives: its session, and whoever has its scratch folder
/// in the environment, as children have that made sessions of their own.
struct ProcessFamily: Sendable {
    private let mark: [UInt8]
    private let session: Int32?

    /// The family of the process of a folder.
    ///
    /// - Parameter session: the process's number, where it is sure that nobody else has it by now; nil leaves its environment.
    init(_ folder: ProcessFolder, session: Int32?) {
        mark = Array("\(ProcessFolder.variable)=\(folder.path)".utf8)
        self.session = session
    }

    /// Those who live.
    func members() -> [Int32] {
        Self.processes().filter { process in
            guard process != getpid(), let status = ProcessFacts.status(of: process), status.isLive else {
                return false
            }
            return status.session == session || hasMark(process)
        }
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
        guard let environment = ProcessFacts.contents(of: "/proc/\(process)/environ", limit: 4 << 20) else {
            return false
        }
        return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
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

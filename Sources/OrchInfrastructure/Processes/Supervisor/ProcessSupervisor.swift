import FoundationEssentials
import Glibc
import OrchModel

/// The parent of one process: starts it, waits for it, and writes down how it ended. A program of its own, so that an
/// agent may end at any time and know all the same.
///
/// It reads the process's variables from its standard input, and holds the folder's lock by descriptor 3. Signals do not
/// end it, but SIGKILL.
package struct ProcessSupervisor {
    /// The words of the command line after which the folder's path comes.
    package static let words = ["agent", "supervise"]
    /// How often 10 ms is waited for what is left of a process.
    private static let tries = 500

    private let folder: ProcessFolder

    /// The supervisor of the process that is planned in the folder at `path`.
    package init(folder path: String) {
        folder = ProcessFolder(path: path)
    }

    /// Supervises the process to its end.
    ///
    /// - Returns: what to exit with: 0, or 1 where nothing was started and nothing could be written.
    package func run() -> Int32 {
        for number in 1..<Int32(32) where number != SIGCHLD && number != SIGKILL && number != SIGSTOP {
            signal(number, SIG_IGN)
        }
        Self.letGo(from: 4)
        _ = fcntl(3, F_SETFD, FD_CLOEXEC)
        guard let environment = Self.environment(), let plan = folder.read(folder.plan, as: ProcessPlan.self),
            let record = EndRecord(folder)
        else { return 1 }
        guard chdir(plan.workingDirectory) == 0 else {
            return record.write(refusal: "working_dir \(plan.workingDirectory): \(SystemFault.last)") ? 0 : 1
        }
        let kills = ProcessFacts.memoryKills()
        let begun = open(folder.begun, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard begun >= 0 else { return 1 }
        close(begun)
        let append = O_WRONLY | O_CREAT | O_APPEND
        let result = Spawn.start(
            plan.program, plan.arguments, environment: environment,
            descriptors: [
                .file("/dev/null", O_RDONLY), .file(folder.spool(.stdout), append),
                .file(folder.spool(.stderr), append),
            ])
        switch result {
        case .failure(let fault): return record.write(refusal: "exec: \"\(plan.program)\": \(fault)") ? 0 : 1
        case .success(let process): return supervise(process, record, memoryKills: kills) ? 0 : 1
        }
    }

    private func supervise(_ process: Int32, _ record: EndRecord, memoryKills: Int?) -> Bool {
        let start = ProcessStart(
            process: process, ticks: ProcessFacts.status(of: process)?.ticks ?? 0, boot: ProcessFacts.boot(),
            at: .now())
        // Where the disk is full, the run goes on: who looks for it finds it by its environment.
        try? folder.write(start, to: folder.started)
        var facts = siginfo_t()
        // It stays there as long as it is not waited for, so that its number is nobody else's.
        while waitid(P_PID, id_t(process), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let family = ProcessFamily(folder, session: process)
        let behind = family.members().count
        let left = family.end(tries: Self.tries)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        var end = ProcessEnd(exitCode: Int(signal == 0 ? status >> 8 & 0xFF : 128 + signal), at: .now())
        if let before = memoryKills, let after = ProcessFacts.memoryKills(), after > before { end.sawMemoryKill = true }
        if !left.isEmpty {
            let numbers = left.map(String.init).joined(separator: ", ")
            end.warning = "processes that it started do not end though they were killed: \(numbers)"
        } else if ProcessFacts.isFull(folder.path) {
            end.warning = ProcessEnd.fullDisk(folder)
        } else if behind > 0, !folder.has(folder.signals) {
            end.warning = ProcessEnd.leftBehind(behind)
        }
        return record.write(end)
    }

    /// Closes what the agent may have left open.
    private static func letGo(from first: Int32) {
        guard let listing = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") else { return }
        for number in listing.compactMap({ Int32($0) }) where number >= first { close(number) }
    }

    /// The variables from the standard input; nil where they are not whole, as the agent ended before.
    private static func environment() -> [String]? {
        var bytes: [UInt8] = []
        while true {
            let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(0, Glibc.read(0, buffer.baseAddress, buffer.count))
            }
            if part.isEmpty { break }
            bytes += part
            // Others may have got the other end by accident, so that it is closed late.
            if ProcessEnvironment.entries(bytes) != nil { break }
        }
        return ProcessEnvironment.entries(bytes)
    }
}

extension ProcessEnd {
    /// What is told where a process ended of itself before others that it had started.
    static func leftBehind(_ count: Int) -> String {
        "ended \(count == 1 ? "1 process" : "\(count) processes") that it had left behind, as nothing of a run outlives its "
            + "program: let the program wait for what it starts"
    }

    /// What is told where lines may be missing because they could not be kept.
    static func fullDisk(_ folder: ProcessFolder) -> String {
        "the disk that holds \(folder.path) is full: lines that the process printed last may be missing"
    }
}

import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

/// Makes the keys that the parts of a deployment share, each part's in a folder of its own.
///
/// Every file is made once and keeps its content; owners and modes are set right each time.
struct KeyFolders {
    /// The folder that holds `server`, `agent` and `postgres`.
    var root: String
    var serverUID: UInt32
    var agentUID: UInt32

    /// Makes what is missing; returns the paths of new files.
    func prepare() throws -> [String] {
        var made: [String] = []
        for (folder, owner) in [("server", serverUID), ("agent", agentUID), ("postgres", 0)] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
            try own("\(root)/\(folder)", by: owner, mode: 0o700)
        }
        try ensure("server/admin.token", owner: serverUID, made: &made) { "orch_admin_" + Self.randomText() }
        try ensure("server/agent.token", owner: serverUID, made: &made) { "orch_agent_" + Self.randomText() }
        try ensure("server/postgres.password", owner: serverUID, made: &made) { Self.randomText() }
        try copy("server/agent.token", to: "agent/agent.token", owner: agentUID, made: &made)
        try copy("server/postgres.password", to: "postgres/postgres.password", owner: 0, made: &made)
        return made
    }

    private func ensure(
        _ name: String, owner: UInt32, made: inout [String], content: () -> String
    ) throws {
        let path = "\(root)/\(name)"
        if !FileManager.default.fileExists(atPath: path) {
            try PrivateFile.write(Data(content().utf8), to: path)
            made.append(path)
        }
        try own(path, by: owner, mode: 0o600)
    }

    private func copy(_ source: String, to name: String, owner: UInt32, made: inout [String]) throws {
        let data = try Data(contentsOf: URL(filePath: "\(root)/\(source)"))
        let path = "\(root)/\(name)"
        if (try? Data(contentsOf: URL(filePath: path))) != data {
            try PrivateFile.write(data, to: path)
            made.append(path)
        }
        try own(path, by: owner, mode: 0o600)
    }

    private func own(_ path: String, by owner: UInt32, mode: mode_t) throws {
        guard chmod(path, mode) == 0, chown(path, owner, owner) == 0 else {
            throw Message(
                .failed,
                "cannot give \(path) to user \(owner): \(String(cString: strerror(errno))); run as root, or with this user's own id"
            )
        }
    }

    /// 256 random bits in hexadecimal.
    private static func randomText() -> String {
        (0..<4).map { _ in
            let text = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }.joined()
    }
}

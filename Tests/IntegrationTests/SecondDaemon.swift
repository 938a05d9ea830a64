import DockerEngine
import Foundation
import OrchInfrastructure

/// A Docker daemon of the test's own, with its own containerd, folders and bridge: it can be killed and started again.
final class SecondDaemon: Sendable {
    private let folder: String
    private let bridge: String
    private let keepsContainers: Bool
    private let programs: (dockerd: String, containerd: String, ip: String)
    private let containerd: Process
    // SAFETY: one test has the daemon, and starts and ends it in turn.
    nonisolated(unsafe) private var dockerd: Process?

    /// Where the programs are; none where one of them is missing.
    private static let programs: (dockerd: String, containerd: String, ip: String)? = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        // Root's programs, though the PATH may not have them.
        let places = path.split(separator: ":") + ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"]
        func place(of name: String) -> String? {
            places.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        }
        guard let dockerd = place(of: "dockerd"), let containerd = place(of: "containerd"), let ip = place(of: "ip")
        else { return nil }
        return (dockerd, containerd, ip)
    }()

    /// Whether this user may start one here.
    static let isPossible = getuid() == 0 && programs != nil

    /// - Parameters:
    ///   - keepsContainers: whether containers live on while the daemon is away (`--live-restore`).
    ///   - diskBytes: the size of the disk it has for images and containers. Defaults to the machine's own disk.
    init(keepsContainers: Bool, diskBytes: Int? = nil) async throws {
        guard let programs = Self.programs else { throw CocoaError(.executableNotLoadable) }
        self.programs = programs
        let id = String(UUID().uuidString.lowercased().prefix(8))
        folder = "/tmp/orch-dockerd-\(id)"
        bridge = "orch\(id)"
        self.keepsContainers = keepsContainers
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(
            """
            version = 2
            root = "\(folder)/containerd"
            state = "\(folder)/containerd-state"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "\(folder)/containerd.sock"
            """.utf8
        ).write(to: URL(filePath: folder + "/containerd.toml"))
        if let diskBytes {
            try FileManager.default.createDirectory(atPath: folder + "/data", withIntermediateDirectories: true)
            try Self.run("/bin/mount", "-t", "tmpfs", "-o", "size=\(diskBytes)", "tmpfs", folder + "/data")
        }
        try Self.run(programs.ip, "link", "add", bridge, "type", "bridge")
        let third = UInt8(id.prefix(2), radix: 16) ?? 1
        try Self.run(programs.ip, "address", "add", "10.231.\(third).1/24", "dev", bridge)
        try Self.run(programs.ip, "link", "set", bridge, "up")
        containerd = try Self.start(programs.containerd, ["--config", folder + "/containerd.toml"], log: folder)
        do { try await start() } catch {
            try tearDown()
            throw error
        }
    }

    /// A client of this daemon, whichever time it was started.
    func client() throws -> DockerClient { DockerClient(host: try DockerHost("unix://\(folder)/docker.sock")) }

    /// Starts the daemon and waits until it answers.
    func start() async throws {
        // A killed daemon leaves its number behind, which may be another process's by now.
        try? FileManager.default.removeItem(atPath: folder + "/docker.pid")
        dockerd = try Self.start(
            programs.dockerd,
            [
                "--containerd", folder + "/containerd.sock", "--data-root", folder + "/data", "--exec-root",
                folder + "/exec", "--pidfile", folder + "/docker.pid", "--host", "unix://\(folder)/docker.sock",
                "--bridge", bridge, "--iptables=false", "--ip-masq=false", "--userland-proxy=false",
            ] + (keepsContainers ? ["--live-restore"] : []), log: folder)
        let client = try client()
        defer { client.shutdown() }
        for _ in 0..<300 {
            do {
                _ = try await client.ping()
                return
            } catch {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        throw CocoaError(.fileReadUnknown, userInfo: [NSFilePathErrorKey: folder + "/log"])
    }

    /// Ends the daemon with a signal and waits until it is gone.
    func end(_ signal: Int32) {
        guard let dockerd else { return }
        kill(dockerd.processIdentifier, signal)
        Self.waitForEnd(of: dockerd)
        self.dockerd = nil
    }

    /// Waits until a process is gone, or a minute has passed. Foundation's own wait depends on a message that may get lost,
    /// and would never end then.
    private static func waitForEnd(of process: Process) {
        for _ in 0..<1200 {
            let stat = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
            // What follows the name, in parentheses, is the state: Z is one that has ended and was not asked for yet.
            guard let state = stat?.split(separator: ")").last?.first(where: { $0 != " " }), state != "Z" else {
                return
            }
            usleep(50_000)
        }
    }

    /// How much the daemon has written of a container's log.
    func logBytes(of id: String) throws -> Int {
        let path = "\(folder)/data/containers/\(id)/\(id)-json.log"
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }

    /// Ends everything and removes it.
    func tearDown() throws {
        end(SIGTERM)
        containerd.terminate()
        Self.waitForEnd(of: containerd)
        try Self.run(programs.ip, "link", "delete", bridge)
        try removeFolder()
    }

    /// A killed daemon leaves mounts behind: its folder over itself, layers of containers, which keep the folder from being
    /// removed; some go away by themselves a moment later.
    private func removeFolder() throws {
        // The folder of temporary files may be known to the kernel by another path.
        let name = URL(filePath: folder).lastPathComponent
        for isLast in Array(repeating: false, count: 100) + [true] {
            let mounts = String(
                decoding: ProcessFacts.contents(of: "/proc/self/mounts", limit: 16 << 20) ?? [], as: UTF8.self
            )
            .split(separator: "\n")
            for place in mounts.compactMap({ $0.split(separator: " ").dropFirst().first }).reversed()
            where place.contains("/" + name + "/") {
                try? Self.run("/bin/umount", String(place))
            }
            do {
                return try FileManager.default.removeItem(atPath: folder)
            } catch {
                guard !isLast else { throw error }
                usleep(100_000)
            }
        }
    }

    private static func start(_ program: String, _ arguments: [String], log folder: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let log = folder + "/log"
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(filePath: log)) }
        let handle = try FileHandle(forWritingTo: URL(filePath: log))
        try handle.seekToEnd()
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        return process
    }

    private static func run(_ program: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}

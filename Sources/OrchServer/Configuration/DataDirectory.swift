import Glibc
import OrchModel

/// The folder in which a controller keeps its database and keys; held by one controller at a time.
///
/// `server.key` encrypts and signs, `admin.token` and `agent.token` are what clients send, `orch.db` is the store.
final class DataDirectory: Sendable {
    let path: String
    let keys: ServerKeys
    let adminToken: Secret
    let agentToken: Secret
    /// What somebody should know of the folder as it was found, a sentence for each.
    let remarks: [String]
    private let lock: Int32

    var keyPath: String { "\(path)/\(Self.keyName)" }
    var databasePath: String { "\(path)/\(Self.databaseName)" }

    static let databaseName = "orch.db"
    static let keyName = "server.key"

    static func holdsFile(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Runs `body` while no controller can use the folder.
    ///
    /// - Throws: ``OrchServerError/inUse(path:)`` where one does.
    static func exclusively<Value>(_ path: String, _ body: () async throws -> Value) async throws -> Value {
        let descriptor = try lock(path)
        defer { release(descriptor) }
        return try await body()
    }

    /// Opens the folder of a configuration; makes it, the key and the tokens where they are missing.
    ///
    /// - Throws: ``OrchServerError/inUse(path:)`` where another controller holds it.
    init(_ configuration: OrchServerConfiguration) throws {
        path = configuration.dataDirectory
        try Self.makeFolder(path)
        remarks = Self.remarks(path, hasDatabase: configuration.databaseURL == nil)
        lock = try Self.lock(path)
        do {
            // A new key beside an old database would make every saved block unreadable.
            guard Self.holdsFile("\(path)/\(Self.keyName)") || !Self.holdsFile("\(path)/\(Self.databaseName)") else {
                throw OrchServerError.keyLost(path: "\(path)/\(Self.keyName)")
            }
            keys = try ServerKeys(file: SecretFile(path: "\(path)/\(Self.keyName)"))
            adminToken = try Self.token(configuration.adminTokenFile ?? "\(path)/admin.token", kind: "admin")
            agentToken = try Self.token(configuration.agentTokenFile ?? "\(path)/agent.token", kind: "agent")
        } catch {
            Self.release(lock)
            throw error
        }
    }

    deinit { Self.release(lock) }

    private static func makeFolder(_ path: String) throws {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
                throw OrchServerError.file(path: made, action: "create the folder", errno: errno)
            }
        }
    }

    private static func remarks(_ path: String, hasDatabase: Bool) -> [String] {
        var remarks: [String] = []
        let (key, database) = ("\(path)/\(keyName)", "\(path)/\(databaseName)")
        if hasDatabase, holdsFile(key), !holdsFile(database) {
            remarks.append(
                "there is a key but no database in \(path), so this controller starts with an empty one: where one was "
                    + "lost, stop and bring it back with `orch database restore`")
        }
        var facts = stat()
        if stat(path, &facts) == 0, facts.st_mode & 0o077 != 0 {
            let mode = String(facts.st_mode & 0o777, radix: 8)
            remarks.append(
                "the data directory \(path) is open to other users (mode 0\(mode)), and holds logs and parameters: close "
                    + "it with `chmod 700 \(path)`")
        }
        return remarks
    }

    private static func lock(_ path: String) throws -> Int32 {
        let file = "\(path)/server.lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw OrchServerError.file(path: file, action: "create", errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw OrchServerError.file(path: file, action: "lock", errno: code) }
            throw OrchServerError.inUse(path: path)
        }
        return descriptor
    }

    /// Gives the lock back. A child process that was forked this moment has a copy of the descriptor until it becomes another
    /// program, so that to close ours is not enough.
    private static func release(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func token(_ path: String, kind: String) throws -> Secret {
        let token = try SecretFile(path: path).load { "orch_\(kind)_\(ServerKeys.randomHex())" }
        guard token.reveal().utf8.count >= 20, !token.reveal().contains(where: \.isWhitespace) else {
            throw OrchServerError.badKey(path: path, expected: "one token of 20 characters or more")
        }
        return token
    }
}

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
    private let lock: Int32

    var keyPath: String { "\(path)/server.key" }
    var databasePath: String { "\(path)/\(Self.databaseName)" }

    static let databaseName = "orch.db"

    static func holdsFile(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Runs `body` while no controller can use the folder.
    ///
    /// - Throws: ``OrchServerError/inUse(path:)`` where one does.
    static func exclusively<Value>(_ path: String, _ body: () async throws -> Value) async throws -> Value {
        let descriptor = try lock(path)
        defer { close(descriptor) }
        return try await body()
    }

    /// Opens the folder of a configuration; makes it, the key and the tokens where they are missing.
    ///
    /// - Throws: ``OrchServerError/inUse(path:)`` where another controller holds it.
    init(_ configuration: OrchServerConfiguration) throws {
        path = configuration.dataDirectory
        try Self.makeFolder(path)
        lock = try Self.lock(path)
        do {
            // A new key beside an old database would make every saved block unreadable.
            guard Self.holdsFile("\(path)/server.key") || !Self.holdsFile("\(path)/\(Self.databaseName)") else {
                throw OrchServerError.keyLost(path: "\(path)/server.key")
            }
            keys = try ServerKeys(file: SecretFile(path: "\(path)/server.key"))
            adminToken = try Self.token(configuration.adminTokenFile ?? "\(path)/admin.token", kind: "admin")
            agentToken = try Self.token(configuration.agentTokenFile ?? "\(path)/agent.token", kind: "agent")
        } catch {
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    private static func makeFolder(_ path: String) throws {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
                throw OrchServerError.file(path: made, action: "create the folder", errno: errno)
            }
        }
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

    private static func token(_ path: String, kind: String) throws -> Secret {
        let token = try SecretFile(path: path).load { "orch_\(kind)_\(ServerKeys.randomHex())" }
        guard token.reveal().utf8.count >= 20, !token.reveal().contains(where: \.isWhitespace) else {
            throw OrchServerError.badKey(path: path, expected: "one token of 20 characters or more")
        }
        return token
    }
}

/// Why a controller could not start or work.
package enum OrchServerError: Error, Sendable {
    /// A setting that cannot be used.
    case setting(String, expected: String, got: String)
    /// A file or folder of the data directory; `errno` as the system gave it.
    case file(path: String, action: String, errno: Int32)
    /// Another controller uses the data directory.
    case inUse(path: String)
    /// Another process listens there.
    case addressInUse(host: String, port: Int)
    /// The key that sealed the database's values is gone.
    case keyLost(path: String)
    /// The database's values were sealed with another key than the data directory's.
    case otherKey(path: String)
    /// PostgreSQL's own tools do what was asked for; the text is the command.
    case elsewhere(String)
    /// A key or token file whose content is not one.
    case badKey(path: String, expected: String)
    /// The bootstrap file's content; the text never repeats a value.
    case bootstrap(path: String, reason: String)
    /// Something sealed that this server's key does not open.
    case sealed(String)
}

extension OrchServerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .setting(let name, let expected, let got):
            "the server's setting \"\(name)\": expected \(expected), got \(got)"
        case .file(let path, let action, let errno):
            "cannot \(action) \(path): \(SystemCall.text(errno))"
        case .inUse(let path):
            "another orch server uses the data directory \(path): stop it, or give this one a directory of its own"
        case .addressInUse(let host, let port):
            "port \(port) of \(host) is taken: another orch server, perhaps? Stop it, or choose another with --port"
        case .keyLost(let path):
            "the key \(path) is missing, and the database beside it holds values that only that key opens: restore it "
                + "from a backup, or start with a new data directory"
        case .otherKey(let path):
            "the database's values were sealed with another key than \(path): controllers that share a database share "
                + "this file; copy it from the first one's data directory"
        case .elsewhere(let command):
            "a PostgreSQL database is backed up, restored and compacted by PostgreSQL's own tools: \(command)"
        case .badKey(let path, let expected):
            "the file \(path) should hold \(expected): restore it from a backup. A new key cannot read the saved blocks"
        case .bootstrap(let path, let reason):
            "the bootstrap blocks of \(path) cannot be created: \(reason)"
        case .sealed(let what):
            "\(what) cannot be decrypted with this server's key: was server.key replaced? Restore the old key, "
                + "or save it again"
        }
    }
}

import Glibc

/// Starts a program in a session of its own.
enum Spawn {
    /// One of its descriptors.
    enum Descriptor {
        /// That of the caller's.
        case inherited(Int32)
        /// A file, opened with these flags, for its owner alone.
        case file(String, Int32)
    }

    /// Starts a program with every signal as it comes from the system, and no other descriptors than those.
    ///
    /// - Parameters:
    ///   - program: its whole path.
    ///   - arguments: its name and arguments.
    ///   - environment: entries `NAME=VALUE`.
    ///   - descriptors: those it gets, from 0.
    /// - Returns: its number, which is that of its session and its group, too; or the errno.
    static func start(
        _ program: String, _ arguments: [String], environment: [String], descriptors: [Descriptor]
    ) -> Result<Int32, SystemFault> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            switch descriptor {
            case .inherited(let own): posix_spawn_file_actions_adddup2(&actions, own, Int32(number))
            case .file(let path, let flags):
                posix_spawn_file_actions_addopen(&actions, Int32(number), path, flags, 0o600)
            }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let texts = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { (texts + variables).forEach { free($0) } }
        var process = pid_t()
        let code = posix_spawn(&process, program, &actions, &attributes, texts, variables)
        return code == 0 ? .success(process) : .failure(SystemFault(number: code))
    }

    /// `POSIX_SPAWN_SETSID`, which glibc's header shows to GNU programs alone.
    private static let newSession: Int32 = 0x80
}

/// What the system says of a call.
struct SystemFault: Error, Sendable, Hashable, CustomStringConvertible {
    let number: Int32
    var description: String { String(cString: strerror(number)) }

    /// The last call's.
    static var last: SystemFault { SystemFault(number: errno) }
}

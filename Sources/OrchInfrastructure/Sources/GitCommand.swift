import FoundationEssentials
import Glibc
import OrchModel
import Threads

/// Runs git on the agent's host, for what nobody but the agent asks of it: no user's configuration, no question, no hook.
struct GitCommand: Sendable {
    /// Where the program is.
    let program: String
    /// What the paths begin with of the files for what it prints; whoever holds the lock has them to itself.
    let scratch: String
    /// The lock of what it works on, which it holds as well, with all that it starts: it may outlive an agent that is killed.
    let lock: Int32
    /// How long it may take.
    let patience: Duration

    /// Where its settings lie; none of a user's or of the host's count.
    var configuration: String { scratch + ".config" }

    /// What git said where it failed.
    struct Failure: Error {
        var words: String
    }

    /// Runs git to its end.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name. Seen by every user of the host: no secret.
    ///   - settings: git's own settings, which may be secret: they go by the environment.
    ///   - limit: bytes of output at most.
    func run(
        _ arguments: [String], settings: [(name: String, value: String)] = [], limit: Int = 1 << 20
    ) async throws -> [UInt8] {
        let (output, errors) = (scratch + ".out", scratch + ".err")
        defer { for file in [output, errors] { unlink(file) } }
        let create = O_WRONLY | O_CREAT | O_TRUNC
        let result = Spawn.start(
            program, ["git"] + arguments, environment: environment(settings),
            descriptors: [.file("/dev/null", O_RDONLY), .file(output, create), .file(errors, create), .inherited(lock)])
        let process: Int32
        switch result {
        case .success(let started): process = started
        case .failure(let fault): throw Failure(words: "\(program): \(fault)")
        }
        let deadline = ContinuousClock.now + patience
        let ticket = Deadlines.shared.call(after: patience) { kill(-process, SIGKILL) }
        let status = await withTaskCancellationHandler {
            await withTaskExecutorPreference(BlockingThreads.shared) {
                var status: Int32 = 0
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                return status
            }
        } onCancel: {
            kill(-process, SIGKILL)
        }
        Deadlines.shared.cancel(ticket)
        try Task.checkCancellation()
        if status & 0x7F == SIGKILL, ContinuousClock.now >= deadline {
            throw Failure(words: "it was given up after \(patience.components.seconds) s")
        }
        guard status == 0 else {
            let words = ProcessFacts.contents(of: errors, limit: 4000) ?? []
            throw Failure(words: Self.summary(String(decoding: words, as: UTF8.self)))
        }
        guard let bytes = ProcessFacts.contents(of: output, limit: limit + 1) else { return [] }
        guard bytes.count <= limit else { throw Failure(words: "it has more than \(ByteSize.text(Int64(limit)))") }
        return bytes
    }

    private func environment(_ settings: [(name: String, value: String)]) -> [String] {
        var variables = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(scratch)", "LC_ALL=C", "GIT_TERMINAL_PROMPT=0",
            "GIT_ASKPASS=true",
            "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=\(configuration)", "GIT_ALLOW_PROTOCOL=file:http:https:ssh",
            "GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=60 -o ServerAliveInterval=30 -o ServerAliveCountMax=4",
            "GIT_CONFIG_COUNT=\(settings.count)",
        ]
        for (index, setting) in settings.enumerated() {
            variables += ["GIT_CONFIG_KEY_\(index)=\(setting.name)", "GIT_CONFIG_VALUE_\(index)=\(setting.value)"]
        }
        for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"] {
            if let value = getenv(name) { variables.append("\(name)=\(String(cString: value))") }
        }
        return variables
    }

    /// The lines that say what was wrong.
    private static func summary(_ text: String) -> String {
        let lines = text.split(separator: "\n").map(String.init)
        let telling = lines.filter { $0.hasPrefix("fatal: ") || $0.hasPrefix("error: ") || $0.hasPrefix("remote: ") }
        let shown = telling.isEmpty ? lines : telling
        return shown.isEmpty ? "git gave no reason" : shown.prefix(3).joined(separator: "; ")
    }
}

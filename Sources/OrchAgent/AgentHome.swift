import FoundationEssentials
import Glibc
package import OrchModel

/// The data directory of an agent: one process at a time has it, and it tells agents of one name apart.
package final class AgentHome: Sendable {
    /// Made with the directory, and the same over restarts.
    package let identity: Identifier
    private let lock: Int32

    /// Takes the directory at `path`, making it where there is none.
    ///
    /// - Parameter patience: how long to wait for a process that has it. Defaults to 2 s: one that was just killed has it
    ///   for a moment.
    /// - Throws: `inUse` where another agent has it; `dataDirectory` where it cannot be used.
    package init(_ path: String, patience: Duration = .seconds(2)) async throws(AgentError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .dataDirectory(path: path, error)
        }
        lock = try await Self.lock(path, patience: patience)
        do throws(AgentError) {
            identity = try Self.identity(path)
        } catch {
            close(lock)
            throw error
        }
    }

    deinit { close(lock) }

    private static func lock(_ path: String, patience: Duration) async throws(AgentError) -> Int32 {
        let descriptor = open("\(path)/agent.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .dataDirectory(path: path, SystemFault(number: errno)) }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let number = errno
            var isOver = ContinuousClock.now >= deadline
            if !isOver { do { try await Task.sleep(for: .milliseconds(50)) } catch { isOver = true } }
            guard number == EWOULDBLOCK, !isOver else {
                close(descriptor)
                throw number == EWOULDBLOCK
                    ? .inUse(path: path) : .dataDirectory(path: path, SystemFault(number: number))
            }
        }
        return descriptor
    }

    private static func identity(_ path: String) throws(AgentError) -> Identifier {
        let file = "\(path)/identity"
        if let text = try? String(contentsOfFile: file, encoding: .utf8),
            let known = Identifier(String(text.prefix(36)))
        {
            return known
        }
        let new = Identifier.new()
        do {
            try Data("\(new)\n".utf8).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw .dataDirectory(path: path, error)
        }
        return new
    }

    /// What the system says of a call.
    private struct SystemFault: Error, CustomStringConvertible {
        let number: Int32
        var description: String { String(cString: strerror(number)) }
    }
}

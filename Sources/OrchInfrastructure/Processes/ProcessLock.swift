import Glibc

/// The lock that a supervisor holds for as long as it lives. The kernel releases it with the process, so that it never
/// lies.
enum ProcessLock {
    /// How often it is tried to take the lock, with 5 ms between: whoever looks at it has it for a moment.
    private static let tries = 200

    /// Takes the lock of a folder; fails where somebody has it for longer than a moment, or the file cannot be made.
    static func take(_ path: String) async -> Result<Int32, SystemFault> {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return .failure(.last) }
        var fault = SystemFault.last
        for _ in 0..<tries {
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return .success(file) }
            fault = .last
            do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
        }
        close(file)
        return .failure(fault)
    }

    /// Whether somebody holds it. Those who look do not stand in each other's way.
    static func isHeld(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0
    }
}

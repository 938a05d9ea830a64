import Glibc

/// The lock that a supervisor holds for as long as it lives. The kernel releases it with the process, so that it never
/// lies.
enum ProcessLock {
    /// Takes the lock of a folder; nil where somebody has it, or the file cannot be made.
    static func take(_ path: String) -> Int32? {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return file }
        close(file)
        return nil
    }

    /// Whether somebody holds it. Those who look do not stand in each other's way.
    static func isHeld(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0
    }
}

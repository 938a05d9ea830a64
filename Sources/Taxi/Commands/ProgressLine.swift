import Glibc
import Synchronization

/// A line on the terminal that says how far the work is, written over again and again.
final class ProgressLine: Sendable {
    private static let width = 40
    private let shown = Mutex(-1)

    /// What to tell of progress on a terminal; nil where standard error is none, as nobody would see it move.
    static func onTerminal() -> (@Sendable (_ done: Int64, _ total: Int64) -> Void)? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        let line = ProgressLine()
        return { done, total in line.show(done, of: total) }
    }

    private func show(_ done: Int64, of total: Int64) {
        let percent = total > 0 ? Int(min(100, done * 100 / total)) : 100
        shown.withLock { shown in
            guard percent != shown else { return }
            shown = percent
            let filled = percent * Self.width / 100
            let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
            let text = percent < 100 ? "\r[\(bar)] \(percent) %" : "\r\u{1B}[K"
            _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        }
    }
}

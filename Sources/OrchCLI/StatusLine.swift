import Synchronization

/// A line at the bottom of a terminal that stays there while others are written above it.
final class StatusLine: Sendable {
    private static let erase = "\r\u{1B}[K"

    private let shown = Mutex<String?>(nil)
    private let output: @Sendable (String) -> Void

    /// - Parameter output: takes what goes to the terminal.
    init(output: @escaping @Sendable (String) -> Void) {
        self.output = output
    }

    /// Shows another text; nil: none.
    func show(_ text: String?) {
        shown.withLock { shown in
            guard text != shown else { return }
            output((shown == nil ? "" : Self.erase) + (text ?? ""))
            shown = text
        }
    }

    /// Writes whole lines above it.
    ///
    /// - Parameter write: writes them; to the terminal as well.
    func above(_ write: () -> Void) {
        shown.withLock { shown in
            if shown != nil { output(Self.erase) }
            write()
            if let text = shown { output(text) }
        }
    }
}

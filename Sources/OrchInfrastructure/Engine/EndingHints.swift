/// What an engine remembers of how a container came to its end.
package struct EndingHints: Sendable, Hashable {
    /// Signals that were sent through the engine, by us or by others.
    package var signals: Set<Int>
    /// Whether the kernel killed a process of it for memory.
    package var sawOutOfMemory: Bool

    /// Hints. Defaults to none.
    package init(signals: Set<Int> = [], sawOutOfMemory: Bool = false) {
        self.signals = signals
        self.sawOutOfMemory = sawOutOfMemory
    }
}

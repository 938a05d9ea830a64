/// What an engine remembers of how a container came to its end.
package struct EndingHints: Sendable, Hashable {
    /// Signals that were sent through the engine, by us or by others.
    package var signals: Set<Int>
    /// Whether the kernel killed a process of it for memory.
    package var sawOutOfMemory: Bool

    /// Whether the engine saw the end itself; nil where that is not known. One that restarted did not.
    package var sawEnd: Bool?

    /// Hints. Defaults to none.
    package init(signals: Set<Int> = [], sawOutOfMemory: Bool = false, sawEnd: Bool? = nil) {
        self.sawEnd = sawEnd
        self.signals = signals
        self.sawOutOfMemory = sawOutOfMemory
    }
}

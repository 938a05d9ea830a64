/// What an engine remembers of how a container came to its end.
package struct EndingHints: Sendable, Hashable {
    /// Signals that were sent through the engine, by us or by others.
    package var signals: Set<Int>
    /// Whether the kernel killed a process of it for memory.
    package var sawOutOfMemory: Bool

    /// Whether the engine saw the end itself; nil where that is not known. One that restarted did not.
    package var sawEnd: Bool?

    /// Whether the engine remembers its whole life, from its start to its end: what is missing then did not happen.
    package var isWhole: Bool

    /// Whether the engine stopped it, for us or for others (`docker stop`). A signal alone is no stop: programs live through
    /// some, as one that writes out its threads on SIGQUIT.
    package var sawStop: Bool

    /// Whether the kernel may have killed it for memory, as it killed some process of the host meanwhile. Defaults to false.
    package var mayBeOutOfMemory = false

    /// Whether a signal that asks for an end was among those sent.
    var sawEndingSignal: Bool { !signals.isDisjoint(with: Self.endingSignals) }

    /// SIGINT, SIGQUIT, SIGKILL, SIGTERM: what stops programs, apart from what makes them read their settings anew.
    private static let endingSignals: Set<Int> = [2, 3, 9, 15]

    /// Hints. Defaults to none.
    package init(
        signals: Set<Int> = [], sawOutOfMemory: Bool = false, sawEnd: Bool? = nil, isWhole: Bool = false,
        sawStop: Bool = false
    ) {
        self.sawStop = sawStop
        self.sawEnd = sawEnd
        self.isWhole = isWhole
        self.signals = signals
        self.sawOutOfMemory = sawOutOfMemory
    }
}

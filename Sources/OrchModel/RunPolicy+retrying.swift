extension RunPolicy {
    /// What becomes of a run whose attempt has ended.
    public enum Sequel: Equatable, Sendable {
        /// The attempt's end is the run's.
        case end
        /// Another attempt follows after so many seconds.
        case retry(afterSeconds: Double)
    }

    /// Decides whether another attempt follows.
    ///
    /// - Parameters:
    ///   - state: how the attempt ended.
    ///   - termination: how its container ended, where that is known.
    ///   - attempt: the attempt that ended, from 1.
    ///   - chance: 0 up to 1, for jitter; the same for the same attempt, so that a repeated report decides the same.
    public func sequel(of state: RunState, _ termination: Termination?, attempt: Int, chance: Double) -> Sequel {
        guard attempt <= retries, isWorthRepeating(state, termination) else { return .end }
        var delay = min(retryDelaySeconds, retryMaxDelaySeconds)
        for _ in 1..<max(1, attempt) where delay < retryMaxDelaySeconds {
            delay = min(delay * retryBackoff, retryMaxDelaySeconds)
        }
        return .retry(afterSeconds: retryJitter ? delay * chance : delay)
    }

    private func isWorthRepeating(_ state: RunState, _ termination: Termination?) -> Bool {
        switch state.type {
        case .failed where retryOn.contains(.failed), .crashed where retryOn.contains(.crashed): true
        case .failed, .crashed:
            retryOn.contains { cause in
                switch cause {
                case .failed, .crashed: false
                case .timedOut: state.name == RunState.timedOutName
                case .outOfMemory: termination.map { $0.oom != .no } ?? false
                case .exitCode(let code): termination?.exitCode == code
                }
            }
        case .scheduled, .pending, .running, .paused, .cancelling, .cancelled, .completed: false
        }
    }

    /// A share of 1 that is the same for the same attempt and spread evenly over attempts: an FNV-1a hash.
    public static func chance(run: Identifier, attempt: Int) -> Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(run)/\(attempt)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        // FNV leaves the upper bits of short texts alike: mixed once more.
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        return Double((hash ^ hash >> 33) >> 11) / Double(UInt64(1) << 53)
    }
}

/// How long a sensor waits from one look to the next.
public struct PokeInterval: Sendable, Hashable {
    private var first: Duration
    private var factor = 1.0
    private var most: Duration
    private var jitter = 0.0

    /// The shortest wait there is: what is given as less is so long.
    public static let shortest = Duration.milliseconds(100)

    private init(_ first: Duration, factor: Double = 1, most: Duration) {
        self.first = max(first, Self.shortest)
        self.factor = factor
        self.most = max(most, Self.shortest)
    }

    /// The same wait every time.
    public static func constant(_ wait: Duration) -> PokeInterval { PokeInterval(wait, most: wait) }

    /// The same number of seconds every time.
    public static func seconds(_ seconds: Double) -> PokeInterval {
        // What no duration can hold is a year.
        constant(.seconds(seconds.isFinite ? min(max(seconds, 0), 366 * 86_400) : 366 * 86_400))
    }

    /// `first`, then longer each time by `factor`, but never longer than `most`.
    ///
    /// - Parameters:
    ///   - first: the first wait.
    ///   - factor: defaults to 2; less than 1 is 1, more than 1000 is 1000.
    ///   - most: defaults to 10 min.
    public static func exponential(
        from first: Duration, factor: Double = 2, upTo most: Duration = .seconds(600)
    ) -> PokeInterval {
        PokeInterval(first, factor: factor.isFinite ? min(max(1, factor), 1000) : 1, most: most)
    }

    /// The same, but each wait is shorter by a random share of itself, so that runs that began together do not look together.
    ///
    /// - Parameter share: the largest share, 0 to 1. Defaults to 0.2.
    public func jittered(by share: Double = 0.2) -> PokeInterval {
        var interval = self
        interval.jitter = share.isFinite ? min(max(0, share), 1) : 0
        return interval
    }

    /// The wait after look number `poke`, from 1.
    ///
    /// - Parameter share: gives a random number from 0 to 1; asked only where there is jitter.
    func wait(after poke: Int, share: () -> Double) -> Duration {
        var wait = min(first, most)
        if factor > 1 {
            var looks = 1
            while looks < poke, wait < most {
                wait = min(wait * factor, most)
                looks += 1
            }
        }
        if jitter > 0 { wait = wait * (1 - jitter * min(max(0, share()), 1)) }
        return max(wait, Self.shortest)
    }
}

/// Where a run waits.
public struct SensorMode: Sendable, Hashable {
    /// The least wait for which the container is given up; nil where it never is.
    let leavesFrom: Duration?

    /// In its container, which lives all the time.
    public static let poke = SensorMode(leavesFrom: nil)
    /// Without a container: the attempt ends, and another one begins when it is time to look again. Waits of less than 10 s are
    /// waited for in the container.
    public static let reschedule = rescheduling(from: .seconds(10))

    /// Without a container, where the wait is so long or longer.
    public static func rescheduling(from least: Duration) -> SensorMode { SensorMode(leavesFrom: max(least, .zero)) }
}

/// What becomes of looks that fail.
public enum PokeFailures: Sendable, Hashable {
    /// The first one ends the wait.
    case fatal
    /// So many in a row change nothing; one more ends the wait.
    case tolerated(inARow: Int)
}

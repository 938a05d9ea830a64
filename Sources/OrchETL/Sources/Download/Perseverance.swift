import CurlTransport

/// Decides whether a download that broke off goes on, and when; does nothing itself.
struct Perseverance {
    /// What to do.
    enum Step: Sendable, Equatable {
        /// Ask again after a while.
        case again(after: Duration)
        /// Fail with the error.
        case giveUp
    }

    private let options: DownloadOptions
    /// The most bytes that were here at once: only more than that is something new.
    private var mark: Int64 = 0
    private var fruitless = 0
    /// How often it went on.
    private(set) var resumes = 0
    private var patience: Duration

    init(_ options: DownloadOptions) {
        self.options = options
        patience = options.patience
    }

    /// Takes an attempt's end.
    /// - Parameters:
    ///   - received: bytes that are here now.
    ///   - chance: from 0 to 1, how much of the wait is to be waited; random, so that many who failed together do not
    ///     come back together.
    mutating func next(after error: ETLError, received: Int64, chance: Double) -> Step {
        let isFruitful = received > mark
        mark = max(mark, received)
        fruitless = isFruitful ? 0 : fruitless + 1
        guard error.isTransient, fruitless < options.fruitlessRequests, resumes < options.maximumResumes else {
            return .giveUp
        }
        // Who has said nothing for a whole timeout would say nothing for another.
        if !isFruitful, Self.isTimeout(error) { return .giveUp }
        var wait = options.backoff * min(Double(1 << min(max(fruitless - 1, 0), 8)), 30) * chance
        if let asked = error.retryAfter {
            guard asked <= patience else { return .giveUp }
            patience -= asked
            wait = max(wait, asked)
        }
        resumes += 1
        return .again(after: wait)
    }

    private static func isTimeout(_ error: ETLError) -> Bool {
        guard case .transfer(_, let cause) = error, let cause = cause as? HTTPClientError else { return false }
        return switch cause {
        case .idleTimeout, .connectTimeout, .totalTimeout: true
        default: false
        }
    }
}

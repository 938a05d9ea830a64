import CurlTransport

/// Decides whether a request is sent again.
enum WebRetry {
    /// What an attempt came to.
    enum Outcome {
        case status(Int, retryAfter: String?)
        case broken(HTTPClientError)
    }

    /// What to do.
    enum Step: Equatable {
        case again(after: Duration)
        case giveUp
        /// The server asks for a wait longer than is allowed.
        case asksTooMuch(Duration)
    }

    /// - Parameters:
    ///   - attempt: the attempt that failed, from 1.
    ///   - now: the time, for a `Retry-After` that is a date.
    ///   - share: gives a random number from 0 to 1.
    static func step(
        _ request: WebRequest, after outcome: Outcome, attempt: Int, at now: Timestamp, share: () -> Double
    ) -> Step {
        guard attempt <= request.retries, isWorthwhile(request, outcome) else { return .giveUp }
        let wait = request.retryDelay.wait(after: attempt, share: share)
        guard case .status(_, let hint?) = outcome, let asked = retryAfter(hint, at: now) else {
            return .again(after: wait)
        }
        guard asked <= request.longestRetryAfter else { return .asksTooMuch(asked) }
        return .again(after: max(wait, asked))
    }

    private static func isWorthwhile(_ request: WebRequest, _ outcome: Outcome) -> Bool {
        let isRepeatable = request.isRepeatable ?? ![.post, .patch].contains(request.method)
        switch outcome {
        // It was refused before anything was done with it.
        case .status(429, _), .status(503, _): return true
        case .status(408, _), .status(500, _), .status(502, _), .status(504, _): return isRepeatable
        case .status: return false
        case .broken(let error):
            switch error {
            case .dns, .refused, .unreachable, .connectTimeout: return true
            default: return error.isTransient && isRepeatable
            }
        }
    }

    /// How long a `Retry-After` asks to wait: seconds, or a date.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3>
    static func retryAfter(_ text: String, at now: Timestamp) -> Duration? {
        if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) {
            // More digits than any number has ask for a wait that nobody waits for.
            return .seconds(min(Int64(text) ?? .max, 366 * 86_400))
        }
        return date(text).map { max($0 - now, .zero) }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers still send.
    private static func date(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(where: { $0 == parts[2] }), (1...31).contains(day),
            (1000...9999).contains(year)
        else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return Timestamp("\(year)-\(two(month + 1))-\(two(day))T\(parts[4])Z")
    }
}

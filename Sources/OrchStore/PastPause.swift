package import OrchModel

/// When a schedule or a deployment was paused for the last time.
package struct PastPause: Sendable, Hashable {
    package var start: Timestamp
    /// nil = it goes on.
    package var end: Timestamp?
    /// Why; nil = nobody said.
    package var reason: String?

    package init(start: Timestamp, end: Timestamp? = nil, reason: String? = nil) {
        self.start = start
        self.end = end
        self.reason = reason
    }

    /// Whether it was so at an instant.
    package func holds(_ instant: Timestamp) -> Bool { instant >= start && end.map { instant < $0 } ?? true }
}

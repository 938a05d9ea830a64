package import OrchModel

/// The lock of a computation: who holds it.
package struct CacheLock: Hashable, Sendable {
    /// The flow whose results are meant.
    package var flow: String
    package var key: String
    /// Tells one computation from all others.
    package var holder: String

    package init(flow: String, key: String, holder: String) {
        self.flow = flow
        self.key = key
        self.holder = holder
    }
}

/// A run that asks for a result.
package struct CacheRequest: Hashable, Sendable {
    /// The lock that it gets where it is to compute.
    package var lock: CacheLock
    /// What the result is of, whatever the code's version.
    package var subject: String
    /// Whether a result that is kept does not count.
    package var refresh: Bool
    package var runID: Identifier
    package var runName: String
    /// When its lock ends, unless it is extended.
    package var leaseUntil: Timestamp
    /// Results that were made before do not count; nil = all count.
    package var since: Timestamp?

    package init(
        lock: CacheLock, subject: String, refresh: Bool, runID: Identifier, runName: String, leaseUntil: Timestamp,
        since: Timestamp? = nil
    ) {
        self.since = since
        self.lock = lock
        self.subject = subject
        self.refresh = refresh
        self.runID = runID
        self.runName = runName
        self.leaseUntil = leaseUntil
    }
}

/// A result to be kept.
package struct CachedResult: Hashable, Sendable {
    package var entry: CacheEntry
    package var subject: String
    /// The UTF-8 of its JSON text.
    package var value: [UInt8]
    /// Whose computation is over with it.
    package var holder: String

    package init(entry: CacheEntry, subject: String, value: [UInt8], holder: String) {
        self.entry = entry
        self.subject = subject
        self.value = value
        self.holder = holder
    }
}

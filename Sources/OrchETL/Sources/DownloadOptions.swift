#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How a download behaves; every setting has a default.
public struct DownloadOptions: Sendable {
    /// Where files are kept for the next download of the same address. Defaults to nil, nowhere.
    public var cache: DownloadCache?
    /// How long name lookup, TCP and TLS may take together. Defaults to 10 s.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the source may send nothing. Defaults to 60 s.
    public var idleTimeout: Duration = .seconds(60)
    /// How many requests in a row may bring nothing new before the download fails. Defaults to 3.
    public var fruitlessRequests = 3
    /// How many times a download goes on after it broke off, while each time brings something new. Defaults to 1000.
    public var maximumResumes = 1000
    /// The wait before the second request; it doubles with each fruitless one, up to 30 times as much, and is cut
    /// short at random. Defaults to 500 ms.
    public var backoff: Duration = .milliseconds(500)
    /// How long, over all requests, a source's `Retry-After` is waited for; a longer one fails the download at once,
    /// see `ETLError.retryAfter`. Defaults to 30 s.
    public var patience: Duration = .seconds(30)
    /// The least time between two reports of progress; the first and the last come anyhow. Defaults to 250 ms.
    public var progressInterval: Duration = .milliseconds(250)
    /// Who shares the right to ask a host. Defaults to everybody in this process, four at a time.
    public var slots: HostSlots = .shared
    /// The wall clock, in seconds since 1970.
    package var now: @Sendable () -> Int64 = { Int64(time(nil)) }

    /// Options, all with their defaults.
    public init() {}
}

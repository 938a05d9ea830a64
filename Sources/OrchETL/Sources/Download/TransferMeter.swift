/// Counts what arrives, and says now and then how far a download is; reads no clock of its own.
struct TransferMeter {
    private let interval: Duration
    private var bytes: Int64 = 0
    /// Bytes that were announced, where they were.
    private(set) var total: Int64?
    private var rate: Double?
    /// When progress was told last, and how many bytes have come since.
    private var lastTold: Duration?
    private var sinceTold: Int64 = 0

    /// The time after which an older rate has half its weight.
    private static let smoothing = 3.0

    /// - Parameter interval: the least time between two reports.
    init(interval: Duration) {
        self.interval = interval
    }

    /// Sets the count, such as to 0 when a download starts over.
    mutating func begin(at bytes: Int64, of total: Int64?) {
        self.bytes = bytes
        self.total = total
    }

    /// Counts bytes.
    /// - Parameter now: the time since any fixed moment.
    /// - Returns: what to tell, where it is time to.
    mutating func add(_ count: Int, now: Duration) -> WebSource.Progress? {
        bytes += Int64(count)
        sinceTold += Int64(count)
        guard let lastTold else { return tell(now) }
        let isDue = now - lastTold >= interval
        return isDue || bytes == total ? tell(now) : nil
    }

    private mutating func tell(_ now: Duration) -> WebSource.Progress {
        if let lastTold, case let seconds = (now - lastTold) / .seconds(1), seconds > 0 {
            let latest = Double(sinceTold) / seconds
            let weight = seconds / (seconds + Self.smoothing)
            rate = rate.map { $0 + (latest - $0) * weight } ?? latest
            sinceTold = 0
        }
        lastTold = now
        return WebSource.Progress(bytes: bytes, total: total, bytesPerSecond: rate, timeLeft: timeLeft)
    }

    private var timeLeft: Duration? {
        guard let total, let rate, rate > 0, total >= bytes else { return nil }
        // A century stands for all that is longer.
        return .seconds(min(Double(total - bytes) / rate, 3_155_760_000))
    }
}

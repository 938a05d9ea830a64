/// How long one waits from look to look while another run computes: from 100 ms, twice as long each time, up to 2 s.
struct CacheWait {
    private var last: Duration?

    var isFirst: Bool { last == nil }

    mutating func next() -> Duration {
        let wait = last.map { min($0 * 2, .seconds(2)) } ?? .milliseconds(100)
        last = wait
        return wait
    }
}

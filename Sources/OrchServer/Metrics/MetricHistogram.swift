import Synchronization

/// Observations for each combination of labels, counted in buckets with fixed upper bounds.
final class MetricHistogram: Sendable {
    private struct Counts {
        /// One for each bound, and one for what is larger than all.
        var buckets: [Int]
        var sum = 0.0

        init(bounds: Int) { buckets = Array(repeating: 0, count: bounds + 1) }
    }

    let description: MetricDescription
    private let counts: Mutex<[[String]: Counts]>

    /// A histogram without labels starts empty; with labels, each combination exists once something was observed.
    init(_ description: MetricDescription) {
        self.description = description
        counts = Mutex(description.labels.isEmpty ? [[]: Counts(bounds: description.bounds.count)] : [:])
    }

    /// Counts a time in seconds. One below zero, as clocks of two machines may differ, counts as zero.
    func observe(_ duration: Duration, labels: [String] = []) {
        let bounds = description.bounds
        let seconds = max(0, duration / .seconds(1))
        let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        counts.withLock { counts in
            counts[labels, default: Counts(bounds: bounds.count)].buckets[bucket] += 1
            counts[labels]?.sum += seconds
        }
    }

    /// The values now, in the order of their labels: each bucket with all that is smaller, then sum and count.
    var family: MetricFamily {
        let counts = counts.withLock { $0 }
        let samples = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { labels, counts in
            var total = 0
            var samples = zip(description.bounds + [.infinity], counts.buckets).map { bound, count in
                total += count
                return MetricFamily.Sample(suffix: "_bucket", labels: labels, bound: bound, value: Double(total))
            }
            samples.append(MetricFamily.Sample(suffix: "_sum", labels: labels, value: counts.sum))
            samples.append(MetricFamily.Sample(suffix: "_count", labels: labels, value: Double(total)))
            return samples
        }
        return MetricFamily(description, samples)
    }
}

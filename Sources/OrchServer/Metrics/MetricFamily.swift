/// A metric with its values at one moment.
struct MetricFamily: Sendable {
    /// One line: a number under a name and labels.
    struct Sample: Hashable, Sendable {
        /// Follows the metric's name: `_bucket`, `_sum`, `_count`, or nothing.
        var suffix = ""
        /// The values of the metric's labels, in their order.
        var labels: [String] = []
        /// The upper bound of a bucket.
        var bound: Double?
        var value: Double
    }

    var description: MetricDescription
    var samples: [Sample]

    /// A gauge or counter with one value.
    init(_ description: MetricDescription, _ value: Double, labels: [String] = []) {
        self.init(description, [Sample(labels: labels, value: value)])
    }

    /// A metric with several values.
    init(_ description: MetricDescription, _ samples: [Sample]) {
        self.description = description
        self.samples = samples
    }
}

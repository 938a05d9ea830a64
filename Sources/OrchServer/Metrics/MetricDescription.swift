/// What a metric is: its name, kind, meaning and labels.
struct MetricDescription: Hashable, Sendable {
    /// As the exposition format names them.
    enum Kind: String, Sendable {
        /// A number that only grows until the process ends.
        case counter
        /// A number as it is now.
        case gauge
        /// Observations, counted by size.
        case histogram
    }

    var name: String
    var kind: Kind
    /// One sentence.
    var help: String
    /// The names of its labels, in the order in which values are given.
    var labels: [String] = []
    /// The upper bounds of a histogram's buckets, growing; the last one, infinity, is left out.
    var bounds: [Double] = []

    static func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricDescription {
        MetricDescription(name: name, kind: .counter, help: help, labels: labels)
    }

    static func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricDescription {
        MetricDescription(name: name, kind: .gauge, help: help, labels: labels)
    }

    static func histogram(
        _ name: String, _ help: String, labels: [String] = [], bounds: [Double]
    ) -> MetricDescription {
        MetricDescription(name: name, kind: .histogram, help: help, labels: labels, bounds: bounds)
    }
}

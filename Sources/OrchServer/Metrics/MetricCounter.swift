import Synchronization

/// A number for each combination of labels that only grows.
final class MetricCounter: Sendable {
    let description: MetricDescription
    private let values: Mutex<[[String]: Double]>

    /// A counter without labels starts at 0; with labels, each combination exists once it was counted.
    init(_ description: MetricDescription) {
        self.description = description
        values = Mutex(description.labels.isEmpty ? [[]: 0] : [:])
    }

    /// Adds to the number of these labels' values.
    func add(_ amount: Int = 1, labels: [String] = []) {
        values.withLock { $0[labels, default: 0] += Double(amount) }
    }

    /// The values now, in the order of their labels.
    var family: MetricFamily {
        let values = values.withLock { $0 }
        return MetricFamily(
            description,
            values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
                MetricFamily.Sample(labels: $0.key, value: $0.value)
            })
    }
}

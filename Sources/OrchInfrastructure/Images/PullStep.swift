import OrchModel

/// A step of a pull.
package struct PullStep: Sendable, Hashable {
    /// In words, such as `Downloading`.
    package var status: String
    /// The layer; nil for the image as a whole.
    package var layer: String?
    /// Bytes done and to do; nil where they are not counted.
    package var current: Int64?
    package var total: Int64?

    /// A step.
    package init(status: String, layer: String? = nil, current: Int64? = nil, total: Int64? = nil) {
        self.status = status
        self.layer = layer
        self.current = current
        self.total = total
    }
}

/// How far a pull has come, from its steps.
package struct PullTally: Sendable, Hashable {
    private struct Layer: Hashable {
        var isDone = false
        var current: Int64 = 0
        var total: Int64 = 0
    }

    private var layers: [String: Layer] = [:]

    /// Nothing is known yet.
    package init() {}

    /// Takes a step in.
    package mutating func take(_ step: PullStep) {
        // The first step about the image names its tag as the layer.
        guard let name = step.layer, !step.status.hasPrefix("Pulling from") else { return }
        var layer = layers[name] ?? Layer()
        switch step.status {
        case "Downloading":
            layer.current = step.current ?? layer.current
            layer.total = step.total ?? layer.total
        case "Download complete", "Verifying Checksum", "Extracting": layer.current = max(layer.current, layer.total)
        case "Pull complete", "Already exists":
            layer.current = max(layer.current, layer.total)
            layer.isDone = true
        default: break
        }
        layers[name] = layer
    }

    /// `2 of 5 layers, 12 MiB of 30 MiB`; nil before the first layer is known.
    package var text: String? {
        guard !layers.isEmpty else { return nil }
        let (done, total) = (layers.values.reduce(0) { $0 + $1.current }, layers.values.reduce(0) { $0 + $1.total })
        let bytes = total > 0 ? ", \(ByteSize.text(done)) of \(ByteSize.text(total)) known so far" : ""
        return "\(layers.values.count { $0.isDone }) of \(layers.count) layers\(bytes)"
    }
}

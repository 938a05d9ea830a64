package import OrchModel

/// Which asset records a page holds; what is nil does not narrow it.
package struct AssetQuery: Hashable, Sendable {
    /// Whether of each object only its last record counts.
    package var isLatest: Bool
    /// The object's whole address.
    package var uri: String?
    /// The dataset's name.
    package var dataset: String?
    /// What the object's address starts with.
    package var prefix: String?
    /// The run that wrote it, itself or by a child run in its container. The last record of an object is then the last
    /// one of that run, superseded or not.
    package var flowRun: Identifier?
    /// The record after which the page starts; nil for the newest.
    package var after: AssetCursor?
    /// How many at most. Defaults to 50.
    package var limit: Int

    package init(
        isLatest: Bool, uri: String? = nil, dataset: String? = nil, prefix: String? = nil, flowRun: Identifier? = nil,
        after: AssetCursor? = nil, limit: Int = 50
    ) {
        self.isLatest = isLatest
        self.uri = uri
        self.dataset = dataset
        self.prefix = prefix
        self.flowRun = flowRun
        self.after = after
        self.limit = limit
    }
}

/// Where a page of asset records ends. Its text is given to callers and taken back.
package struct AssetCursor: Hashable, Sendable, LosslessStringConvertible {
    /// The time of the page's last record, in microseconds since 1970-01-01T00:00:00Z.
    var at: Int64
    /// That record's position, which tells it from others of the same time.
    var position: Int64

    init(at: Int64, position: Int64) {
        self.at = at
        self.position = position
    }

    /// Reads the text of a cursor.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let at = Int64(parts[0]), let position = Int64(parts[1]) else { return nil }
        self.init(at: at, position: position)
    }

    package var description: String { "\(at).\(position)" }
}

/// What asset records are known by, newest first.
package struct AssetNames: Hashable, Sendable {
    package var uris: [String]
    package var datasets: [String]
}

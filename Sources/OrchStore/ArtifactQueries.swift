package import OrchModel

/// Which artifacts a page holds; what is nil does not narrow it.
package struct ArtifactQuery: Hashable, Sendable {
    /// Whether of each key only its last artifact counts.
    package var isLatest: Bool
    /// The whole key.
    package var key: String?
    /// The type's name.
    package var type: String?
    /// The run that made it, itself or by a child run in its container. The last artifact of a key is then the last one of
    /// that run.
    package var flowRun: Identifier?
    /// The artifact after which the page starts; nil for the newest.
    package var after: AssetCursor?
    /// How many at most. Defaults to 50.
    package var limit: Int

    package init(
        isLatest: Bool, key: String? = nil, type: String? = nil, flowRun: Identifier? = nil, after: AssetCursor? = nil,
        limit: Int = 50
    ) {
        self.isLatest = isLatest
        self.key = key
        self.type = type
        self.flowRun = flowRun
        self.after = after
        self.limit = limit
    }
}

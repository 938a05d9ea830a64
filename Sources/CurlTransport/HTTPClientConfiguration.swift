/// Settings of a client; all have defaults.
package struct HTTPClientConfiguration: Sendable {
    /// Connections open to one host at once; further requests wait for one. 0 means no limit. Defaults to 8.
    package var maxConnectionsPerHost: Int
    /// Connections kept for reuse. Defaults to 32.
    package var maxPooledConnections: Int
    /// The `User-Agent` of requests that set none. Defaults to `orch/1`.
    package var userAgent: String
    /// Path of PEM certificates trusted instead of the system's. Defaults to nil.
    package var caFile: String?
    /// Bytes of a response body that may wait for their reader before the transfer is paused. Defaults to 1 MiB.
    package var bodyBufferLimit: Int

    /// Settings; see the properties for defaults.
    package init(
        maxConnectionsPerHost: Int = 8,
        maxPooledConnections: Int = 32,
        userAgent: String = "orch/1",
        caFile: String? = nil,
        bodyBufferLimit: Int = 1 << 20
    ) {
        self.maxConnectionsPerHost = maxConnectionsPerHost
        self.maxPooledConnections = maxPooledConnections
        self.userAgent = userAgent
        self.caFile = caFile
        self.bodyBufferLimit = bodyBufferLimit
    }

    /// For a server that holds answers back until something happens: a call must not wait for the connections of those that
    /// wait themselves, perhaps for what it has to tell.
    package static let unlimitedConnections = HTTPClientConfiguration(maxConnectionsPerHost: 0)
}

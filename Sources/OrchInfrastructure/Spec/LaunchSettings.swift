/// What an agent's host adds to every run it launches.
package struct LaunchSettings: Sendable, Hashable {
    /// The network of containers whose block names none; nil = the engine's default bridge.
    package var network: String?
    /// What containers are told to call, where the agent knows better than the controller; nil = the controller's word.
    package var containerAPIURL: String?

    /// Settings; both default to nil.
    package init(network: String? = nil, containerAPIURL: String? = nil) {
        self.network = network
        self.containerAPIURL = containerAPIURL
    }
}

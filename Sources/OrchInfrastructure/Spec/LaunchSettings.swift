/// What an agent's host adds to every run it launches.
package struct LaunchSettings: Sendable, Hashable {
    /// The network of containers whose block names none; nil = the engine's default bridge.
    package var network: String?
    /// What containers are told to call, where the agent knows better than the controller; nil = the controller's word.
    package var containerAPIURL: String?

    /// What processes are told to call: where the agent itself reaches the controller; nil = the controller's word, which is
    /// meant for containers.
    package var processAPIURL: String?

    /// Where git sources are fetched; nil = nowhere.
    package var sources: GitCache?

    /// Folders of the host that blocks may mount from, with all below them. Defaults to none: named volumes alone.
    ///
    /// The engine follows symbolic links, so whoever can write below such a folder can choose what is mounted.
    package var bindRoots: [String]

    /// The agent's name, for the labels of its containers; nil = no such label.
    package var agent: String?

    /// Settings; see the properties for defaults.
    package init(network: String? = nil, containerAPIURL: String? = nil, bindRoots: [String] = []) {
        self.network = network
        self.containerAPIURL = containerAPIURL
        self.bindRoots = bindRoots
    }
}

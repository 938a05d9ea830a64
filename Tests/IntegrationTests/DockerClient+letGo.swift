import DockerEngine

extension DockerClient {
    /// What a script begins with that is to go on once somebody says so.
    static let awaitsGo = "echo ready; until [ -e /go ]; do sleep 0.05; done; "

    /// Lets a container's script go on, which began with ``awaitsGo``.
    func letGo(_ container: String) async throws(DockerError) {
        try await putArchive(TarArchive([TarArchive.Entry(path: "go")]), into: "/", of: container)
    }

    /// Whether the engine says that a container's process was killed for want of memory. It may say so only a moment
    /// after the container's end: there are 10 s for that.
    func tellsOfOutOfMemory(_ container: String) async throws -> Bool {
        for _ in 0..<100 {
            if try await inspectContainer(container).state.oomKilled { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}

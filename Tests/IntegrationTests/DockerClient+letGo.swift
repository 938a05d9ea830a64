import DockerEngine

extension DockerClient {
    /// What a script begins with that is to go on once somebody says so.
    static let awaitsGo = "echo ready; until [ -e /go ]; do sleep 0.05; done; "

    /// Lets a container's script go on, which began with ``awaitsGo``.
    func letGo(_ container: String) async throws(DockerError) {
        try await putArchive(TarArchive([TarArchive.Entry(path: "go")]), into: "/", of: container)
    }
}

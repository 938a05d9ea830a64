import OrchModel

extension AgentInfo {
    /// What it starts runs with, for a table: `20.10.24, process`; `unreachable` while nothing can be started.
    var engineText: String {
        let docker = InfrastructureKind.docker.rawValue
        let shown = (kinds.contains(docker) ? [engine ?? docker] : []) + kinds.filter { $0 != docker }
        return shown.isEmpty ? "unreachable" : shown.joined(separator: ", ")
    }

    /// Whether it can start anything now.
    var canStartRuns: Bool { !kinds.isEmpty }

    /// Where it can start runs now: as it says, or as its labels do in lists; an agent that does not say knows of containers alone.
    private var kinds: [String] {
        infrastructures ?? labels?["infrastructure"]?.arrayValue?.compactMap(\.stringValue)
            ?? (engine == nil ? [] : [InfrastructureKind.docker.rawValue])
    }
}

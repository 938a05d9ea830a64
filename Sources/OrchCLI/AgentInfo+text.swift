import OrchModel

extension AgentInfo {
    /// What it starts runs with, for a table: `20.10.24, process`; `unreachable` while nothing can be started.
    var engineText: String {
        let kinds = infrastructures ?? (engine == nil ? [] : [InfrastructureKind.docker.rawValue])
        let docker = InfrastructureKind.docker.rawValue
        let shown = (kinds.contains(docker) ? [engine ?? docker] : []) + kinds.filter { $0 != docker }
        return shown.isEmpty ? "unreachable" : shown.joined(separator: ", ")
    }
}

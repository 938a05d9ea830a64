package import OrchModel

/// Stands for an infrastructure that an agent does not offer: a run that came to it all the same ends with the reason.
package struct AbsentEngine: ContainerEngine {
    private let kind: InfrastructureKind

    /// The engine of an infrastructure that is not offered.
    package init(kind: InfrastructureKind) { self.kind = kind }

    private var fault: EngineFault { .refused(status: 0, message: Self.refusal(of: kind)) }

    /// What is said where an infrastructure is not offered.
    static func refusal(of kind: InfrastructureKind) -> String {
        "this agent does not offer the infrastructure \(kind.rawValue): start one that does, with "
            + "`orch agent start --infra \(kind.rawValue)`"
    }

    package func facts() async throws(EngineFault) -> EngineFacts { throw fault }
    package func create(_ spec: ContainerSpec) async throws(EngineFault) -> String { throw fault }
    package func start(_ id: String) async throws(EngineFault) { throw fault }
    package func inspect(_ id: String) async throws(EngineFault) -> ContainerSnapshot { throw fault }
    package func exit(of id: String, next: Bool) async throws(EngineFault) -> any PendingExit { throw fault }
    package func output(of id: String, follow: Bool, tail: Int?) async throws(EngineFault) -> any ContainerOutput {
        throw fault
    }
    package func hints(of snapshot: ContainerSnapshot) async throws(EngineFault) -> EndingHints { throw fault }
    package func stop(_ id: String, grace: Duration) async throws(EngineFault) -> Bool { throw fault }
    package func pause(_ id: String) async throws(EngineFault) { throw fault }
    package func unpause(_ id: String) async throws(EngineFault) { throw fault }
    package func remove(_ id: String, force: Bool) async throws(EngineFault) { throw fault }
    package func list(label: String, value: String, sizes: Bool) async throws(EngineFault) -> [ContainerSummary] {
        throw fault
    }
    package func imageNames() async throws(EngineFault) -> [String] { throw fault }
    package func pull(
        _ image: String, platform: String?, login: RegistryLogin?, idle: Duration?,
        progress: @escaping @Sendable (PullStep) -> Void
    ) async throws(EngineFault) { throw fault }
    package func file(_ path: String, in id: String, limit: Int) async throws(EngineFault) -> [UInt8]? { throw fault }
}

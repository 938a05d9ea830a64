package import OrchModel

/// What an agent can start runs with: an engine for each infrastructure it offers.
package struct Engines: Sendable {
    private let engines: [InfrastructureKind: any ContainerEngine]

    /// The engines by their kind.
    package init(_ engines: [InfrastructureKind: any ContainerEngine]) {
        self.engines = engines
    }

    /// The engine of a kind; nil where the agent offers none.
    package subscript(kind: InfrastructureKind) -> (any ContainerEngine)? { engines[kind] }

    /// The kinds that are offered, always in the same order.
    package var kinds: [InfrastructureKind] { InfrastructureKind.allCases.filter { engines[$0] != nil } }

    /// All engines, in the order of ``kinds``.
    package var all: [(kind: InfrastructureKind, engine: any ContainerEngine)] {
        kinds.compactMap { kind in engines[kind].map { (kind, $0) } }
    }
}

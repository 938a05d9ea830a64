/// Where a run has other runs made, each in a container of its own. It may be away for a while.
protocol ChildRunDesk: Sendable {
    /// Makes a run, or finds the one that was made at the same place.
    func make(_ request: ChildRunRequest) async throws -> FlowRun
    /// The run, once it has ended or some time is over.
    func look(at child: Identifier) async throws -> FlowRun
    /// Asks for its end.
    func cancel(_ child: Identifier) async throws
}

/// Runs with containers of their own as a run makes them.
struct ChildRunMaking: Sendable {
    let desk: any ChildRunDesk
    /// The run of the container.
    let run: Identifier
    /// Whether the whole program is being ended by a signal. What it has made is not its business then: the controller cancels
    /// what is to be cancelled, and a suspended run goes on with what it made.
    let isEnding: @Sendable () -> Bool
    let ordinals = TaskOrdinals()
}

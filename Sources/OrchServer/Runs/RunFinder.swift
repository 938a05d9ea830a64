import OrchModel
import OrchStore

/// Finds runs by what people type: an identifier, the beginning or end of one, a name.
struct RunFinder: Sendable {
    let store: any Store

    /// The run that a text means.
    ///
    /// - Throws: 404 where there is none; 409 with the candidates where it fits several.
    func find(_ text: String) async throws -> FlowRun {
        let runs = try await store.runs(meaning: RunReference(text))
        if runs.count == 1 { return runs[0] }
        guard runs.isEmpty else {
            throw APIFailure.conflict(
                "\(PlainText.quoted(text)) fits several runs: give more of the identifier",
                details: runs.map { "\($0.id) \($0.name) \($0.state.name)" })
        }
        throw APIFailure.notFound(
            "there is no run \(PlainText.quoted(text)): expected an identifier, \(RunReference.fewestDigits) or more of its first or "
                + "last digits, or a run's name")
    }

    /// The run that a query's `flow-run` means; nil where it says nothing. A whole identifier may be that of a run that is gone.
    func identifier(in call: APICall) async throws -> Identifier? {
        guard let text = call.query("flow-run") else { return nil }
        if let id = Identifier(text) { return id }
        return try await find(text).id
    }

    /// The run in whose container a run runs: itself, unless it is a child run.
    func root(of run: FlowRun) async throws -> Identifier {
        var run = run
        while run.isInParentsContainer, let parentID = run.parentRunID, let parent = try await store.run(parentID) {
            run = parent
        }
        return run.id
    }
}

import CurlTransport
package import OrchModel

/// Runs that a run makes, with its own key.
extension OrchClient {
    /// Makes a run with a container of its own, or finds the one that was made at the same place:
    /// `POST /api/flow-runs/{id}/children`.
    package func makeChild(
        _ request: ChildRunRequest, of parent: Identifier
    ) async throws(OrchClientError) -> FlowRun {
        try await send(Call(.post, "flow-runs", "\(parent)", "children"), request)
    }

    /// A child, once it has ended or `waitSeconds` are over: `GET /api/flow-runs/{id}/children/{child}`.
    ///
    /// - Parameter waitSeconds: from 0 to 60.
    package func child(
        _ child: Identifier, of parent: Identifier, waitSeconds: Int
    ) async throws(OrchClientError) -> FlowRun {
        try await get(
            Call(.get, "flow-runs", "\(parent)", "children", "\(child)").asking([("wait", "\(waitSeconds)")])
                .waiting(Double(waitSeconds)))
    }

    /// Asks for the end of a child: `POST /api/flow-runs/{id}/children/{child}/cancel`.
    package func cancelChild(_ child: Identifier, of parent: Identifier) async throws(OrchClientError) {
        _ = try await bytes(
            Call(.post, "flow-runs", "\(parent)", "children", "\(child)", "cancel").answered(within: 4), body: .none)
    }
}

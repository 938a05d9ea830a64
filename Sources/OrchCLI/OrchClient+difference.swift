import OrchClient
import OrchModel

extension OrchClient {
    /// What changed from one version of a deployment to another.
    ///
    /// - Parameter to: the newer version; nil = the current one.
    /// - Throws: fault 404 `not_found` where there is no such deployment or version.
    func difference(of name: String, from: Int, to: Int?) async throws(OrchClientError) -> DeploymentDifference {
        let current = try await deployment(named: name)
        let old = try await deployment(named: current.fullName, version: from)
        guard let to else { return DeploymentDifference(from: old, to: current) }
        return DeploymentDifference(from: old, to: try await deployment(named: current.fullName, version: to))
    }
}

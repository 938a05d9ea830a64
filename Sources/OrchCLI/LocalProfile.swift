import CurlTransport
import OrchClient
import OrchModel

/// The profile `local`, which leads to the controller of `orch up`.
struct LocalProfile {
    static let name = "local"

    var folder: ProfileFolder
    /// The controller's identity.
    var instance: Identifier

    /// Saves the profile, unless it leads to another controller that answers; chooses it where none is chosen.
    ///
    /// - Parameters:
    ///   - address: where the controller listens.
    ///   - tokenFile: the file of its admin's token.
    /// - Returns: what is said to the one who started it: how it is reached.
    func lead(to address: String, tokenFile: String) async throws -> String {
        if let other = await otherController(than: address) {
            return """
                orch is up at \(address). The profile "\(Self.name)" still leads to the one at \(other), which answers. \
                Reach this one with: --api-url \(address) --token-file \(tokenFile)
                """
        }
        try folder.save(Profile(name: Self.name, url: address, tokenFile: tokenFile))
        if try folder.load(nil) == nil { try folder.use(Self.name) }
        return "orch is up at \(address). Next: orch deploy --infra docker --image taxi:latest"
    }

    /// The address of another controller that the profile leads to and that answers; nil where there is none.
    private func otherController(than address: String) async -> String? {
        // A file that cannot be read is written anew.
        guard let saved = try? folder.load(Self.name), let token = try? saved.readToken() else { return nil }
        let http = HTTPClient()
        defer { http.shutdown() }
        let other = OrchClient(url: saved.url, token: token, http: http)
        guard other.url != OrchClient(url: address, token: token, http: http).url else { return nil }
        let found = await withTaskGroup(of: Identifier?.self) { group in
            group.addTask { try? await other.version().instance }
            group.addTask {
                // Long for a controller of this machine; another one is not worth the wait.
                try? await Task.sleep(for: .seconds(2))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        return found.flatMap { $0 == instance ? nil : other.url }
    }
}

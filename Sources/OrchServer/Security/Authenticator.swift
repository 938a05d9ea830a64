import Crypto
import FoundationEssentials
import OrchModel
import OrchStore

/// Tells who holds a token. Keeps only hashes of the fixed ones.
struct Authenticator: Sendable {
    private let adminHash: SHA256.Digest
    private let agentHash: SHA256.Digest
    private let keys: ServerKeys
    private let store: any Store

    init(adminToken: Secret, agentToken: Secret, keys: ServerKeys, store: any Store) {
        adminHash = Self.hash(adminToken.reveal())
        agentHash = Self.hash(agentToken.reveal())
        self.keys = keys
        self.store = store
    }

    /// The holder of the token in an `Authorization` field; nil where there is none, or it is nobody's.
    ///
    /// A run's key is good until the run has ended or has a newer attempt.
    func principal(authorization: String?) async throws -> Principal? {
        guard let token = Self.bearer(authorization) else { return nil }
        let hash = Self.hash(token)
        // Digests compare in constant time.
        if hash == adminHash { return .admin }
        if hash == agentHash { return .agent }
        guard let (id, attempt) = keys.attempt(ofRunKey: token), let run = try await store.run(id),
            run.attempt == attempt, !run.state.type.isTerminal, run.agent != nil
        else { return nil }
        return .run(id, attempt: attempt)
    }

    private static func bearer(_ field: String?) -> String? {
        guard let field, let space = field.firstIndex(of: " "), field[..<space].lowercased() == "bearer" else {
            return nil
        }
        return String(field[space...].drop { $0 == " " })
    }

    private static func hash(_ token: String) -> SHA256.Digest {
        SHA256.hash(data: Data(token.utf8))
    }
}

import Crypto
import FoundationEssentials

/// Seals what a task's result is known by with the key of the attempt, so that a task can report it through its container's
/// log: it is a hash of inputs, and who reads a log is not to try out which.
package struct ResultKeySeal: Sendable {
    private let key: SymmetricKey

    /// The seal of an attempt.
    ///
    /// - Parameter runKey: the attempt's `ORCH_API_KEY`, which its program and the controller have.
    package init(runKey: Secret) {
        let secret = SymmetricKey(data: Data(runKey.reveal().utf8))
        key = SymmetricKey(
            data: Data(HMAC<SHA256>.authenticationCode(for: Data("orch result keys".utf8), using: secret)))
    }

    /// The text, sealed; nil where it could not be.
    package func seal(_ text: String) -> String? {
        let box = try? AES.GCM.seal(Data(text.utf8), using: key)
        return box?.combined?.base64EncodedString()
    }

    /// The text that was sealed; nil where another key, or none, sealed it.
    package func open(_ sealed: String) -> String? {
        guard let data = Data(base64Encoded: sealed), let box = try? AES.GCM.SealedBox(combined: data),
            let text = try? AES.GCM.open(box, using: key)
        else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}

import Crypto

/// The mark by which a run's agent knows the lines that the flow program itself wrote.
public enum StreamNonce {
    /// The mark of one attempt: 16 hexadecimal digits that only who holds the run's key can make.
    ///
    /// - Parameters:
    ///   - apiKey: the run's own key, `ORCH_API_KEY`.
    ///   - attempt: the attempt, from 1.
    public static func make(apiKey: Secret, attempt: Int) -> String {
        SHA256.hash(data: Array("orch-stream:\(apiKey.reveal()):\(attempt)".utf8)).prefix(8).hexadecimal
    }
}

/// A value that somebody waits for and that comes once; the first one counts.
final class Reply<Value: Sendable>: @unchecked Sendable {
    private var given: Value?
    private var continuation: CheckedContinuation<Value, Never>?

    /// Whether it has come.
    var isGiven: Bool { given != nil }

    /// Gives the value, where there is none yet.
    func resolve(_ value: Value) {
        guard given == nil else { return }
        given = value
        continuation?.resume(returning: value)
        continuation = nil
    }

    /// Waits for the value; gives it itself where the surrounding task is cancelled before.
    func value(ifCancelled fallback: Value) async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let given { continuation.resume(returning: given) } else { self.continuation = continuation }
            }
        } onCancel: {
            resolve(fallback)
        }
    }
}

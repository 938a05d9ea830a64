/// Why an engine did not do what it was asked.
package enum EngineFault: Error, Sendable, Hashable {
    /// Nobody answered, or somebody else in the engine's place, or the answer broke off: what was asked may have been done.
    /// Ask again later.
    case unreachable(String)
    /// The image is not on the engine's host.
    case noSuchImage(String)
    /// Another container has the name.
    case nameInUse(String)
    /// There is no such container, network or file.
    case notFound(String)
    /// An image could not be pulled, in the engine's own words.
    case pull(ImageFailure.Cause, message: String)
    /// The engine refused, in its own words.
    case refused(status: Int, message: String)
    /// An answer that makes no sense.
    case malformed(String)
    /// The surrounding task was cancelled.
    case cancelled

    /// True where the same call may succeed later with nothing changed by anybody.
    package var isTransient: Bool {
        if case .unreachable = self { true } else { false }
    }
}

extension EngineFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason), .malformed(let reason): reason
        case .noSuchImage(let image): "no such image: \(image)"
        case .nameInUse(let message), .notFound(let message), .refused(_, let message), .pull(_, let message): message
        case .cancelled: "the call was cancelled"
        }
    }
}

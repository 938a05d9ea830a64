import FoundationEssentials
import Glibc

/// Says why something could not be written, and what to do.
package enum FileFailure {
    /// The reason that an error of Foundation's stands for.
    ///
    /// - Parameter path: what was to be written, or a folder of it.
    package static func reason(_ error: any Error, at path: String) -> String {
        guard let error = error as? CocoaError else { return "\(error)" }
        if error.code == .fileWriteOutOfSpace {
            return "the disk that holds \(path) is full: make room on it, or start the agent with a data directory on "
                + "another one (--agent-data)"
        }
        guard let fault = error.underlying as? POSIXError else { return "\(error)" }
        return "\(SystemFault(number: fault.code.rawValue))"
    }
}

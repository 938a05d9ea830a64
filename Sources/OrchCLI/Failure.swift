import ArgumentParser
import FoundationEssentials
import OrchClient
import OrchModel

#if canImport(Glibc)
import Glibc
#endif

/// How the command line ends: documented exit codes, and one sentence on standard error.
enum Failure {
    /// The exit codes of every command.
    enum Code: Int32 {
        case completed = 0
        case failed = 1
        case usage = 2
        case crashed = 3
        case cancelled = 4
        case unreachable = 5
        /// Ctrl-C while following: the run goes on.
        case detached = 130
    }

    /// The code for a run that ended in `state`.
    static func code(for state: StateType) -> Code {
        switch state {
        case .completed: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        case .crashed, .scheduled, .pending, .running, .paused, .cancelling: .crashed
        }
    }

    /// Ends the process as `error` asks for; never returns.
    static func exit(for error: any Error) -> Never {
        if let ending = error as? Ending { Glibc.exit(ending.code.rawValue) }
        if let message = error as? Message {
            write(message.text)
            Glibc.exit(message.code.rawValue)
        }
        if let error = error as? OrchClientError {
            write(error.description)
            Glibc.exit(code(for: error).rawValue)
        }
        let text = OrchCommand.fullMessage(for: error)
        let code = OrchCommand.exitCode(for: error)
        if code == .success {
            print(text)
            Glibc.exit(0)
        }
        write(text.isEmpty ? "\(error)" : text)
        Glibc.exit(code == .validationFailure ? Code.usage.rawValue : Code.failed.rawValue)
    }

    /// The code for an error of a call.
    static func code(for error: any Error) -> Code {
        (error as? OrchClientError).map { code(for: $0) } ?? .failed
    }

    private static func code(for error: OrchClientError) -> Code {
        switch error {
        case .fault(let status, _) where status == 404 || status == 409 || status == 422 || status == 400: .usage
        default: .unreachable
        }
    }

    private static func write(_ text: String) {
        let line = text.hasPrefix("Error:") || text.hasPrefix("Usage:") ? text : "Error: " + text
        FileHandles.writeError(line + "\n")
    }
}

/// Ends the process with a code and nothing more to say.
struct Ending: Error {
    var code: Failure.Code
}

/// Ends the process with a code and a sentence.
struct Message: Error, CustomStringConvertible {
    var code: Failure.Code
    var text: String

    init(_ code: Failure.Code, _ text: String) {
        self.code = code
        self.text = text
    }

    var description: String { text }
}

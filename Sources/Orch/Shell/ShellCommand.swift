/// A program to run, or a line of shell.
///
/// ```swift
/// try await context.shell("wget -q \"$URL\" -O output.csv.gz && gunzip output.csv.gz")
/// try await context.shell(ShellCommand(["gunzip", path], successCodes: [0, 2]))
/// ```
///
/// Text that comes from elsewhere belongs into `arguments` or `environment`, never into a shell's line: a file called
/// `; rm -rf /` would be obeyed.
public struct ShellCommand: Sendable {
    /// The program, found by `PATH`, and what it is given.
    public var arguments: [String]
    /// Variables that are added to the flow program's own, or replace them. Defaults to none.
    public var environment: [String: String]
    /// The folder it starts in. Defaults to the flow program's own.
    public var workingDirectory: String?
    /// The exit codes that are no failure. Defaults to 0 alone.
    public var successCodes: Set<Int32>
    /// The time between SIGTERM and SIGKILL where it is cancelled, or leaves processes behind. Defaults to 3 s, which is
    /// within the 5 s that a cancelled task has.
    public var grace: Duration

    /// A program and what it is given; no shell is involved.
    public init(
        _ arguments: [String], environment: [String: String] = [:], workingDirectory: String? = nil,
        successCodes: Set<Int32> = [0], grace: Duration = .seconds(3)
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.successCodes = successCodes
        self.grace = grace
    }

    /// A line for `/bin/sh -c`.
    public init(
        shell line: String, environment: [String: String] = [:], workingDirectory: String? = nil,
        successCodes: Set<Int32> = [0], grace: Duration = .seconds(3)
    ) {
        self.init(
            ["/bin/sh", "-c", line], environment: environment, workingDirectory: workingDirectory,
            successCodes: successCodes, grace: grace)
    }
}

/// How a command ended that did not fail.
public struct ShellResult: Sendable, Hashable {
    /// Its exit code.
    public let exitCode: Int32
    /// The last line it wrote to standard output that is not empty; nil where there is none.
    public let lastLine: String?
}

/// Why a command counts as failed. What it was given is left out, as it may be secret.
public struct ShellFailure: Error, Sendable, Hashable {
    /// How a process ended, or that it never was.
    public enum Reason: Sendable, Hashable {
        /// It exited with a code that is not among those of success.
        case exited(Int32)
        /// A signal ended it.
        case killed(signal: Int32)
        /// It could not be started.
        case notStarted(String)
    }

    /// The program.
    public let program: String
    /// How it ended.
    public let reason: Reason
    /// The last line it wrote to standard error that is not empty; nil where there is none.
    public let lastErrorLine: String?
}

extension ShellFailure: CustomStringConvertible {
    /// A sentence: what ended how, with its own last word.
    public var description: String {
        let said = lastErrorLine.map { ": \($0)" } ?? ""
        return switch reason {
        case .exited(let code): "\(program) exited with \(code)\(said)"
        case .killed(let signal): "\(program) was ended by signal \(signal)\(said)"
        case .notStarted(let why): "\(program) could not be started: \(why)"
        }
    }
}

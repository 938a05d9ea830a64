extension FlowContext {
    /// Runs a line of shell as part of the task that calls it: what it writes are log lines of the task.
    ///
    /// It runs in a process group of its own. Where the task is cancelled, or takes too long, the whole group gets SIGTERM,
    /// and 3 s later SIGKILL; what the line started in the background ends with it.
    ///
    /// - Parameter line: a line for `/bin/sh -c`. Never put text into it that comes from elsewhere; see ``ShellCommand``.
    /// - Throws: ``ShellFailure`` where it does not exit with 0, `CancellationError`.
    @discardableResult
    public func shell(_ line: String) async throws -> ShellResult {
        try await shell(ShellCommand(shell: line))
    }

    /// Runs a program as part of the task that calls it: what it writes are log lines of the task.
    ///
    /// - Parameter command: the program, what it is given, and which exit codes are no failure.
    /// - Throws: ``ShellFailure``, `CancellationError`.
    @discardableResult
    public func shell(_ command: ShellCommand) async throws -> ShellResult {
        let logger = logger
        let task = TaskScope.current
        return try await command.follow { event in
            switch event {
            case .line(let text, _): logger.log(.info, text, of: task)
            case .leftovers:
                logger.log(
                    .warning, "\(command.program) ended and left processes running: they are ended, too", of: task)
            }
        }
    }
}

extension ShellCommand {
    /// Runs it outside of any flow.
    ///
    /// - Parameter onLine: takes each line that it writes to standard output or standard error, on a thread of its own.
    /// - Throws: ``ShellFailure``, `CancellationError`.
    @discardableResult
    public func run(onLine: @escaping @Sendable (String) -> Void) async throws -> ShellResult {
        try await follow { event in
            if case .line(let text, _) = event { onLine(text) }
        }
    }

    var program: String { arguments.first ?? "" }

    func follow(onEvent: @escaping @Sendable (ShellProcess.Event) -> Void) async throws -> ShellResult {
        try Task.checkCancellation()
        let end = try await ShellProcess.run(self, onEvent: onEvent)
        try Task.checkCancellation()
        // How `waitpid` packs it: https://man7.org/linux/man-pages/man3/wait.3.html
        let signal = end.status & 0x7F
        let code = (end.status >> 8) & 0xFF
        guard signal == 0, successCodes.contains(code) else {
            throw ShellFailure(
                program: program, reason: signal == 0 ? .exited(code) : .killed(signal: signal),
                lastErrorLine: end.lastLines[.stderr])
        }
        return ShellResult(exitCode: code, lastLine: end.lastLines[.stdout])
    }
}

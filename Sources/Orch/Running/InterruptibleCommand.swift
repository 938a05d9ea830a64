import ArgumentParser
import Glibc

/// Lets SIGTERM and SIGINT cancel a program's own command, so that it can undo what it began.
enum InterruptibleCommand {
    /// How many seconds a command has for that. Some waits, such as that for a pipe nobody writes to, cannot be cancelled.
    private static let patience: UInt32 = 10

    /// Runs the command.
    ///
    /// - Throws: what the work throws, but `ExitCode` once the signal that ended it was told.
    static func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let cancellation = RunCancellation()
        try SignalWatcher.start { signal in
            cancellation.request(signal)
            sleep(patience)
            tell(signal)
            _exit(FlowRunner.Exit.cancelled.rawValue)
        }
        let task = Task { try await work() }
        cancellation.cancelsWhenRequested(task)
        do {
            try await task.value
        } catch {
            guard cancellation.isRequested else { throw error }
            tell(cancellation.reason)
            throw ExitCode(FlowRunner.Exit.cancelled.rawValue)
        }
    }

    private static func tell(_ signal: String) {
        _ = Descriptor.write(Array("Error: ended by \(signal) before the work was done\n".utf8), to: STDERR_FILENO)
    }
}

import FoundationEssentials
import Glibc
import Synchronization
import Threads

/// A command that runs: a process group of its own, whose output is read line by line.
///
/// One thread waits for the process, another one reads its output. What the process started ends with it: the rest of the
/// group gets SIGTERM, then SIGKILL. A descendant that left the group and holds the output open is not waited for.
final class ShellProcess: Sendable {
    /// How the process ended.
    struct End: Sendable {
        /// What `waitpid` tells.
        var status: Int32
        /// The last line of standard output, and of standard error, that is not empty.
        var lastLines: [StreamRecord.Stream: String]
    }

    /// What it tells on the way.
    enum Event: Sendable {
        case line(String, StreamRecord.Stream)
        /// Processes that it had started are still there after its end.
        case leftovers
    }

    private struct State {
        var isCancelled = false
        var hasExited = false
        var isOver = false
    }

    private let process: pid_t
    private let grace: Duration
    private let outputs: [(read: Int32, stream: StreamRecord.Stream)]
    private let wake: (read: Int32, write: Int32)
    private let onEvent: @Sendable (Event) -> Void
    private let state = Mutex(State())

    private init(
        _ process: pid_t, grace: Duration, outputs: [(Int32, StreamRecord.Stream)], wake: (Int32, Int32),
        onEvent: @escaping @Sendable (Event) -> Void
    ) {
        self.process = process
        self.grace = grace
        self.outputs = outputs
        self.wake = wake
        self.onEvent = onEvent
    }

    /// Runs a command until it has ended, and everything of its group with it.
    ///
    /// Cancelling the task that calls this ends the command.
    ///
    /// - Throws: ``ShellFailure`` where it cannot be started, ``OrchError/system(call:reason:)``.
    static func run(_ command: ShellCommand, onEvent: @escaping @Sendable (Event) -> Void) async throws -> End {
        let process = try start(command, onEvent)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in process.follow { waiter.resume(returning: $0) } }
        } onCancel: {
            process.cancel()
        }
    }

    // MARK: - Starting

    private static func start(_ command: ShellCommand, _ onEvent: @escaping @Sendable (Event) -> Void) throws
        -> ShellProcess
    {
        let program = command.arguments.first ?? ""
        func failure(_ why: String) -> ShellFailure {
            ShellFailure(program: program, reason: .notStarted(why), lastErrorLine: nil)
        }
        guard !program.isEmpty else { throw failure("no program is named") }
        guard !command.arguments.contains(where: { $0.utf8.contains(0) }) else {
            throw failure("an argument has a NUL byte in it")
        }
        if let folder = command.workingDirectory {
            var isFolder = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
                throw failure("there is no folder \(folder)")
            }
        }
        var open: [Int32] = []
        defer { for descriptor in open { Glibc.close(descriptor) } }
        func pipe() throws -> (read: Int32, write: Int32) {
            let pipe = try Descriptor.pipe()
            open += [pipe.read, pipe.write]
            return pipe
        }
        let (out, err, wake) = (try pipe(), try pipe(), try pipe())
        let null = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard null >= 0 else { throw failure("/dev/null cannot be opened: \(String(cString: strerror(errno)))") }
        open.append(null)
        var pid = pid_t()
        let code = spawn(command, [null, out.write, err.write], &pid)
        guard code == 0 else { throw failure(String(cString: strerror(code))) }
        open = [null, out.write, err.write]
        return ShellProcess(
            pid, grace: command.grace, outputs: [(out.read, .stdout), (err.read, .stderr)], wake: wake, onEvent: onEvent
        )
    }

    /// Starts a process with these standard descriptors, in a group of its own; gives 0 or an errno.
    private static func spawn(_ command: ShellCommand, _ standard: [Int32], _ pid: inout pid_t)
        -> Int32
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in standard.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The thread may have blocked signals, and the program may have ignored or handled them: a command begins as from a
        // terminal.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let variables = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
            .filter { !$0.key.utf8.contains(0) && !$0.value.utf8.contains(0) }
        // Swift does not see the call that sets the folder.
        let changing = command.workingDirectory.map { ["/bin/sh", "-c", #"cd -- "$0" && exec "$@""#, $0] } ?? []
        let arguments = changing + command.arguments
        return withCStrings(arguments) { pointers in
            withCStrings(variables.map { "\($0)=\($1)" }) { environment in
                posix_spawnp(&pid, arguments[0], &actions, &attributes, pointers, environment)
            }
        }
    }

    private static func withCStrings<Value>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let copies = texts.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        return body(copies)
    }

    // MARK: - Following

    private func cancel() {
        state.withLock { state in
            state.isCancelled = true
            wakeReader(state)
        }
    }

    /// Calls `onEnd` once the command has ended, from a thread of its own.
    private func follow(_ onEnd: @escaping @Sendable (End) -> Void) {
        guard DetachedThread.start(name: "orch-shell", { onEnd(self.readToTheEnd()) }) != 0 else { return }
        // No thread is to be had: this one has to do.
        onEnd(readToTheEnd())
    }

    private func readToTheEnd() -> End {
        if DetachedThread.start(name: "orch-shell-wait", { self.awaitExit() }) != 0 {
            // Nobody can watch it: it must not run.
            kill(-process, SIGKILL)
            awaitExit()
        }
        var lines = outputs.map { _ in LineBuffer() }
        var polled = ([wake.read] + outputs.map(\.read)).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var end = End(status: 0, lastLines: [:])
        var ending = ShellEnding(grace: grace)
        var isReaped = false
        var timeout = Int32(-1)
        while true {
            poll(&polled, nfds_t(polled.count), timeout)
            _ = Descriptor.read(wake.read, atMost: 64)
            let (isCancelled, hasExited) = state.withLock { ($0.isCancelled, $0.hasExited) }
            // After the exit was seen: what the process wrote before is in the pipe by now.
            for index in outputs.indices where polled[index + 1].fd >= 0 {
                if !read(index, &lines[index], &end) { polled[index + 1].fd = -1 }
            }
            if hasExited, !isReaped {
                waitpid(process, &end.status, 0)
                isReaped = true
            }
            // Not before it was reaped, for until then it is the last of its group itself.
            let isGone = isReaped && kill(-process, 0) != 0 && errno == ESRCH
            switch ending.step(isCancelled: isCancelled, hasExited: isReaped, isGone: isGone, at: .now) {
            case .wait(let pause):
                timeout = pause.map(Self.milliseconds) ?? -1
            case .signal(let signal):
                if isReaped, !isCancelled, signal == SIGTERM { onEvent(.leftovers) }
                kill(-process, signal)
                timeout = 0
            case .finish:
                for index in outputs.indices { tell(lines[index].flush(), of: index, &end) }
                close()
                return end
            }
        }
    }

    private func awaitExit() {
        var facts = siginfo_t()
        // Not reaped yet: its number, which is that of the group, must not get to another process.
        while waitid(P_PID, id_t(process), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.withLock { state in
            state.hasExited = true
            wakeReader(state)
        }
    }

    /// Within the lock, as the reader closes what it is woken by.
    private func wakeReader(_ state: State) {
        if !state.isOver { _ = Descriptor.write([0], to: wake.write) }
    }

    private func close() {
        state.withLock { state in
            state.isOver = true
            for descriptor in outputs.map(\.read) + [wake.read, wake.write] { Glibc.close(descriptor) }
        }
    }

    /// Reads what is there, at most what a pipe holds; false at the end.
    private func read(_ index: Int, _ lines: inout LineBuffer, _ end: inout End) -> Bool {
        var left = 65_536
        while left > 0 {
            guard let bytes = Descriptor.read(outputs[index].read, atMost: left) else { return false }
            if bytes.isEmpty { return true }
            left -= bytes.count
            tell(lines.append(bytes), of: index, &end)
        }
        return true
    }

    private func tell(_ pieces: [LineBuffer.Piece], of index: Int, _ end: inout End) {
        let stream = outputs[index].stream
        for piece in pieces {
            if piece.text.contains(where: { !$0.isWhitespace }) { end.lastLines[stream] = piece.text }
            onEvent(.line(piece.text, stream))
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        return Int32(min(seconds, 3600)) * 1000 + Int32(attoseconds / 1_000_000_000_000_000) + 1
    }
}

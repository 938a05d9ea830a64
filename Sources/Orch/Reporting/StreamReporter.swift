import Glibc
import Synchronization
import Threads

/// Writes the run stream: the records of one attempt, numbered, and between them what the program prints.
///
/// It owns the descriptors it redirects: what the program, its libraries and its children write to them arrives in a
/// pipe and leaves as log records. One lock covers the reading of those pipes and the writing of records, and each
/// record is preceded by a look into the pipes: what a thread printed before a record also comes before it.
///
/// Writing waits for the reader of the output. That stops the flow rather than losing a line.
final class StreamReporter: Reporter {
    private struct Capture {
        let stream: StreamRecord.Stream
        /// The descriptor that is redirected.
        let redirected: Int32
        /// What it stood for before.
        let original: Int32
        /// Where what is written to it arrives.
        let read: Int32
        var lines = LineBuffer()
    }

    private struct State {
        var sequence = 0
        var captures: [Capture] = []
        var journal: Journal?
        var isFinished = false
        var isBroken = false
        /// The tasks at work, and the child runs they belong to.
        var tasks: [Identifier: Identifier?] = [:]
    }

    /// As much as a pipe holds unless it is told otherwise: reading so much once empties it of all that was in it.
    /// See <https://man7.org/linux/man-pages/man7/pipe.7.html>
    private static let pipeCapacity = 65_536

    private let state: Mutex<State>
    private let output: Int32
    private let wake: (read: Int32, write: Int32)
    private let nonce: String
    private let attempt: Int
    private let now: @Sendable () -> Timestamp

    /// Redirects descriptors and begins to report.
    ///
    /// - Parameters:
    ///   - output: where the stream goes; a duplicate is kept.
    ///   - redirected: the descriptors to take over, and what their text is called in the stream.
    ///   - attempt: the attempt that is reported about.
    ///   - journal: takes a copy of each line, for an engine that loses some. Defaults to none.
    ///   - now: the wall clock.
    /// - Throws: ``OrchError/system(call:reason:)``.
    init(
        output: Int32, redirected: [(Int32, StreamRecord.Stream)], attempt: LaunchEnvironment.Attempt,
        journal: Journal? = nil, now: @escaping @Sendable () -> Timestamp
    ) throws {
        nonce = StreamNonce.make(apiKey: attempt.apiKey, attempt: attempt.number)
        self.attempt = attempt.number
        self.now = now
        self.output = try Descriptor.duplicate(output)
        wake = try Descriptor.pipe()
        var captures: [Capture] = []
        for (descriptor, stream) in redirected {
            let original = try Descriptor.duplicate(descriptor)
            let pipe = try Descriptor.pipe()
            try Descriptor.replace(descriptor, with: pipe.write)
            close(pipe.write)
            captures.append(Capture(stream: stream, redirected: descriptor, original: original, read: pipe.read))
        }
        state = Mutex(State(captures: captures, journal: journal))
        let reads = captures.map(\.read)
        let code = DetachedThread.start(name: "orch-output") { [self] in readUntilFinished(reads) }
        guard code == 0 else { throw OrchError.system(call: "pthread_create", reason: String(cString: strerror(code))) }
    }

    func report(_ kind: StreamRecord.Kind) {
        state.withLock { state in
            drain(&state)
            write(kind, &state)
        }
    }

    func finish(_ outcome: RunEnding.Outcome) {
        StandardOutput.flush()
        state.withLock { state in
            guard !state.isFinished else { return }
            drain(&state)
            flushLines(&state)
            write(.outcome(outcome), &state)
            state.isFinished = true
            // What is printed from here on is no part of the stream.
            for capture in state.captures { dup2(capture.original, capture.redirected) }
            CrashDrain.disable()
            // Within the lock, as the reading thread closes what it is woken by once it has seen the end.
            _ = Descriptor.write([0], to: wake.write)
        }
    }

    /// Makes the program's last words before a crash part of the stream; see ``CrashDrain``.
    func drainBeforeCrashing() {
        CrashDrain.install(waking: wake.write)
    }

    // MARK: - On the reading thread

    private func readUntilFinished(_ reads: [Int32]) {
        var polled = ([wake.read] + reads).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            poll(&polled, nfds_t(polled.count), -1)
            _ = Descriptor.read(wake.read, atMost: 64)
            let isFinished = state.withLock { state in
                guard !state.isFinished else { return true }
                drain(&state)
                if CrashDrain.isRequested {
                    flushLines(&state)
                    CrashDrain.complete()
                }
                return false
            }
            if isFinished { break }
            // A closed pipe would be reported again and again: a negative descriptor is passed over.
            for index in polled.indices where polled[index].revents & Int16(POLLHUP | POLLNVAL | POLLERR) != 0 {
                if polled[index].revents & Int16(POLLIN) == 0 { polled[index].fd = -1 }
            }
        }
        state.withLock { state in
            for capture in state.captures {
                close(capture.read)
                close(capture.original)
            }
            state.captures = []
            state.journal?.close()
            state.journal = nil
        }
        close(output)
        close(wake.read)
        close(wake.write)
    }

    // MARK: - Under the lock

    private func drain(_ state: inout State) {
        for index in state.captures.indices {
            let read = state.captures[index].read
            var left = Self.pipeCapacity
            while left > 0, let bytes = Descriptor.read(read, atMost: left), !bytes.isEmpty {
                left -= bytes.count
                write(state.captures[index].lines.append(bytes), state.captures[index].stream, &state)
            }
        }
    }

    private func flushLines(_ state: inout State) {
        for index in state.captures.indices {
            write(state.captures[index].lines.flush(), state.captures[index].stream, &state)
        }
    }

    private func write(_ pieces: [LineBuffer.Piece], _ stream: StreamRecord.Stream, _ state: inout State) {
        // A write does not say whose it is: it is a task's where no other one is at work.
        let task = state.tasks.count == 1 ? state.tasks.first : nil
        for piece in pieces {
            let log = StreamRecord.Log(
                .info, piece.text, logger: stream.rawValue, stream: stream, taskRun: task?.key, flowRun: task?.value,
                continues: piece.continues)
            write(.log(log), &state)
        }
    }

    private func write(_ kind: StreamRecord.Kind, _ state: inout State) {
        guard !state.isFinished else { return }
        // What tells of progress alone may come late, and begins no task.
        if case .taskState(let task) = kind, task.details?.progress == nil {
            state.tasks[task.taskRun] = task.state.type == .running ? .some(task.flowRun) : nil
        }
        let record = StreamRecord(time: now(), kind)
        let lines = record.encodeLines(nonce: nonce, attempt: attempt, firstSequence: state.sequence + 1)
        state.sequence += lines.count
        for line in lines {
            state.journal?.append(line)
            // An output that nobody can read again: the records go into the journal alone, the work goes on.
            if !state.isBroken { state.isBroken = !Descriptor.write(line, to: output) }
        }
    }
}

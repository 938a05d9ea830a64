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
///
/// Where the agent reads lines of several records, those of a burst are gathered for up to ``gathering``: they are in the
/// journal at once, so that a program that is killed meanwhile has told of them. Without a journal none waits.
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
        /// The captures' reading ends, to be asked whether there is anything to read.
        var polled: [pollfd] = []
        var journal: Journal?
        var isFinished = false
        var isBroken = false
        /// Records that are in the journal and not yet in the output; nil where none are gathered.
        var batch: StreamBatch?
        /// When something was written to the output last, and since when records are gathered.
        var lastWrite = ContinuousClock.Instant.now
        var gatheringSince = ContinuousClock.Instant.now
        /// Whether the reading thread knows that it is to look after what is gathered.
        var isLookedAfter = false
        /// The tasks at work, and the child runs they belong to.
        var tasks: [Identifier: Identifier?] = [:]
    }

    /// As much as a pipe holds unless it is told otherwise: reading so much once empties it of all that was in it.
    /// See <https://man7.org/linux/man-pages/man7/pipe.7.html>
    private static let pipeCapacity = 65_536

    /// For how long records are gathered to be one line.
    static let gathering = Duration.milliseconds(5)

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
    ///   - gathers: whether several records may be one line, where there is a journal. Defaults to what the attempt says.
    ///   - now: the wall clock.
    /// - Throws: ``OrchError/system(call:reason:)``.
    init(
        output: Int32, redirected: [(Int32, StreamRecord.Stream)], attempt: LaunchEnvironment.Attempt,
        journal: Journal? = nil, gathers: Bool? = nil, now: @escaping @Sendable () -> Timestamp
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
        let isGathering = (gathers ?? attempt.readsSeveralRecordsALine) && journal != nil
        let batch = isGathering ? StreamBatch(nonce: nonce, attempt: attempt.number) : nil
        state = Mutex(
            State(
                captures: captures, polled: captures.map { pollfd(fd: $0.read, events: Int16(POLLIN), revents: 0) },
                journal: journal, batch: batch))
        let reads = captures.map(\.read)
        let code = DetachedThread.start(name: "orch-output") { [self] in readUntilFinished(reads) }
        guard code == 0 else { throw OrchError.system(call: "pthread_create", reason: String(cString: strerror(code))) }
    }

    func report(_ kind: StreamRecord.Kind) {
        state.withLock { state in
            drain(&state)
            write(kind, &state)
            lookAfterBatch(&state)
        }
    }

    func finish(_ outcome: RunEnding.Outcome) {
        StandardOutput.flush()
        state.withLock { state in
            guard !state.isFinished else { return }
            drain(&state)
            flushLines(&state)
            write(.outcome(outcome), &state)
            writeBatch(&state)
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
        var patience: Int32 = -1
        while true {
            poll(&polled, nfds_t(polled.count), patience)
            _ = Descriptor.read(wake.read, atMost: 64)
            let next = state.withLock { state -> Int32? in
                guard !state.isFinished else { return nil }
                drain(&state)
                if CrashDrain.isRequested {
                    flushLines(&state)
                    writeBatch(&state)
                    CrashDrain.complete()
                }
                return patienceWithBatch(&state)
            }
            guard let next else { break }
            patience = next
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
            (state.captures, state.polled) = ([], [])
            state.journal?.close()
            state.journal = nil
        }
        close(output)
        close(wake.read)
        close(wake.write)
    }

    // MARK: - Under the lock

    private func drain(_ state: inout State) {
        // One call tells that nothing was printed, which is what there is before most records.
        guard poll(&state.polled, nfds_t(state.polled.count), 0) > 0 else { return }
        for index in state.captures.indices where state.polled[index].revents != 0 {
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
        let content = record.encodeContent()
        let number = state.sequence + 1
        if state.batch != nil {
            if state.batch?.holds(content) == false { writeBatch(&state) }
            if let line = state.batch?.line(of: content, sequence: number), state.batch?.holds(content) == true {
                state.sequence = number
                state.journal?.append(line)
                if state.batch?.isEmpty == true { state.gatheringSince = .now }
                state.batch?.add(content, sequence: number, kind)
                return
            }
        }
        let lines = record.encodeLines(content, nonce: nonce, attempt: attempt, firstSequence: number)
        state.sequence += lines.count
        for line in lines {
            state.journal?.append(line)
            put(line, &state)
        }
    }

    private func put(_ line: [UInt8], _ state: inout State) {
        // An output that nobody can read again: the records go into the journal alone, the work goes on.
        if !state.isBroken { state.isBroken = !Descriptor.write(line, to: output) }
    }

    // MARK: - What is gathered

    private func writeBatch(_ state: inout State) {
        guard let line = state.batch?.takeLine(), !line.isEmpty else { return }
        put(line, &state)
        state.lastWrite = .now
    }

    /// Writes a record that comes alone at once; of those that come fast, the reading thread writes what is not written by
    /// others.
    private func lookAfterBatch(_ state: inout State) {
        guard let batch = state.batch, !batch.isEmpty else { return }
        if state.gatheringSince - state.lastWrite >= Self.gathering { return writeBatch(&state) }
        guard !state.isLookedAfter else { return }
        state.isLookedAfter = true
        _ = Descriptor.write([0], to: wake.write)
    }

    /// For how many milliseconds the reading thread may wait; -1 for as long as nothing happens.
    private func patienceWithBatch(_ state: inout State) -> Int32 {
        guard let batch = state.batch else { return -1 }
        let gathered = ContinuousClock.now - state.gatheringSince
        if !batch.isEmpty, gathered >= Self.gathering {
            writeBatch(&state)
        } else if batch.isEmpty, gathered >= Self.gathering * 2 {
            state.isLookedAfter = false
            return -1
        }
        state.isLookedAfter = true
        return Int32(Self.gathering / .milliseconds(1))
    }
}

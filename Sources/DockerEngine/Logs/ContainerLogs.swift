import CurlTransport

/// Which part of a container's logs is read, and how.
package struct LogOptions: Sendable {
    /// Whether to go on until the container has ended. Defaults to false.
    package var follow = false
    /// Whether standard output is read. Defaults to true.
    package var stdout = true
    /// Whether standard error is read. Defaults to true.
    package var stderr = true
    /// Entries of this time and later, to the nanosecond; nil for all. Times are not in order across the two outputs.
    package var since: EngineTime?
    /// Entries up to this time; nil for all.
    package var until: EngineTime?
    /// The last so many entries; nil for all.
    package var tail: Int?
    /// Whether each line has its time. Defaults to true.
    package var timestamps = true
    /// Whether the container has a terminal, which daemons before API 1.42 do not tell. Defaults to false.
    package var tty = false
    /// Bytes of a line that come in one piece. Defaults to 1 MiB.
    package var lineLimit = LogLineAssembler.defaultLimit

    /// The defaults.
    package init() {}
}

/// Lines of a container as they come.
///
/// Single pass, in order within each output; pushes back on the daemon while nobody asks. Ends where the log ends: with
/// `follow`, when the container has ended.
package struct ContainerLogs: AsyncSequence, Sendable {
    /// One line.
    package typealias Element = LogLine
    /// Why the stream broke off.
    package typealias Failure = DockerError

    let body: HTTPResponseBody
    let call: DockerCall
    let host: DockerHost
    let isRaw: Bool
    let assembler: LogLineAssembler

    /// Reads on.
    package func makeAsyncIterator() -> Iterator {
        Iterator(
            chunks: body.makeAsyncIterator(), call: call, host: host, isRaw: isRaw, assembler: assembler)
    }

    /// Reads lines.
    package struct Iterator: AsyncIteratorProtocol, Sendable {
        private var chunks: HTTPResponseBody.Iterator
        private let call: DockerCall
        private let host: DockerHost
        private let isRaw: Bool
        private var assembler: LogLineAssembler
        private var decoder = LogFrameDecoder()
        private var waiting: ArraySlice<LogLine> = []
        private var isAtEnd = false

        init(
            chunks: HTTPResponseBody.Iterator, call: DockerCall, host: DockerHost, isRaw: Bool,
            assembler: LogLineAssembler
        ) {
            self.chunks = chunks
            self.call = call
            self.host = host
            self.isRaw = isRaw
            self.assembler = assembler
        }

        /// The next line, nil at the end of the log.
        package mutating func next() async throws(DockerError) -> LogLine? {
            if waiting.isEmpty {
                guard let lines = try await nextBatch() else { return nil }
                waiting = lines[...]
            }
            return waiting.popFirst()
        }

        /// The next line, nil at the end of the log.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> LogLine? {
            try await next()
        }

        /// All lines that are there, at least one; nil at the end of the log.
        package mutating func nextBatch() async throws(DockerError) -> [LogLine]? {
            if !waiting.isEmpty {
                defer { waiting = [] }
                return Array(waiting)
            }
            while !isAtEnd {
                let lines = try await read()
                if !lines.isEmpty { return lines }
            }
            return nil
        }

        private mutating func read() async throws(DockerError) -> [LogLine] {
            let chunk: [UInt8]?
            do {
                chunk = try await chunks.next()
            } catch {
                throw DockerError(error, call: call, host: host, hadAnswer: true)
            }
            guard let chunk else {
                isAtEnd = true
                guard !isRaw, let frame = try decoder.finish() else { return assembler.finish(isRaw: isRaw) }
                return assembler.take(frame) + assembler.finish()
            }
            if isRaw { return assembler.takeRaw(chunk) }
            let frames = try decoder.take(chunk)
            var lines: [LogLine] = []
            lines.reserveCapacity(frames.count)
            for frame in frames { assembler.take(frame, into: &lines) }
            return lines
        }
    }
}

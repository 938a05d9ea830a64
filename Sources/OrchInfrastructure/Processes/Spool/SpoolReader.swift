import DockerEngine
import Glibc
import OrchModel

/// Reads one spool file line by line from its start, as far as it is written.
struct SpoolReader: ~Copyable {
    /// Bytes read at once.
    private static let chunk = 1 << 18

    private let path: String
    private let stream: OutputLine.Stream
    private let clock: SpoolClock
    private let now: @Sendable () -> Timestamp
    private var file: Int32 = -1
    private var assembler = LogLineAssembler(hasTimestamps: false)
    /// Where the next byte is read.
    private var position: Int64 = 0
    /// Where the line begins that is being read.
    private var lineStart: Int64 = 0

    init(
        _ path: String, _ stream: OutputLine.Stream, clock: SpoolClock, from start: Int64 = 0,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.path = path
        self.stream = stream
        self.clock = clock
        self.now = now
        position = start
        lineStart = start
    }

    deinit { if file >= 0 { close(file) } }

    /// The lines of the next bytes; nil where there are no more bytes for now.
    mutating func next() throws(EngineFault) -> [OutputLine]? {
        if file < 0 {
            file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else {
                // It is made when the process is started.
                guard errno == ENOENT else { throw fault() }
                return nil
            }
        }
        var failed = false
        let (file, position) = (file, position)
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
            let read = pread(file, buffer.baseAddress, buffer.count, Int(position))
            failed = read < 0
            count = max(0, read)
        }
        if failed { throw fault() }
        guard !bytes.isEmpty else { return nil }
        clock.note(end: position + Int64(bytes.count), at: time(isLast: bytes.count < Self.chunk))
        return lines(bytes[...])
    }

    /// What comes last, without a newline.
    mutating func rest() -> [OutputLine] {
        assembler.finish().map { line($0, time: clock.time(of: lineStart)) }
    }

    /// When what was read last was written, as far as is known: the file's own time where that was its end.
    private func time(isLast: Bool) -> Timestamp {
        var facts = stat()
        guard isLast, fstat(file, &facts) == 0 else { return now() }
        return min(
            now(),
            Timestamp(microseconds: Int64(facts.st_mtim.tv_sec) * 1_000_000 + Int64(facts.st_mtim.tv_nsec) / 1000))
    }

    private mutating func lines(_ bytes: ArraySlice<UInt8>) -> [OutputLine] {
        var lines: [OutputLine] = []
        var rest = bytes
        let start = position - Int64(bytes.startIndex)
        while let newline = rest.firstIndex(of: 0x0A) {
            let time = clock.time(of: lineStart)
            let end = newline + 1
            for part in assembler.take(LogFrame(stream: frameStream, payload: rest[..<end])) {
                lines.append(line(part, time: time))
            }
            lineStart = start + Int64(end)
            rest = rest[end...]
        }
        if !rest.isEmpty {
            let time = clock.time(of: lineStart)
            for part in assembler.take(LogFrame(stream: frameStream, payload: rest)) {
                lines.append(line(part, time: time))
            }
        }
        position += Int64(bytes.count)
        return lines
    }

    private var frameStream: LogStream { stream == .stdout ? .stdout : .stderr }

    private func line(_ line: LogLine, time: Timestamp) -> OutputLine {
        OutputLine(stream, time: time, bytes: line.bytes, part: line.part, isComplete: line.isTerminated)
    }

    private func fault() -> EngineFault { .malformed("\(path): \(SystemFault.last)") }

    /// Where the last `count` lines of a file begin; 0 where it has fewer.
    static func start(ofLast count: Int, in path: String) -> Int64 {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var place = Int64(lseek(file, 0, SEEK_END))
        var newlines = 0
        while place > 0 {
            let from = max(0, place - Int64(chunk))
            let bytes = [UInt8](unsafeUninitializedCapacity: Int(place - from)) { buffer, count in
                count = max(0, pread(file, buffer.baseAddress, buffer.count, Int(from)))
            }
            for index in bytes.indices.reversed() where bytes[index] == 0x0A {
                newlines += 1
                // The newline behind the last line is one more.
                if newlines > count { return from + Int64(index) + 1 }
            }
            place = from
        }
        return 0
    }
}

import Crypto
import Synchronization
import TableFormats

/// A download on its way to the disk: hashed, checked for its kind, and where it is gzip, for its checksum.
final class IncomingFile: Sendable {
    /// What has arrived.
    struct Summary: Sendable {
        var bytes: Int64
        var sha256: String
    }

    private struct State {
        var file: AtomicFile
        var hash = SHA256()
        var bytes: Int64 = 0
        /// The first bytes, kept until there are enough to tell their kind.
        var start: [UInt8] = []
        var isSniffed = false
        var inflater: GzipInflater?
    }

    private let state: Mutex<State>
    private let shown: String

    /// - Parameters:
    ///   - isGzip: whether the bytes must be gzip.
    ///   - shown: the source, for messages.
    init(_ path: String, isGzip: Bool, from shown: String) throws {
        self.shown = shown
        let file = try AtomicFile(path)
        let inflater = isGzip ? try GzipInflater() : nil
        state = Mutex(State(file: file, inflater: inflater))
    }

    /// Takes the next bytes.
    func write(_ chunk: [UInt8]) throws {
        try state.withLock { state in
            state.hash.update(data: chunk)
            state.bytes += Int64(chunk.count)
            if !state.isSniffed {
                state.start += chunk
                if state.start.count >= FormatSniffer.length { try sniff(&state) }
            }
            try check(chunk, state.inflater)
            try state.file.write(chunk)
        }
    }

    /// Ends the file and gives it its name.
    /// - Throws: `wrongLength` when another number of bytes was announced, `unreadable` for gzip that is not whole.
    func commit(expected: Int64?) throws -> Summary {
        try state.withLock { state in
            if let expected, expected != state.bytes {
                throw ETLError.wrongLength(shown, expected: expected, got: state.bytes)
            }
            if !state.isSniffed { try sniff(&state) }
            do { try state.inflater?.finish() } catch { throw ETLError.unreadable(file: shown, cause: error) }
            try state.file.commit()
            return Summary(bytes: state.bytes, sha256: state.hash.finalize().hexadecimal)
        }
    }

    private func sniff(_ state: inout State) throws {
        state.isSniffed = true
        let found = FormatSniffer.foreignFormat(state.start[...])
        // Data formats are the business of whoever reads the file; pages and errors are never what was asked for.
        switch found {
        case .html?, .xml?, .json?, .gitLFSPointer?:
            let line = state.start.prefix(200).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            let start = String(decoding: line, as: UTF8.self)
            throw ETLError.sourceIsNoData(shown, found: found?.description ?? "", start: start)
        default: break
        }
        state.start = []
    }

    private func check(_ chunk: [UInt8], _ inflater: GzipInflater?) throws {
        guard let inflater else { return }
        inflater.push(chunk)
        do {
            while try inflater.pull() != nil {}
        } catch {
            throw ETLError.unreadable(file: shown, cause: error)
        }
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits for each byte.
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

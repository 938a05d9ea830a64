import Synchronization
import TableFormats

/// A download on its way to the disk: written beside its target, checked as it comes, and named once it is whole.
final class IncomingFile: Sendable {
    /// What has arrived.
    struct Summary: Sendable {
        var bytes: Int64
        var sha256: String
    }

    private struct State {
        var file: PartialFile
        var check: DownloadCheck
        /// What takes the server's packing off; nil where there is none, or where it is the file's own.
        var unpacker: GzipInflater?
        /// Bytes as the server counts them.
        var arrived: Int64 = 0
        /// Whether bytes of several answers were joined; what is wrong with them may then be our doing.
        var isJoined = false
    }

    private let state: Mutex<State>
    private let address: SourceAddress
    private let kind: DownloadCheck.Kind

    /// Begins a file, or takes up what an earlier download of the same address has left beside it. What was left is
    /// read and checked as if it came now.
    /// - Throws: `ETLError.file`.
    init(_ path: String, from address: SourceAddress) throws {
        self.address = address
        kind = DownloadCheck.Kind(of: address)
        let file = try PartialFile(path)
        let check = try DownloadCheck(kind, shown: address.shown)
        state = Mutex(State(file: file, check: check))
        try state.withLock { try takeUp(&$0) }
    }

    /// How many bytes are here and sound, as the server counts them.
    var length: Int64 { state.withLock { $0.arrived } }

    /// What to ask for: the rest, where that can be had.
    var request: DownloadRequest {
        state.withLock { state in
            guard let origin = state.file.origin, state.file.length > 0 else { return DownloadRequest() }
            // Where only the new name is missing, the last byte is asked for again: so the source can say whether
            // the file still is the same.
            let isWhole = origin.length == state.file.length
            return DownloadRequest(
                offset: state.file.length - (isWhole ? 1 : 0), length: origin.length, validator: origin.validator)
        }
    }

    /// Drops what is here; the bytes of another answer follow.
    /// - Throws: `ETLError.file`.
    func restart(length: Int64?, validator: DownloadValidator, encoding: ContentEncoding) throws {
        try state.withLock { state in
            // What is unpacked on the way cannot be added to: the source counts packed bytes.
            let isPlain = encoding == .identity
            let origin = PartialFile.Origin(
                source: address.shown, key: address.key, validator: validator, length: length)
            try reset(&state, to: isPlain ? origin : nil)
            guard encoding == .gzip else { return }
            if kind == .gzip {
                // Many servers say so of every .gz file that they send as it is.
                state.check = try DownloadCheck(kind, shown: address.shown, refusesNestedGzip: true)
            } else {
                state.unpacker = try GzipInflater()
            }
        }
    }

    /// The bytes of another answer follow those that are here.
    func goOn(length: Int64?) {
        state.withLock { state in
            state.file.learn(length: length)
            state.isJoined = true
        }
    }

    /// Takes the next bytes.
    /// - Throws: `ETLError`.
    func write(_ chunk: [UInt8]) throws {
        try state.withLock { state in
            state.arrived += Int64(chunk.count)
            let plain = try unpack(chunk, state.unpacker)
            for chunk in plain { try state.check.take(chunk) }
            try state.file.append(plain)
        }
    }

    /// Ends the file and gives it its name.
    /// - Throws: `ETLError.wrongLength` when another number of bytes was announced, `ETLError.unreadable` and others
    ///   for bytes that are not whole, `ETLError.file`.
    func commit(expected: Int64?) throws -> Summary {
        try state.withLock { state in
            if let expected, expected != state.arrived {
                throw ETLError.wrongLength(address.shown, expected: expected, got: state.arrived)
            }
            do { try state.unpacker?.finish() } catch { throw ETLError.unreadable(file: address.shown, cause: error) }
            let sha256 = try state.check.finish()
            try state.file.commit()
            return Summary(bytes: state.file.length, sha256: sha256)
        }
    }

    /// Drops what is here when it was joined from several answers.
    /// - Returns: whether it was; then it is worth asking for the whole once.
    func dropWhatWasJoined() throws -> Bool {
        try state.withLock { state in
            guard state.isJoined else { return false }
            try reset(&state, to: nil)
            return true
        }
    }

    /// Leaves what is here for the next download to the same path, where that can go on from it; else nothing is left.
    /// - Returns: whether it was left.
    func keep() -> Bool { state.withLock { $0.file.keep() } }

    /// Removes what is here, unless it was named or left for the next download. Nothing is to be written any more.
    func drop() { state.withLock { $0.file.drop() } }

    private func takeUp(_ state: inout State) throws {
        guard let origin = state.file.origin else { return }
        guard origin.key == address.key else { return try reset(&state, to: nil) }
        var check = state.check
        do {
            try state.file.readBack { try check.take($0) }
            state.check = check
            state.arrived = state.file.length
            state.isJoined = true
        } catch let error as ETLError {
            if case .file = error { throw error }
            try reset(&state, to: nil)
        }
    }

    private func reset(_ state: inout State, to origin: PartialFile.Origin?) throws {
        state.check = try DownloadCheck(kind, shown: address.shown)
        state.unpacker = nil
        state.arrived = 0
        state.isJoined = false
        try state.file.restart(origin)
    }

    private func unpack(_ chunk: [UInt8], _ unpacker: GzipInflater?) throws -> [[UInt8]] {
        guard let unpacker else { return [chunk] }
        var plain: [[UInt8]] = []
        do {
            unpacker.push(chunk)
            while let piece = try unpacker.pull() { plain.append(piece) }
        } catch {
            throw ETLError.unreadable(file: address.shown, cause: error)
        }
        return plain
    }
}

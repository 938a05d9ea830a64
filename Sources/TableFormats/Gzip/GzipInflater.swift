import CZlib

/// Decompresses gzip (RFC 1952) as it streams by, one or many members: push compressed chunks, pull plain ones.
///
///     inflater.push(chunk)
///     while let plain = try inflater.pull() { … }
///     try inflater.finish()                         // after the last chunk
///
/// Checksum and length of each member are verified. A pulled chunk is of bounded size, however well the data packs.
package final class GzipInflater {
    private enum State {
        /// The first bytes are awaited.
        case start
        /// Inside a member.
        case member
        /// After a member; another, padding or the end may follow.
        case between
        /// Zero bytes follow the last member.
        case padding
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private let outputBytes: Int
    private var state = State.start
    private var input: [UInt8] = []
    private var position = 0
    /// Compressed bytes before `input`.
    private var inputOffset = 0

    /// - Parameter outputBytes: the most that one `pull()` returns. Defaults to 256 KiB.
    /// - Throws: `GzipError.zlib` when there is no memory.
    package init(outputBytes: Int = 1 << 18) throws(GzipError) {
        self.outputBytes = outputBytes
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, plus 16 for the gzip wrapper: https://zlib.net/manual.html#Advanced
        let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .zlib(code: code) }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Compressed bytes consumed so far.
    private var offset: Int { inputOffset + position }

    /// Hands over the next compressed bytes.
    package func push(_ chunk: some Collection<UInt8>) {
        input.removeSubrange(0..<position)
        inputOffset += position
        position = 0
        input.append(contentsOf: chunk)
    }

    /// The next plain bytes, or nil when more compressed ones are needed.
    /// - Throws: `GzipError`, for data that is damaged or none.
    package func pull() throws(GzipError) -> [UInt8]? {
        while true {
            switch state {
            case .start:
                guard try beginMember(else: { .notGzip(firstBytes: Array($0.prefix(8))) }) else { return nil }
            case .between:
                if position < input.count, input[position] == 0 {
                    state = .padding
                    continue
                }
                let offset = offset
                guard try beginMember(else: { _ in .trailingGarbage(at: offset) }) else { return nil }
            case .padding:
                while position < input.count, input[position] == 0 { position += 1 }
                guard position == input.count else { throw .trailingGarbage(at: offset) }
                return nil
            case .member:
                guard position < input.count else { return nil }
                let plain = try inflateSome()
                if !plain.isEmpty { return plain }
            }
        }
    }

    /// Says that all bytes were pushed (and pulled).
    /// - Throws: `truncated` in the middle of a member, `notGzip` when there was nothing.
    package func finish() throws(GzipError) {
        switch state {
        case .between where position == input.count, .padding: return
        case .between: throw .trailingGarbage(at: offset)
        case .start where input.count < 2: throw .notGzip(firstBytes: input)
        case .start, .member: throw .truncated(after: inputOffset + input.count)
        }
    }

    /// Steps into a member if its magic number is here. Answers false when there are too few bytes to tell.
    private func beginMember(else error: (ArraySlice<UInt8>) -> GzipError) throws(GzipError) -> Bool {
        let rest = input[position...]
        guard let first = rest.first else { return false }
        if rest.count == 1, first == 0x1F { return false }
        guard rest.starts(with: [0x1F, 0x8B]) else { throw error(rest) }
        inflateReset(stream)
        state = .member
        return true
    }

    private func inflateSome() throws(GzipError) -> [UInt8] {
        var code = Z_OK
        let (stream, start) = (stream, position)
        var consumed = 0
        let plain = input.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: outputBytes) { output, count in
                // zlib does not write to its input; its type only says so when built with ZLIB_CONST.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + start })
                stream.pointee.avail_in = UInt32(clamping: input.count - start)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(clamping: output.count)
                let available = stream.pointee.avail_in
                code = inflate(stream, Z_NO_FLUSH)
                consumed = Int(available - stream.pointee.avail_in)
                count = output.count - Int(stream.pointee.avail_out)
            }
        }
        position += consumed
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: state = .between
        case Z_DATA_ERROR: throw dataError()
        default: throw .zlib(code: code)
        }
        return plain
    }

    private func dataError() -> GzipError {
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "invalid data"
        return switch reason {
        case "incorrect data check": .checksumMismatch(at: offset)
        case "incorrect length check": .lengthMismatch(at: offset)
        default: .corrupt(at: offset, reason: reason)
        }
    }
}

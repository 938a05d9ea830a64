import CIsal

/// Decompresses gzip (RFC 1952) as it streams by, one or many members: push compressed chunks, pull plain ones.
///
///     inflater.push(chunk)
///     while let plain = try inflater.pull() { … }
///     try inflater.finish()                         // after the last chunk
///
/// Checksum and length of each member are verified. A pulled chunk is of bounded size, however well the data packs.
/// ISA-L decompresses; header and trailer are read here, so that each kind of damage has its own name.
package final class GzipInflater {
    private enum State {
        /// The first bytes are awaited.
        case start
        /// Inside the header of a member.
        case header
        /// Inside the compressed data of a member.
        case data
        /// Inside the checksum and length of a member, of which so many bytes were read.
        case trailer(read: Int)
        /// After a member; another, padding or the end may follow.
        case between
        /// Zero bytes follow the last member.
        case padding
    }

    private let stream: UnsafeMutablePointer<inflate_state>
    private let header: UnsafeMutablePointer<isal_gzip_header>
    private let outputBytes: Int
    private var state = State.start
    private var input: [UInt8] = []
    private var position = 0
    /// Compressed bytes before `input`.
    private var inputOffset = 0
    /// Checksum and length as the member's trailer states them, the first byte lowest.
    private var trailer: UInt64 = 0

    /// - Parameter outputBytes: the most that one `pull()` returns. Defaults to 1 MiB.
    /// - Throws: `GzipError.isal` for a size that is none.
    package init(outputBytes: Int = 1 << 20) throws(GzipError) {
        guard outputBytes > 0, outputBytes <= Int(Int32.max) else { throw .isal(code: ISAL_INVALID_OPERATION) }
        self.outputBytes = outputBytes
        stream = .allocate(capacity: 1)
        header = .allocate(capacity: 1)
        header.initialize(to: isal_gzip_header())
        isal_inflate_init(stream)
    }

    deinit {
        stream.deallocate()
        header.deallocate()
    }

    /// Compressed bytes consumed so far.
    private var offset: Int { inputOffset + position }

    /// Hands over the next compressed bytes.
    package func push(_ chunk: some Collection<UInt8>) {
        inputOffset += position
        if position == input.count {
            input = Array(chunk)
        } else {
            input.removeSubrange(0..<position)
            input.append(contentsOf: chunk)
        }
        position = 0
    }

    /// The next plain bytes, or nil when more compressed ones are needed.
    /// - Throws: `GzipError`, for data that is damaged or none.
    package func pull() throws(GzipError) -> [UInt8]? {
        var failure: GzipError?
        let plain = [UInt8](unsafeUninitializedCapacity: outputBytes) { output, count in
            do throws(GzipError) {
                while count < output.count, try step(UnsafeMutableBufferPointer(rebasing: output[count...]), &count) {}
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return plain.isEmpty ? nil : plain
    }

    /// Says that all bytes were pushed (and pulled).
    /// - Throws: `truncated` in the middle of a member, `notGzip` when there was nothing.
    package func finish() throws(GzipError) {
        switch state {
        case .between where position == input.count, .padding: return
        case .between: throw .trailingGarbage(at: offset)
        case .start where input.count < 2: throw .notGzip(firstBytes: input)
        case .start, .header, .data, .trailer: throw .truncated(after: inputOffset + input.count)
        }
    }
}

extension GzipInflater {
    /// Goes on with what comes next in the input. Answers false when there are too few bytes to go on.
    private func step(_ output: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) throws(GzipError) -> Bool {
        switch state {
        case .start:
            return try beginMember(else: { .notGzip(firstBytes: Array($0.prefix(8))) })
        case .between:
            if position < input.count, input[position] == 0 {
                state = .padding
                return true
            }
            let offset = offset
            return try beginMember(else: { _ in .trailingGarbage(at: offset) })
        case .padding:
            while position < input.count, input[position] == 0 { position += 1 }
            guard position == input.count else { throw .trailingGarbage(at: offset) }
            return false
        case .header:
            return try readHeader()
        case .data:
            return try inflate(output, &count)
        case .trailer(let read):
            return try readTrailer(read)
        }
    }

    /// Steps into a member if its magic number is here.
    private func beginMember(else error: (ArraySlice<UInt8>) -> GzipError) throws(GzipError) -> Bool {
        let rest = input[position...]
        guard let first = rest.first else { return false }
        if rest.count == 1, first == 0x1F { return false }
        guard rest.starts(with: [0x1F, 0x8B]) else { throw error(rest) }
        isal_inflate_reset(stream)
        isal_gzip_header_init(header)
        // The checksum is computed; whether it is right is seen here.
        stream.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR)
        state = .header
        return true
    }

    private func readHeader() throws(GzipError) -> Bool {
        guard position < input.count else { return false }
        let code = withInput { isal_read_gzip_header(stream, header) }
        switch code {
        case ISAL_DECOMP_OK: state = .data
        case ISAL_END_INPUT: break
        default: throw .corrupt(at: offset, reason: Self.reason(code))
        }
        return true
    }

    private func inflate(_ output: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) throws(GzipError) -> Bool {
        // Bits that were taken from the input before may still become bytes, so that no input is no reason to stop.
        let before = position
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(clamping: output.count)
        let code = withInput { isal_inflate(stream) }
        let produced = output.count - Int(stream.pointee.avail_out)
        count += produced
        guard code == ISAL_DECOMP_OK else { throw .corrupt(at: offset, reason: Self.reason(code)) }
        guard stream.pointee.block_state == ISAL_BLOCK_FINISH else { return produced > 0 || position > before }
        // The rest of the last byte is padding. Whole bytes that were read ahead belong to the trailer.
        let ahead = Int(stream.pointee.read_in_length) / 8
        trailer = stream.pointee.read_in >> UInt64(stream.pointee.read_in_length % 8)
        if ahead < 8 { trailer &= (1 << UInt64(8 * ahead)) - 1 }
        state = .trailer(read: ahead)
        return true
    }

    /// Reads checksum and length, each four bytes, the lowest first.
    /// https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
    private func readTrailer(_ read: Int) throws(GzipError) -> Bool {
        var read = read
        while read < 8, position < input.count {
            trailer |= UInt64(input[position]) << UInt64(8 * read)
            position += 1
            read += 1
        }
        state = .trailer(read: read)
        if read >= 4, UInt32(truncatingIfNeeded: trailer) != stream.pointee.crc {
            throw .checksumMismatch(at: offset - (read - 4))
        }
        guard read == 8 else { return false }
        guard UInt32(truncatingIfNeeded: trailer >> 32) == stream.pointee.total_out else {
            throw .lengthMismatch(at: offset)
        }
        state = .between
        return true
    }

    /// Lets ISA-L read from the input.
    private func withInput(_ body: () -> Int32) -> Int32 {
        let (stream, start) = (stream, position)
        return input.withUnsafeBufferPointer { input in
            // ISA-L does not write to its input; its type does not say so.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + start })
            stream.pointee.avail_in = UInt32(clamping: input.count - start)
            let available = Int(stream.pointee.avail_in)
            let code = body()
            // After damaged data ISA-L may give back more than it was given this time: what it had kept before.
            position += min(max(available - Int(stream.pointee.avail_in), 0), available)
            return code
        }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ISAL_INVALID_BLOCK: "a block of no known kind or with damaged codes"
        case ISAL_INVALID_SYMBOL: "a code that stands for nothing"
        case ISAL_INVALID_LOOKBACK: "a repetition of bytes before the first"
        case ISAL_INVALID_WRAPPER: "a damaged header"
        case ISAL_UNSUPPORTED_METHOD: "a compression method other than deflate"
        case ISAL_INCORRECT_CHECKSUM: "a header with a wrong checksum"
        default: "code \(code) of ISA-L"
        }
    }
}

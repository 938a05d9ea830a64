import CZlib

/// Compresses to gzip (RFC 1952): a stream chunk by chunk, or many blocks one after another with the same memory.
/// The header holds no name and time 0, so equal bytes in give equal bytes out.
package final class GzipDeflater {
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter level: 1 (fast) to 9 (small). Defaults to 6.
    /// - Throws: `GzipError.zlib` for another level, or when there is no memory.
    package init(level: Int = 6) throws(GzipError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        let code = deflateInit2_(
            stream, Int32(clamping: level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size
        )
        guard code == Z_OK else { throw .zlib(code: code) }
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Compresses some more of a stream and returns what is ready, which may be nothing.
    package func compress(_ chunk: some Collection<UInt8>) throws(GzipError) -> [UInt8] {
        try run(chunk, flush: Z_NO_FLUSH)
    }

    /// Ends the stream and returns its last bytes; the next call begins another.
    package func finish() throws(GzipError) -> [UInt8] {
        defer { deflateReset(stream) }
        return try run(EmptyCollection(), flush: Z_FINISH)
    }

    /// Compresses a block as a gzip file of its own.
    package func compressWhole(_ block: some Collection<UInt8>) throws(GzipError) -> [UInt8] {
        defer { deflateReset(stream) }
        return try run(block, flush: Z_FINISH)
    }

    private func run(_ chunk: some Collection<UInt8>, flush: Int32) throws(GzipError) -> [UInt8] {
        try Array(chunk).withUnsafeBufferPointer { (bytes) throws(GzipError) in try run(bytes: bytes, flush) }
    }

    private func run(bytes: UnsafeBufferPointer<UInt8>, _ flush: Int32) throws(GzipError) -> [UInt8] {
        let stream = stream
        var output: [UInt8] = []
        var code = Z_OK
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        let bound = Int(deflateBound(stream, UInt(bytes.count)))
        repeat {
            let room = flush == Z_FINISH && output.isEmpty ? bound : max(4096, bytes.count / 2)
            output += [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(clamping: room)
                code = deflate(stream, flush)
                count = room - Int(stream.pointee.avail_out)
            }
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .zlib(code: code) }
        } while stream.pointee.avail_out == 0 && code != Z_STREAM_END
        return output
    }
}

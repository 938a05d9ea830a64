#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Writes many buffers with few system calls, and copies none of them.
enum GatheredWrite {
    /// The most buffers for one call: far under the system's own limit, because each takes a stack frame to pin.
    private static let mostAtOnce = 64

    /// Appends the buffers, in order and whole, to an open file.
    /// - Returns: 0, or the errno of the call that failed; then a part may have been written.
    static func append(_ buffers: [[UInt8]], to descriptor: Int32) -> Int32 {
        var first = 0
        while first < buffers.count {
            let end = min(first + mostAtOnce, buffers.count)
            var vectors: [iovec] = []
            vectors.reserveCapacity(end - first)
            let code = write(buffers[first..<end], &vectors, to: descriptor)
            guard code == 0 else { return code }
            first = end
        }
        return 0
    }

    /// Pins one buffer after another, so that all addresses hold while the system call runs.
    private static func write(
        _ buffers: ArraySlice<[UInt8]>, _ vectors: inout [iovec], to descriptor: Int32
    ) -> Int32 {
        guard let buffer = buffers.first else { return drain(&vectors, to: descriptor) }
        return buffer.withUnsafeBytes { bytes in
            if !bytes.isEmpty {
                // The system call does not write there; its type serves reading as well.
                vectors.append(
                    iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count))
            }
            return write(buffers.dropFirst(), &vectors, to: descriptor)
        }
    }

    private static func drain(_ vectors: inout [iovec], to descriptor: Int32) -> Int32 {
        var next = 0
        while next < vectors.count {
            let count = vectors[next...].withUnsafeBufferPointer { part in
                writev(descriptor, part.baseAddress, Int32(part.count))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return errno }
            var written = count
            while next < vectors.count, written >= vectors[next].iov_len {
                written -= vectors[next].iov_len
                next += 1
            }
            if written > 0 {
                vectors[next].iov_base = vectors[next].iov_base.map { $0 + written }
                vectors[next].iov_len -= written
            }
        }
        return 0
    }
}

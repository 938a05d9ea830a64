import CSnappy

/// Raw Snappy of whole pages.
enum SnappyPages {
    static func compress(_ page: UnsafeRawBufferPointer, to output: inout PageBuffer) -> Bool {
        let bound = snappy_max_compressed_length(page.count)
        return output.appendPacked(upTo: bound) { target in
            var size = bound
            let status = snappy_compress(
                page.assumingMemoryBound(to: CChar.self).baseAddress, page.count,
                target.assumingMemoryBound(to: CChar.self), &size)
            return status == SNAPPY_OK ? size : nil
        }
    }

    static func decompress(_ page: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> PageDamage? {
        let input = page.assumingMemoryBound(to: CChar.self)
        var size = 0
        guard snappy_uncompressed_length(input.baseAddress, input.count, &size) == SNAPPY_OK else { return .invalid }
        // The length stands at the page's beginning and is believed only where it is the expected one.
        guard size == output.count else { return size < output.count ? .tooShort(size) : .tooLong }
        let room = output.assumingMemoryBound(to: CChar.self)
        let status = snappy_uncompress(input.baseAddress, input.count, room.baseAddress, &size)
        return status == SNAPPY_OK ? nil : .invalid
    }
}

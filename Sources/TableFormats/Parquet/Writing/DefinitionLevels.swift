/// Which rows of a page hold a value: one for a value, zero for NULL, in runs and bit-packed groups.
enum DefinitionLevels {
    /// Appends the levels of a page.
    static func append(_ page: RowLayout.Page, of layout: RowLayout, to buffer: inout PageBuffer) {
        guard page.nullCount > 0 else { return appendRun(of: 1, count: page.rows.count, to: &buffer) }
        guard !page.values.isEmpty else { return appendRun(of: 0, count: page.rows.count, to: &buffer) }
        layout.validity.withUnsafeBufferPointer { validity in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: page.rows.count) { levels in
                for index in 0..<levels.count { levels[index] = validity[page.rows.lowerBound + index] ? 1 : 0 }
                HybridRLEEncoder.encode(UnsafeBufferPointer(levels), bitWidth: 1, into: &buffer)
            }
        }
    }

    private static func appendRun(of level: UInt8, count: Int, to buffer: inout PageBuffer) {
        guard count > 0 else { return }
        buffer.append(varint: UInt64(count) << 1)
        buffer.append(littleEndian: level)
    }
}

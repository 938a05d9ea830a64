/// Memory that a page is put together in, used again for the next page. Not zeroed, and grown by whole runs of bytes,
/// so that the encoders' inner loops write through plain pointers.
struct PageBuffer: ~Copyable {
    /// Bytes that a writer may store beyond what it announced: whole words are written where their first bytes count.
    static let slack = 16

    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    /// How many bytes it holds.
    private(set) var count = 0

    /// An empty buffer with room for `capacity` bytes.
    init(capacity: Int = 4096) {
        self.capacity = capacity
        memory = .allocate(byteCount: capacity + Self.slack, alignment: 16)
    }

    deinit { memory.deallocate() }

    /// What it holds; valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// Forgets what it holds and keeps the memory.
    mutating func removeAll() {
        count = 0
    }

    /// Makes room for `size` more bytes and lets `body` write them there; it answers how many it wrote.
    /// `body` may store up to `slack` bytes more than `size`.
    mutating func append(upTo size: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
        reserve(size)
        let written = body(memory + count)
        precondition(written >= 0 && written <= size, "more bytes than announced")
        count += written
    }

    /// Appends bytes.
    mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress else { return }
        reserve(source.count)
        (memory + count).copyMemory(from: start, byteCount: source.count)
        count += source.count
    }

    /// Appends the bytes of a number, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { append($0) }
    }

    /// Appends an unsigned number as ULEB128: seven bits a byte, the lowest first.
    mutating func append(varint value: UInt64) {
        append(upTo: 10) { Self.store(varint: value, to: $0) }
    }

    /// Writes over four bytes that were appended before.
    mutating func overwrite(at position: Int, littleEndian value: UInt32) {
        precondition(position >= 0 && position + 4 <= count, "nothing is there yet")
        (memory + position).storeBytes(of: value.littleEndian, as: UInt32.self)
    }

    /// Stores a number as ULEB128 and answers how many bytes it took, 10 at most.
    static func store(varint value: UInt64, to target: UnsafeMutableRawPointer) -> Int {
        var rest = value
        var length = 0
        while rest >= 0x80 {
            target.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: length, as: UInt8.self)
            rest >>= 7
            length += 1
        }
        target.storeBytes(of: UInt8(rest), toByteOffset: length, as: UInt8.self)
        return length + 1
    }

    private mutating func reserve(_ size: Int) {
        guard count + size > capacity else { return }
        let grown = max(count + size, capacity * 2)
        let replacement = UnsafeMutableRawPointer.allocate(byteCount: grown + Self.slack, alignment: 16)
        replacement.copyMemory(from: memory, byteCount: count)
        memory.deallocate()
        (memory, capacity) = (replacement, grown)
    }
}

/// Chunks of a streamed request body between the closure that makes them and libcurl that takes them.
struct UploadBuffer {
    /// Bytes that may wait before the closure is not asked for more.
    static let limit = 256 * 1024

    /// What libcurl is told.
    enum Step: Equatable {
        case bytes(Int)
        case pause
        case end
    }

    /// Bytes the closure has produced so far.
    private(set) var produced: Int64 = 0
    /// True while libcurl waits for bytes.
    var isPaused = false
    var hasEnded = false
    private var chunks: [[UInt8]] = []
    private var offset = 0
    private var waiting = 0
    private var roomWaiter: CheckedContinuation<Void, Never>?

    var isFull: Bool { waiting >= Self.limit }

    mutating func append(_ chunk: [UInt8]) {
        produced += Int64(chunk.count)
        guard !chunk.isEmpty else { return }
        waiting += chunk.count
        chunks.append(chunk)
    }

    /// Fills `target` with what waits.
    mutating func take(into target: UnsafeMutableRawBufferPointer) -> Step {
        var filled = 0
        while filled < target.count, let chunk = chunks.first {
            let count = min(target.count - filled, chunk.count - offset)
            chunk.withUnsafeBytes { bytes in
                let slot = UnsafeMutableRawBufferPointer(rebasing: target[filled..<filled + count])
                slot.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
            }
            filled += count
            offset += count
            if offset == chunk.count {
                chunks.removeFirst()
                offset = 0
            }
        }
        waiting -= filled
        if filled > 0 { return .bytes(filled) }
        if hasEnded { return .end }
        isPaused = true
        return .pause
    }

    mutating func holdUntilRoom(_ waiter: CheckedContinuation<Void, Never>) {
        roomWaiter = waiter
    }

    /// The closure's side, where it waits for room.
    mutating func takeRoomWaiter() -> CheckedContinuation<Void, Never>? {
        defer { roomWaiter = nil }
        return roomWaiter
    }
}

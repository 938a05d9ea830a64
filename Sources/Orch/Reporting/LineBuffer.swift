/// Cuts a stream of bytes into lines.
struct LineBuffer {
    /// A line, or a part of one that is too long to be kept whole.
    struct Piece: Equatable {
        /// The text, without its newline; what is not UTF-8 is replaced.
        var text: String
        /// Whether the line goes on in the next piece.
        var continues: Bool
    }

    private let limit: Int
    private var pending: [UInt8] = []

    /// A buffer that keeps lines of up to `limit` bytes whole. Defaults to 256 KiB.
    init(limit: Int = 256 * 1024) {
        self.limit = max(4, limit)
    }

    /// Takes bytes in; gives the lines that they complete.
    mutating func append(_ bytes: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if part.startIndex > bytes.startIndex {
                pieces.append(piece(pending, continues: false))
                pending.removeAll(keepingCapacity: true)
            }
            pending += part
            while pending.count > limit {
                let cut = boundary(before: limit)
                pieces.append(piece(pending[..<cut], continues: true))
                pending.removeFirst(cut)
            }
        }
        return pieces
    }

    /// Gives the line that has no newline yet, if there is one.
    mutating func flush() -> [Piece] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        return [piece(pending, continues: false)]
    }

    /// The last place up to `index` that is not inside a character's encoding.
    private func boundary(before index: Int) -> Int {
        for cut in stride(from: index, to: index - 4, by: -1) where pending[cut] & 0xC0 != 0x80 { return cut }
        return index
    }

    private func piece(_ bytes: some Collection<UInt8>, continues: Bool) -> Piece {
        Piece(text: String(decoding: bytes, as: UTF8.self), continues: continues)
    }
}

/// A frame of the engine's log stream, as the engine writes it.
enum RawFrame {
    /// The eight bytes of the header, then the text.
    static func bytes(_ kind: UInt8, _ text: String) -> [UInt8] {
        let length = text.utf8.count
        return [kind, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + Array(text.utf8)
    }
}

/// What a `Content-Range` field says of a part of a file
/// (https://www.rfc-editor.org/rfc/rfc9110#section-14.4).
struct ContentRange: Sendable, Equatable {
    /// The first byte's place, counted from 0.
    let start: Int64
    /// The place after the last byte.
    let end: Int64
    /// The length of the whole file, where the server knows it.
    let total: Int64?

    /// Reads `bytes 100-199/1000` or `bytes 100-199/*`; nil for anything else.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let halves = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard
            ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last,
            last < .max
        else { return nil }
        if halves[1] == "*" {
            total = nil
        } else {
            guard let length = Self.number(halves[1]), last < length else { return nil }
            total = length
        }
        start = first
        end = last + 1
    }

    /// Digits alone: `Int64` would take a sign as well.
    static func number(_ text: some StringProtocol) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}

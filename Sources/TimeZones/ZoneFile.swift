/// The content of a compiled file of the time zone database, of versions 1 to 4.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9636#section-3>
struct ZoneFile {
    /// What the file says.
    let rules: ZoneRules

    /// Reads a file's content; nil where it is none of a zone, or one that counts leap seconds.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let version = reader.header() else { return nil }
        guard version.isLong else {
            guard let body = reader.body(version.counts, timeSize: 4) else { return nil }
            rules = ZoneRules(first: body.first, changes: body.changes, footer: nil)
            return
        }
        // The first block has 32-bit times, for old programs.
        guard reader.take(version.counts.length(timeSize: 4)) != nil, let head = reader.header(),
            let body = reader.body(head.counts, timeSize: 8), let footer = reader.footer()
        else { return nil }
        rules = ZoneRules(first: body.first, changes: body.changes, footer: footer.isEmpty ? nil : ZoneFooter(footer))
        guard footer.isEmpty || ZoneFooter(footer) != nil else { return nil }
    }

    private struct Counts {
        var universals, standards, leaps, times, types, characters: Int

        func length(timeSize: Int) -> Int {
            times * timeSize + times + types * 6 + characters + leaps * (timeSize + 4) + standards + universals
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, count <= bytes.count - index else { return nil }
            defer { index += count }
            return bytes[index..<index + count]
        }

        /// A big-endian number with a sign.
        mutating func integer(_ size: Int) -> Int64? {
            guard let part = take(size) else { return nil }
            let bits = part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let unused = UInt64(64 - 8 * size)
            return Int64(bitPattern: bits << unused) >> Int64(unused)
        }

        mutating func header() -> (isLong: Bool, counts: Counts)? {
            guard let magic = take(4), Array(magic) == Array("TZif".utf8), let version = take(1)?.first, take(15) != nil
            else { return nil }
            var numbers: [Int] = []
            for _ in 0..<6 {
                guard let number = integer(4), (0...100_000).contains(number) else { return nil }
                numbers.append(Int(number))
            }
            return (
                version >= UInt8(ascii: "2"),
                Counts(
                    universals: numbers[0], standards: numbers[1], leaps: numbers[2], times: numbers[3],
                    types: numbers[4], characters: numbers[5])
            )
        }

        mutating func body(_ counts: Counts, timeSize: Int) -> (first: Int32, changes: [(at: Int64, offset: Int32)])? {
            guard counts.leaps == 0 else { return nil }
            var times: [Int64] = []
            for _ in 0..<counts.times {
                guard let time = integer(timeSize), times.last.map({ $0 < time }) ?? true else { return nil }
                // Files begin with -2^59 where nothing earlier is known; it is no time to count with.
                times.append(max(time, -(1 << 52)))
            }
            guard let kinds = take(counts.times) else { return nil }
            var offsets: [Int32] = []
            for _ in 0..<counts.types {
                guard let offset = integer(4), abs(offset) <= ZoneRules.largestOffset, take(2) != nil else {
                    return nil
                }
                offsets.append(Int32(truncatingIfNeeded: offset))
            }
            guard let first = offsets.first, kinds.allSatisfy({ Int($0) < offsets.count }),
                take(counts.characters + counts.standards + counts.universals) != nil
            else { return nil }
            return (first, zip(times, kinds).map { ($0, offsets[Int($1)]) })
        }

        /// The text between two line ends.
        mutating func footer() -> String? {
            guard take(1)?.first == UInt8(ascii: "\n") else { return nil }
            let text = bytes[index...].prefix { $0 != UInt8(ascii: "\n") }
            guard take(text.count + 1) != nil else { return nil }
            return String(decoding: text, as: UTF8.self)
        }
    }
}

import Glibc

/// A time zone as the system's database has it: its offsets from UTC over time.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9636>
struct ZoneFile: Sendable {
    private var transitions: [Int64] = []
    private var offsets: [Int32] = []
    private var first: Int32 = 0
    private var rule: ZoneRule?

    /// Reads a zone.
    ///
    /// - Parameters:
    ///   - name: such as `Europe/London`.
    ///   - folder: where the zones are.
    /// - Throws: ``SensorGivesUp``.
    init(_ name: String, in folder: String = "/usr/share/zoneinfo") throws {
        guard name != "UTC" else { return }
        let isName =
            !name.isEmpty && !name.contains("..") && !name.hasPrefix("/")
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "_+-/".utf8.contains(byte)
            }
        guard isName, let bytes = Self.bytes(of: "\(folder)/\(name)") else {
            let hint = access(folder, F_OK) == 0 ? "" : "; \(folder) is not there: install tzdata in the image"
            throw SensorGivesUp("there is no time zone \"\(name)\": expected a name such as Europe/London\(hint)")
        }
        guard let zone = Self(bytes) else {
            throw SensorGivesUp("the time zone \(folder)/\(name) cannot be read: expected a file of tzdata")
        }
        self = zone
    }

    /// Reads a file's content; nil where it is none of a zone.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let version = reader.header() else { return nil }
        guard version.isLong else { return nil }
        // The first block has 32-bit times, for old programs.
        reader.skip(version.counts.length(timeSize: 4))
        guard let head = reader.header() else { return nil }
        let counts = head.counts
        for _ in 0..<counts.times {
            guard let time = reader.integer(8) else { return nil }
            transitions.append(time)
        }
        guard let kinds = reader.take(counts.times) else { return nil }
        var types: [Int32] = []
        for _ in 0..<counts.types {
            guard let offset = reader.integer(4), abs(offset) < 200_000, reader.take(2) != nil else { return nil }
            types.append(Int32(truncatingIfNeeded: offset))
        }
        guard let start = types.first, kinds.allSatisfy({ Int($0) < types.count }) else { return nil }
        offsets = kinds.map { types[Int($0)] }
        first = start
        reader.skip(counts.characters + counts.leaps * 12 + counts.standards + counts.universals)
        let footer = String(decoding: reader.rest.dropFirst().prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        if !footer.isEmpty { rule = ZoneRule(footer) }
    }

    /// Seconds east of UTC at an instant, in seconds since 1970.
    func offset(at time: Int64) -> Int {
        if let rule, time >= transitions.last ?? .min { return rule.offset(at: time) }
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return Int(low == 0 ? first : offsets[low - 1])
    }

    /// The first instant at which clocks show a time; where they leave it out, as much later as they were put forward.
    ///
    /// - Parameter wall: what clocks show, in seconds since 1970-01-01 00:00 there.
    func instant(ofWallTime wall: Int64) -> Int64 {
        let (before, after) = (offset(at: wall - 86_400), offset(at: wall + 86_400))
        let fitting = [before, after].map { (wall - Int64($0), $0) }.filter { offset(at: $0.0) == $0.1 }
        return fitting.map(\.0).min() ?? wall - Int64(before)
    }

    private static func bytes(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while let chunk = Descriptor.read(descriptor, atMost: 65_536), !chunk.isEmpty, bytes.count < 1 << 20 {
            bytes += chunk
        }
        return bytes
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

        var rest: ArraySlice<UInt8> { bytes[min(index, bytes.count)...] }

        mutating func skip(_ count: Int) { index = min(index + count, bytes.count) }

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, index + count <= bytes.count else { return nil }
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
    }
}

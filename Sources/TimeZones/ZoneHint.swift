/// What was probably meant by a name that is none of a time zone.
enum ZoneHint {
    /// What to write instead of an offset such as `GMT+3`, `UTC-05:30` or `+02:00`; nil where it is none.
    static func offset(in name: String) -> String? {
        var rest = Substring(name.uppercased())
        for prefix in ["ETC/", "GMT", "UTC"] where rest.hasPrefix(prefix) { rest = rest.dropFirst(prefix.count) }
        guard let sign = rest.first, sign == "+" || sign == "-" else { return nil }
        let digits = rest.dropFirst().filter { $0 != ":" }
        guard !digits.isEmpty, digits.count <= 4, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
        let advice = "an offset knows no summer time: name a place, such as Europe/Berlin"
        let hours = digits.count <= 2 ? Int(digits) : digits.hasSuffix("00") ? Int(digits.dropLast(2)) : nil
        guard let hours, hours > 0, hours <= (sign == "+" ? 14 : 12) else { return advice }
        let side = sign == "+" ? "ahead of" : "behind"
        return "\(advice), or Etc/GMT\(sign == "+" ? "-" : "+")\(hours), which is \(hours) h \(side) UTC"
    }

    /// The name with the fewest edits, none further away than a third of its length.
    static func nearest(to name: String, in names: [String]) -> String? {
        let typed = folded(name)
        let furthest = max(2, typed.count / 3)
        guard (2...80).contains(typed.count) else { return nil }
        var best: (name: String, edits: Int)?
        for candidate in names {
            let other = folded(candidate)
            var edits = distance(typed, other)
            // `Berlin` for `Europe/Berlin`, `PST` for `PST8PDT`.
            if let city = candidate.split(separator: "/").last, folded(city) == typed { edits = 0 }
            if typed.count >= 3, other.starts(with: typed) { edits = 0 }
            if edits <= furthest, edits < best?.edits ?? .max { best = (candidate, edits) }
        }
        return best?.name
    }

    private static func folded(_ name: some StringProtocol) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "_") : $0 }
    }

    /// The number of insertions, deletions and replacements that turn one text into the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var last = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var next = [row + 1]
            for column in 0..<right.count {
                next.append(
                    min(last[column] + (byte == right[column] ? 0 : 1), last[column + 1] + 1, next[column] + 1))
            }
            last = next
        }
        return last[right.count]
    }
}

/// An amount of memory as blocks write it: `512m`, `2g`, `64k`, `1048576`.
package enum ByteSize {
    /// The number of bytes, or nil where `text` is no such amount.
    ///
    /// Units are powers of 1,024 as for `docker run --memory`: `b`, `k`, `m`, `g`, `t`, upper or lower case, with or
    /// without a `b` or `ib` after them. No unit means bytes. A fraction such as `1.5g` is accepted.
    ///
    /// Source: <https://docs.docker.com/reference/cli/docker/container/run/#memory>
    package static func bytes(_ text: String) -> Int64? {
        let lower = text.lowercased()
        let digits = lower.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number.isFinite,
            let factor = factors[String(lower.dropFirst(digits.count))]
        else { return nil }
        let bytes = (number * Double(factor)).rounded(.down)
        guard bytes >= 0, bytes < Double(Int64.max) else { return nil }
        return Int64(bytes)
    }

    /// The largest amount that there is, as blocks write it.
    package static let largest = "8388607t"

    /// What was expected where a text is no amount above zero; nil where it is one.
    package static func problem(of text: String) -> String? {
        if let bytes = bytes(text), bytes > 0 { return nil }
        return "expected \(expected(insteadOf: text))"
    }

    /// What was expected instead of a text that is no amount above zero.
    package static func expected(insteadOf text: String) -> String {
        let unit = text.lowercased().drop { $0.isASCII && ($0.isNumber || $0 == ".") }
        let isAmount = factors[String(unit)] != nil && Double(text.dropLast(unit.count)) != nil
        return isAmount && bytes(text) == nil ? "\(largest) at most" : "an amount such as 512m or 2g"
    }

    /// A text for people: `512 MiB`.
    package static func text(_ bytes: Int64) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit + 1 < units.count {
            value /= 1024
            unit += 1
        }
        let tenths = (value * 10).rounded() / 10
        return (tenths == tenths.rounded() ? "\(Int64(tenths))" : "\(tenths)") + " \(units[unit])"
    }

    private static let factors: [String: Int64] = {
        var factors: [String: Int64] = ["": 1, "b": 1]
        for (power, unit) in ["k", "m", "g", "t"].enumerated() {
            let factor = Int64(1) << (10 * (power + 1))
            for ending in ["", "b", "ib"] { factors[unit + ending] = factor }
        }
        return factors
    }()
}

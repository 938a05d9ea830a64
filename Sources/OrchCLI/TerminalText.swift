/// Text of others on a person's terminal.
enum TerminalText {
    /// The text with every control character written out as `\\x1b`; tabs and colours (`ESC [ … m`) stay.
    ///
    /// A log line that could clear the screen or set a title would hide what came before it.
    static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first {
            if scalar == "\u{1B}", let colour = colour(at: rest) {
                result.append(contentsOf: colour)
                rest.removeFirst(colour.count)
                continue
            }
            if isControl(scalar) {
                let digits = String(scalar.value, radix: 16)
                result.append(contentsOf: "\\x\(digits.count == 1 ? "0" : "")\(digits)".unicodeScalars)
            } else {
                result.append(scalar)
            }
            rest.removeFirst()
        }
        return String(result)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.value < 0x20 && scalar != "\t") || (0x7F...0x9F).contains(scalar.value)
    }

    /// The colour sequence that starts here: `ESC [`, digits and semicolons, `m`.
    private static func colour(at rest: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView? {
        guard rest.dropFirst().first == "[" else { return nil }
        let end = rest.dropFirst(2).drop { ("0"..."9").contains($0) || $0 == ";" }
        guard end.first == "m" else { return nil }
        return rest[rest.startIndex..<end.index(after: end.startIndex)]
    }
}

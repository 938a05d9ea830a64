/// Names and tags as people read them in lists and lines.
public enum PlainText {
    /// Whether a text has no control characters, line ends among them: nothing that could break a line of a list, or do
    /// something to a terminal.
    public static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value != 0x2028
                && scalar.value != 0x2029
        }
    }

    /// The longest text that an error repeats, in characters.
    public static let longestQuote = 100

    /// A text that somebody gave, as an error repeats it: no longer than ``longestQuote``, with … where it was cut.
    public static func cut(_ text: String) -> String {
        let start = text.prefix(longestQuote)
        return start.endIndex == text.endIndex ? text : "\(start)…"
    }

    /// The same in quotation marks.
    public static func quoted(_ text: String) -> String { "\"\(cut(text))\"" }

    /// What is said where it is not.
    public static let expected = "one line, without control characters"
}

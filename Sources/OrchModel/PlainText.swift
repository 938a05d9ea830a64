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

    /// What is said where it is not.
    public static let expected = "one line, without control characters"
}

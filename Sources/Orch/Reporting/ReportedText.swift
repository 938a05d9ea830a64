/// How much of a text becomes part of a run: no more than people read, and than the run's records and pages take easily.
enum ReportedText {
    /// The most bytes of an error's sentence.
    static let longestError = 4096
    /// The most bytes of a state's message: an error's sentence, and what is said around it.
    static let longestMessage = longestError + 512
    /// The most bytes of a task's name, or of one of its tags.
    static let longestName = 256
    /// The most tags of a task.
    static let mostTags = 50
    /// What of an error is looked through for passwords.
    private static let window = 1 << 16

    /// A state's message, cut where it is too long.
    static func message(_ text: String) -> String {
        cut(text, to: longestMessage)
    }

    /// A name or a tag, cut where it is too long.
    static func name(_ text: String) -> String {
        cut(text, to: longestName)
    }

    /// The error's own sentence, passwords in URLs hidden, cut where it is too long.
    static func message(of error: any Error) -> String {
        let text = error is CancellationError ? "the work was cancelled" : String(describing: error)
        let shown = hidingPasswords(in: start(of: text, window))
        guard text.utf8.count > window else { return cut(shown, to: longestError) }
        return String(start(of: shown, longestError)) + mark(text.utf8.count)
    }

    private static func hidingPasswords(in text: Substring) -> String {
        var text = text
        // Where the text was cut inside a URL, the end of its password is not there to be seen.
        let last = text.lastIndex(where: \.isWhitespace) ?? text.startIndex
        if text.endIndex < text.base.endIndex, let url = text[last...].firstRange(of: "://") {
            text = text[..<url.upperBound]
        }
        return JSONValue.string(String(text)).hidingURLPasswords.stringValue ?? ""
    }

    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        return String(start(of: text, limit)) + mark(text.utf8.count)
    }

    private static func mark(_ bytes: Int) -> String { "… (cut, it has \(bytes) bytes)" }

    /// The first bytes of a text, no character's encoding cut in two.
    static func start(of text: String, _ limit: Int) -> Substring {
        guard text.utf8.count > limit else { return text[...] }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return text[..<end]
    }
}

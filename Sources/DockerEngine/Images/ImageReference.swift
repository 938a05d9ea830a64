/// An image's name taken apart.
struct ImageReference: Hashable {
    /// Registry and repository, such as `registry:5000/team/taxi`.
    let name: String
    /// A tag, or a digest such as `sha256:…`, which then counts alone.
    let tag: String

    /// Takes a reference apart; no tag means `latest`, since a pull without one fetches all there are.
    init(_ text: String) {
        if let at = text.firstIndex(of: "@") {
            name = Self.withoutTag(text[..<at]).name
            tag = String(text[text.index(after: at)...])
        } else {
            (name, tag) = Self.withoutTag(text[...])
        }
    }

    /// A colon before the last slash belongs to a port.
    private static func withoutTag(_ text: Substring) -> (name: String, tag: String) {
        let start = text.lastIndex(of: "/").map(text.index(after:)) ?? text.startIndex
        guard let colon = text[start...].firstIndex(of: ":") else { return (String(text), "latest") }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}

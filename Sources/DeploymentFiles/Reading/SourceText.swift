package import OrchModel

/// A git source as people type it: `URL@REF:PATH`, where `@REF` and `:PATH` may be left out.
package enum SourceText {
    /// What is expected, for messages.
    package static let expected = "URL@REF:PATH, such as https://example.org/flows.git@main:config"

    /// The source; nil where the text is none.
    package static func read(_ text: String) -> SourceSpec? {
        guard let scheme = text.firstRange(of: "://") else { return nil }
        let rest = text[scheme.upperBound...]
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        // An @ before the first slash is a user's, which is refused elsewhere.
        guard let mark = rest[slash...].lastIndex(of: "@") else { return SourceSpec(url: text) }
        let url = String(text[..<mark])
        let place = rest[rest.index(after: mark)...].split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let ref = place.first, !ref.isEmpty, place.count == 1 || !place[1].isEmpty else { return nil }
        return SourceSpec(url: url, ref: String(ref), path: place.count == 2 ? String(place[1]) : nil)
    }
}

/// Which queues an agent serves: names, and patterns such as `etl-*`.
public struct QueueSelector: Hashable, Sendable {
    /// Queues by their names.
    public var names: Set<String> = []
    /// Patterns: `*` stands for any characters, `?` for one.
    public var patterns: [String] = []

    /// What the texts of an agent's list of queues mean.
    public init(_ texts: some Sequence<String>) {
        for text in texts {
            if Self.isPattern(text) {
                if !patterns.contains(text) { patterns.append(text) }
            } else {
                names.insert(text)
            }
        }
    }

    /// Whether a text is a pattern: no queue has such a name.
    public static func isPattern(_ text: String) -> Bool { text.utf8.contains { $0 == star || $0 == mark } }

    /// The pattern of all queues whose names begin with `prefix`.
    public static func pattern(prefix: String) -> String { isPattern(prefix) ? prefix : prefix + "*" }

    /// Whether a queue is served.
    public func matches(_ queue: String) -> Bool {
        names.contains(queue) || patterns.contains { Self.matches(Array($0.utf8), Array(queue.utf8)) }
    }

    /// What is to be said of patterns that match none of the queues there are, a sentence each, with the nearest name.
    ///
    /// - Parameter known: the queues that exist.
    public func remarks(known: [String]) -> [String] {
        patterns.compactMap { pattern in
            guard !known.contains(where: { Self.matches(Array(pattern.utf8), Array($0.utf8)) }) else { return nil }
            return "the pattern \(PlainText.quoted(pattern)) matches no work queue that there is"
                + (Self.nearest(to: pattern, in: known).map { ": did you mean \"\($0)\"?" } ?? "")
        }
    }

    /// The queue whose name, or the beginning of it, is nearest to what a pattern says beside its stars.
    private static func nearest(to pattern: String, in known: [String]) -> String? {
        let said = pattern.filter { $0 != "*" && $0 != "?" }
        if let whole = NearestName.nearest(to: said, in: known, limit: 1).first { return whole }
        let starts = Dictionary(known.sorted().map { (String($0.prefix(said.count)), $0) }) { first, _ in first }
        return NearestName.nearest(to: said, in: starts.keys, limit: 1).first.flatMap { starts[$0] }
    }

    private static let star = UInt8(ascii: "*")
    private static let mark = UInt8(ascii: "?")

    /// Walks both texts once; goes back to the last star where they part, so that no pattern takes long.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (p, t) = (0, 0)
        var back: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == star {
                back = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == mark || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = back {
                back = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == star { p += 1 }
        return p == pattern.count
    }
}

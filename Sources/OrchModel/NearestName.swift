/// Finds what a misspelt name was probably meant to be.
public enum NearestName {
    /// The names nearest to `name`, best first, none further away than a third of its length or 2 edits.
    ///
    /// Upper and lower case, `-`, `_` and spaces count as equal, so `Docker_Flow` finds `docker-flow`. A name that
    /// contains what was typed, or begins it, also counts as near.
    ///
    /// - Parameters:
    ///   - name: what was typed.
    ///   - names: what exists.
    ///   - limit: the largest number of names returned. Defaults to 3.
    public static func nearest(to name: String, in names: some Sequence<String>, limit: Int = 3) -> [String] {
        let typed = folded(name)
        let furthest = max(2, typed.count / 3)
        var ranked: [(name: String, distance: Int)] = []
        for candidate in names {
            let other = folded(candidate)
            let edits = distance(typed, other)
            if edits <= furthest, edits < max(typed.count, other.count) {
                ranked.append((candidate, edits))
            } else if typed.count >= 3, contains(other, typed) {
                ranked.append((candidate, furthest + 1))
            }
        }
        ranked.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return ranked.prefix(limit).map(\.name)
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours that turn one text into the other
    /// (Damerau-Levenshtein, optimal string alignment).
    public static func distance(_ left: String, _ right: String) -> Int {
        distance(Array(left), Array(right))
    }

    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var row = [i + 1]
            row.reserveCapacity(right.count + 1)
            for (j, b) in right.enumerated() {
                var best = min(last[j] + (a == b ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }

    private static func folded(_ name: String) -> [Character] {
        name.lowercased().map { $0 == "_" || $0 == " " ? "-" : $0 }
    }

    private static func contains(_ text: [Character], _ part: [Character]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }
}

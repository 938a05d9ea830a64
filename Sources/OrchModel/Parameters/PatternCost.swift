/// Whether a regular expression can be asked of any text: one that repeats a group which may itself be read in several ways,
/// such as `(a+)+`, may take longer than anybody lives.
///
/// It looks for the shapes that do so, and refuses some that would not: a group that is repeated without a bound may hold a
/// repetition only beside a character that this cannot match (`([a-z]+,)*`), and alternatives only where each begins with
/// another character (`(yellow|green)*`).
struct PatternCost {
    /// The most characters of a text that a pattern is asked of.
    static let longestText = 10_000

    private struct Group {
        /// Pieces that are repeated without a bound, as they are written; a group as a whole stands for anything.
        var repeated: [String] = []
        /// Characters that stand for themselves, once.
        var fixed: [Character] = []
        /// What each alternative begins with; nil for more than one character.
        var beginnings: [Character?] = []
        var isAtBeginning = true

        mutating func begin(with character: Character?) {
            guard isAtBeginning else { return }
            beginnings.append(character)
            isAtBeginning = false
        }

        /// Whether it can be repeated without a bound.
        var canBeRepeated: Bool {
            if beginnings.count > 1 {
                guard !beginnings.contains(nil), Set(beginnings).count == beginnings.count else { return false }
            }
            guard !repeated.isEmpty else { return true }
            return fixed.contains { character in !repeated.contains { Self.matches($0, character) } }
        }

        private static func matches(_ piece: String, _ character: Character) -> Bool {
            guard let expression = try? Regex(piece) else { return true }
            return String(character).contains(expression)
        }
    }

    /// Whether its time is bounded by a power of the text's length.
    static func isBounded(_ pattern: String) -> Bool {
        var rest = Substring(pattern)
        var groups = [Group()]
        func last() -> Int { groups.count - 1 }
        while let character = rest.popFirst() {
            switch character {
            case "(":
                groups[last()].begin(with: nil)
                groups.append(Group())
                // `(?:`, `(?<name>`, `(?=` say what kind of group it is.
                if rest.first == "?" { rest = rest.dropFirst(2) }
            case ")":
                guard groups.count > 1, let group = groups.popLast() else { return true }
                let isRepeated = repeats(&rest)
                if isRepeated.withoutBound {
                    guard group.canBeRepeated else { return false }
                    groups[last()].repeated.append(".")
                } else {
                    groups[last()].repeated += group.repeated
                    if !isRepeated.atAll { groups[last()].fixed += group.fixed }
                }
            case "|": groups[last()].isAtBeginning = true
            case "^", "$": continue
            default:
                let piece = piece(character, &rest)
                let literal = literal(piece)
                groups[last()].begin(with: literal)
                let isRepeated = repeats(&rest)
                if isRepeated.withoutBound {
                    groups[last()].repeated.append(
                        literal.map { $0.isLetter || $0.isNumber ? "\($0)" : "\\\($0)" } ?? piece)
                } else if !isRepeated.atAll, let literal {
                    groups[last()].fixed.append(literal)
                }
            }
        }
        return true
    }

    /// The piece that begins with a character: a class, an escape, or the character itself.
    private static func piece(_ character: Character, _ rest: inout Substring) -> String {
        var piece = String(character)
        if character == "\\", let escaped = rest.popFirst() {
            piece.append(escaped)
        } else if character == "[" {
            // A bracket that comes first stands for itself.
            while let next = rest.popFirst() {
                piece.append(next)
                if next == "\\", let escaped = rest.popFirst() { piece.append(escaped) }
                if next == "]", piece != "[]", piece != "[^]" { break }
            }
        }
        return piece
    }

    /// The character that a piece stands for, where it is a single one: `a`, `\.`.
    private static func literal(_ piece: String) -> Character? {
        if piece.count == 1 { return piece == "." ? nil : piece.first }
        guard piece.count == 2, piece.first == "\\", let last = piece.last, !last.isLetter, !last.isNumber else {
            return nil
        }
        return last
    }

    /// Takes a quantifier, where one follows.
    private static func repeats(_ rest: inout Substring) -> (atAll: Bool, withoutBound: Bool) {
        guard let first = rest.first else { return (false, false) }
        switch first {
        case "*", "+":
            rest.removeFirst()
            if rest.first == "?" || rest.first == "+" { rest.removeFirst() }
            return (true, true)
        case "?":
            rest.removeFirst()
            return (true, false)
        case "{":
            guard let end = rest.firstIndex(of: "}") else { return (false, false) }
            let bounds = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            // Many times is as good as without a bound.
            let most = bounds.split(separator: ",", omittingEmptySubsequences: false).last.flatMap { Int($0) } ?? .max
            return (true, most > 10)
        default: return (false, false)
        }
    }
}

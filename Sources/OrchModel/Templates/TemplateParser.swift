/// Reads the pieces of a ``Template``.
struct TemplateParser {
    private let characters: [Character]
    private var index = 0

    init(_ source: String) {
        characters = Array(source)
    }

    private var position: Int { index + 1 }
    private var current: Character? { index < characters.count ? characters[index] : nil }

    mutating func pieces() throws(TemplateError) -> [Template.Piece] {
        var pieces: [Template.Piece] = []
        var text = ""
        while let character = current {
            if character == "{", index + 1 < characters.count, characters[index + 1] == "{" {
                if !text.isEmpty { pieces.append(.text(text)) }
                text = ""
                pieces.append(.place(try place()))
            } else {
                text.append(character)
                index += 1
            }
        }
        if !text.isEmpty { pieces.append(.text(text)) }
        return pieces
    }

    private mutating func place() throws(TemplateError) -> Template.Place {
        let start = position
        index += 2
        skipSpaces()
        let source: Template.Source =
            if isQuote { .literal(try quoted()) } else { .name(try name("a name", of: start)) }
        var filters: [Template.Filter] = []
        skipSpaces()
        while current == "|" {
            index += 1
            skipSpaces()
            filters.append(try filter(of: start))
            skipSpaces()
        }
        guard let character = current else { throw .unclosed(position: start) }
        guard character == "}", index + 1 < characters.count, characters[index + 1] == "}" else {
            throw .unexpected(String(character), expected: "\"|\" or \"}}\"", position: position)
        }
        index += 2
        return Template.Place(source: source, filters: filters, position: start)
    }

    private mutating func filter(of start: Int) throws(TemplateError) -> Template.Filter {
        let place = position
        let name = try name("a filter", of: start)
        switch name {
        case "upper": return .upper
        case "lower": return .lower
        case "pad":
            let position = try argument(of: name, start: start)
            let digits = word()
            guard let width = Int(digits), (1...100).contains(width) else {
                throw .unexpected(digits, expected: "a width from 1 to 100 after \"pad:\"", position: position)
            }
            return .pad(width)
        case "date":
            let position = try argument(of: name, start: start)
            guard isQuote else {
                throw .unexpected(word(), expected: "a quoted format after \"date:\"", position: position)
            }
            let format = try quoted()
            if let letter = TemplateDate.unknownLetter(in: format) {
                throw .unexpected("%\(letter)", expected: "one of \(TemplateDate.known)", position: position)
            }
            return .date(format)
        case "default":
            let position = try argument(of: name, start: start)
            if isQuote { return .fallback(try quoted()) }
            let text = word()
            guard !text.isEmpty else {
                throw .unexpected("", expected: "a value after \"default:\"", position: position)
            }
            return .fallback(text)
        default:
            let nearest = NearestName.nearest(to: name, in: Template.Filter.names)
            throw .unknownFilter(name, nearest: nearest, position: place)
        }
    }

    /// Passes the colon before a filter's argument; gives the argument's position.
    private mutating func argument(of filter: String, start: Int) throws(TemplateError) -> Int {
        skipSpaces()
        guard let character = current else { throw .unclosed(position: start) }
        guard character == ":" else {
            throw .unexpected(String(character), expected: "\":\" after \"\(filter)\"", position: position)
        }
        index += 1
        skipSpaces()
        return position
    }

    private mutating func name(_ expected: String, of start: Int) throws(TemplateError) -> String {
        let place = position
        let name = word()
        guard name.isEmpty else { return name }
        guard let character = current else { throw .unclosed(position: start) }
        throw .unexpected(String(character), expected: expected, position: place)
    }

    private var isQuote: Bool { current == "\"" || current == "'" }

    private mutating func quoted() throws(TemplateError) -> String {
        let start = position
        let quote = current
        index += 1
        var text = ""
        while let character = current {
            index += 1
            if character == quote { return text }
            text.append(character)
        }
        throw .unexpected("", expected: "a closing quote", position: start)
    }

    private mutating func word() -> String {
        var text = ""
        while let character = current, character.isLetter || character.isNumber || "_-.".contains(character) {
            text.append(character)
            index += 1
        }
        return text
    }

    private mutating func skipSpaces() {
        while let character = current, character.isWhitespace { index += 1 }
    }
}

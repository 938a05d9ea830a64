/// A text with places to fill: `{{ color }}_tripdata_{{ year }}-{{ month | pad: 2 }}`.
///
/// A place is a name, or a quoted text, and any number of filters: `pad: 2` fills up with zeros, `date: "%Y-%m"` writes
/// a day or an instant (UTC), `upper`, `lower`, and `default: "x"` stands in for a value that is missing or null.
public struct Template: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case text(String)
        case place(Place)
    }

    struct Place: Sendable, Hashable {
        var source: Source
        var filters: [Filter]
        var position: Int
    }

    enum Source: Sendable, Hashable {
        case name(String)
        case literal(String)
    }

    enum Filter: Sendable, Hashable {
        case pad(Int)
        case date(String)
        case upper
        case lower
        case fallback(String)

        static let names = ["pad", "date", "upper", "lower", "default"]
    }

    let pieces: [Piece]
    /// The text it was read from.
    public let source: String

    /// Reads a template.
    ///
    /// - Throws: where a place is not closed, or a filter or its argument is not known, with the position.
    public init(_ source: String) throws(TemplateError) {
        var parser = TemplateParser(source)
        pieces = try parser.pieces()
        self.source = source
    }

    /// The names whose values the template asks for, in order, each once.
    public var names: [String] {
        var names: [String] = []
        for case .place(let place) in pieces {
            if case .name(let name) = place.source, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Whether a text has places to fill, whether or not they can be read.
    public static func isTemplate(_ text: String) -> Bool { text.contains("{{") }

    /// Each place that asks for a value: its name and where it begins, counted in characters from 1.
    public var places: [(name: String, position: Int)] {
        pieces.compactMap { piece in
            guard case .place(let place) = piece, case .name(let name) = place.source else { return nil }
            return (name, place.position)
        }
    }

    /// The text with every place filled.
    ///
    /// - Parameters:
    ///   - values: what names stand for.
    ///   - limit: how many bytes the text may have. Defaults to any number.
    /// - Throws: where a value is missing and has no default, a filter cannot take it, or the text gets too long, with the
    ///   position.
    public func render(_ values: [String: JSONValue], atMost limit: Int = .max) throws(TemplateError) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .place(let place):
                text += try place.render(values)
                guard text.utf8.count <= limit else { throw .tooLong(position: place.position) }
            }
        }
        return text
    }
}

/// Why a template cannot be read or filled. Positions count characters from 1.
public enum TemplateError: Error, Sendable, Hashable {
    /// `{{` without `}}`.
    case unclosed(position: Int)
    /// Something else than what must stand there.
    case unexpected(String, expected: String, position: Int)
    /// A filter that does not exist.
    case unknownFilter(String, nearest: [String], position: Int)
    /// A name that has no value and no default.
    case missing(name: String, available: [String], position: Int)
    /// A value that a filter, or the text itself, cannot take.
    case unsuitable(value: JSONValue, expected: String, position: Int)
    /// A name that nothing has; `advice` says what to write instead, where that is known.
    case unknownName(String, nearest: [String], advice: String?, known: [String], position: Int)
    /// A name that cannot stand there.
    case unusable(name: String, reason: String, position: Int)
    /// A name that only runs with a data interval have, and this run has none.
    case noInterval(name: String, position: Int)
    /// A text that gets longer than it may be.
    case tooLong(position: Int)
}

extension TemplateError: CustomStringConvertible {
    /// A sentence with the position.
    public var description: String {
        switch self {
        case .tooLong(let position):
            return
                "template, character \(position): the text gets too long: a run's templates make 4 MiB of text at most"
        case .unclosed(let position):
            return "template, character \(position): \"{{\" has no \"}}\" after it"
        case .unexpected(let got, let expected, let position):
            return
                "template, character \(position): expected \(expected), got \(got.isEmpty ? "the end" : "\"\(got)\"")"
        case .unknownFilter(let name, let nearest, let position):
            let hint =
                nearest.first.map { "did you mean \"\($0)\"?" }
                ?? "there are \(Template.Filter.names.joined(separator: ", "))"
            return "template, character \(position): no filter is called \"\(name)\": \(hint)"
        case .missing(let name, let available, let position):
            let nearest = NearestName.nearest(to: name, in: available).first.map { ", did you mean \"\($0)\"?" } ?? ""
            let names = available.isEmpty ? "no values are given" : "given are \(available.joined(separator: ", "))"
            return "template, character \(position): \"\(name)\" has no value\(nearest) (\(names))"
        case .unsuitable(let value, let expected, let position):
            return "template, character \(position): expected \(expected), got \(value.hidingURLPasswords.jsonText)"
        case .unknownName(let name, let nearest, let advice, let known, let position):
            let hint =
                advice ?? nearest.first.map { "did you mean \"\($0)\"?" }
                ?? "there are \(known.joined(separator: ", "))"
            return "template, character \(position): there is no \"\(name)\": \(hint)"
        case .unusable(let name, let reason, let position):
            return "template, character \(position): \"\(name)\" \(reason)"
        case .noInterval(let name, let position):
            return """
                template, character \(position): \"\(name)\" has no value, as this run has no data interval: give it one \
                (--data-interval START/END), or give the place a default, as in {{ \(name) | default: "2020-07-01" }}
                """
        }
    }
}

extension Template.Place {
    func render(_ values: [String: JSONValue]) throws(TemplateError) -> String {
        var value: JSONValue
        switch source {
        case .literal(let text): value = .string(text)
        case .name(let name):
            value = values[name] ?? .null
            if value.isNull, !filters.contains(where: \.isFallback) {
                let available = values.filter { !$0.value.isNull }.keys.sorted()
                throw .missing(name: name, available: available, position: position)
            }
        }
        for filter in filters { value = try filter.apply(to: value, position: position) }
        switch value {
        case .string(let text): return text
        case .int, .double, .bool: return value.jsonText
        case .null, .array, .object:
            throw .unsuitable(value: value, expected: "a text, a number or a boolean", position: position)
        }
    }
}

extension Template.Filter {
    var isFallback: Bool {
        if case .fallback = self { true } else { false }
    }

    func apply(to value: JSONValue, position: Int) throws(TemplateError) -> JSONValue {
        if case .fallback(let text) = self { return value.isNull ? .string(text) : value }
        if value.isNull { return value }
        switch self {
        case .fallback: return value
        case .upper: return .string(try text(of: value, position: position).uppercased())
        case .lower: return .string(try text(of: value, position: position).lowercased())
        case .pad(let width):
            let digits = try text(of: value, position: position)
            let sign = digits.hasPrefix("-") ? "-" : ""
            let rest = digits.dropFirst(sign.count)
            return .string(sign + String(repeating: "0", count: max(0, width - digits.count)) + rest)
        case .date(let format):
            let text = try text(of: value, position: position)
            guard let instant = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") else {
                throw .unsuitable(
                    value: value, expected: "a day or an instant such as 2020-07-01T00:00:00Z", position: position)
            }
            return .string(TemplateDate.text(of: instant, format: format))
        }
    }

    private func text(of value: JSONValue, position: Int) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .int, .double, .bool: return value.jsonText
        case .null, .array, .object:
            throw .unsuitable(value: value, expected: "a text, a number or a boolean", position: position)
        }
    }
}

/// The `date` filter's formats: a few letters of `strftime`, always in UTC.
///
/// Source: <https://pubs.opengroup.org/onlinepubs/9799919799/functions/strftime.html>
enum TemplateDate {
    /// The letters after `%` that are known.
    static let known = "%Y %y %m %d %j %H %M %S %F %T %s %%"

    static func unknownLetter(in format: String) -> String? {
        var letters = format.makeIterator()
        while let character = letters.next() {
            guard character == "%" else { continue }
            guard let letter = letters.next() else { return "" }
            if !known.contains("%\(letter)") || letter == " " { return String(letter) }
        }
        return nil
    }

    static func text(of instant: Timestamp, format: String) -> String {
        // RFC 3339 in UTC has every field at a fixed place: 2020-07-01T00:15:13.000000Z.
        let fields = Array(instant.description)
        func field(_ range: Range<Int>) -> String { String(fields[range]) }
        var text = ""
        var letters = format.makeIterator()
        while let character = letters.next() {
            guard character == "%", let letter = letters.next() else {
                text.append(character)
                continue
            }
            switch letter {
            case "Y": text += field(0..<4)
            case "y": text += field(2..<4)
            case "m": text += field(5..<7)
            case "d": text += field(8..<10)
            case "H": text += field(11..<13)
            case "M": text += field(14..<16)
            case "S": text += field(17..<19)
            case "F": text += field(0..<10)
            case "T": text += field(11..<19)
            case "s": text += String(Self.floor(instant.microseconds, 1_000_000))
            case "j": text += dayOfYear(instant)
            default: text.append(letter)
            }
        }
        return text
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    private static func dayOfYear(_ instant: Timestamp) -> String {
        let day = floor(instant.microseconds, 86_400_000_000)
        let year = CivilDate(daysSinceEpoch: day).components.year
        let first = CivilDate(year: year, month: 1, day: 1)?.daysSinceEpoch ?? day
        let number = String(day - first + 1)
        return String(repeating: "0", count: max(0, 3 - number.count)) + number
    }
}

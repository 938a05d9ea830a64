import OrchModel

/// What kind of value a text of a YAML file is: the core schema of YAML 1.2, and nothing of YAML 1.1.
///
/// So `no`, `on` and `y` are texts, `1:30` is a text and no number of base 60, `010` is ten, and a day is a text.
/// Source: <https://yaml.org/spec/1.2.2/#103-core-schema>
enum CoreSchema {
    /// The value of a scalar; a sentence where it has none.
    static func value(of scalar: YAMLScalar) -> Result<JSONValue, Refusal> {
        switch scalar.form {
        case .text: return .success(.string(scalar.text))
        case .plain:
            if isNull(scalar) { return .success(.null) }
            if let flag = flag(scalar.text) { return .success(.bool(flag)) }
            if looksLikeNumber(scalar.text) { return number(scalar.text) }
            return .success(.string(scalar.text))
        case .tagged(let tag): return value(of: scalar, tag: tag)
        }
    }

    /// Why a scalar has no value here.
    struct Refusal: Error, Hashable {
        var message: String
    }

    static func isNull(_ scalar: YAMLScalar) -> Bool {
        switch scalar.form {
        case .plain: ["", "~", "null", "Null", "NULL"].contains(scalar.text)
        case .tagged(let tag): tag == prefix + "null"
        case .text: false
        }
    }

    /// Words that YAML 1.1 read as true or false, and YAML 1.2 does not.
    static func isFormerFlag(_ text: String) -> Bool {
        ["y", "yes", "n", "no", "on", "off"].contains(text.lowercased())
    }

    static let prefix = "tag:yaml.org,2002:"

    private static func flag(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    private static func value(of scalar: YAMLScalar, tag: String) -> Result<JSONValue, Refusal> {
        let shown = tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
        func wrong(_ expected: String) -> Result<JSONValue, Refusal> {
            .failure(
                Refusal(message: "\(shown): expected \(expected), got \(Shown.quoted(scalar.source ?? scalar.text))"))
        }
        switch tag {
        case prefix + "str", "!": return .success(.string(scalar.text))
        case prefix + "null": return .success(.null)
        case prefix + "bool": return flag(scalar.text).map { .success(.bool($0)) } ?? wrong("true or false")
        case prefix + "int":
            guard looksLikeNumber(scalar.text), case .success(let value) = number(scalar.text), value.intValue != nil
            else { return wrong("a whole number") }
            return .success(value)
        case prefix + "float":
            guard looksLikeNumber(scalar.text), case .success(let value) = number(scalar.text) else {
                return wrong("a number")
            }
            return .success(value)
        default:
            return .failure(
                Refusal(message: "the tag \(shown) is not known: there are !!str, !!int, !!float, !!bool and !!null"))
        }
    }

    /// Whether a text is a number of the core schema: `7`, `-0.5`, `1e3`, `0o17`, `0x1F`, `.inf`, `.nan`.
    static func looksLikeNumber(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        switch text.prefix(2) {
        case "0o":
            return bytes.count > 2
                && bytes.dropFirst(2).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        case "0x": return bytes.count > 2 && text.dropFirst(2).allSatisfy { $0.isASCII && $0.isHexDigit }
        default: break
        }
        var rest = bytes[...]
        let isSigned = rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+")
        if isSigned { rest = rest.dropFirst() }
        let word = String(decoding: rest, as: UTF8.self)
        if [".inf", ".Inf", ".INF"].contains(word) || !isSigned && [".nan", ".NaN", ".NAN"].contains(word) {
            return true
        }
        return isDecimal(rest)
    }

    /// Digits with at most one point, at least one of them; then perhaps an exponent.
    private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        func skipDigits(_ bytes: inout ArraySlice<UInt8>) -> Int {
            let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            bytes = bytes.dropFirst(digits)
            return digits
        }
        var rest = bytes
        var digits = skipDigits(&rest)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            digits += skipDigits(&rest)
        }
        guard digits > 0 else { return false }
        guard let mark = rest.first else { return true }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        return skipDigits(&rest) > 0 && rest.isEmpty
    }

    private static func number(_ text: String) -> Result<JSONValue, Refusal> {
        func tooLarge() -> Result<JSONValue, Refusal> {
            .failure(Refusal(message: "the number \(text.prefix(40)) is too large; quote it where it is a text"))
        }
        if text.hasPrefix("0o") || text.hasPrefix("0x") {
            let value = Int64(text.dropFirst(2), radix: text.hasPrefix("0o") ? 8 : 16)
            return value.map { .success(.int($0)) } ?? tooLarge()
        }
        let isWhole = text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "-" || $0 == "+") }
        if isWhole { return Int64(text).map { .success(.int($0)) } ?? tooLarge() }
        let digits =
            text.last == "." ? String(text.dropLast()) : text.replacing(".e", with: "e").replacing(".E", with: "e")
        guard let value = Double(digits) else {
            return .failure(Refusal(message: "\(text) is no number that a parameter can have"))
        }
        guard value.isFinite else { return tooLarge() }
        return .success(Int64(exactly: value).map(JSONValue.int) ?? .double(value))
    }
}

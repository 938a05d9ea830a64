import FoundationEssentials

/// Reads one JSON text into a ``JSONValue``.
///
/// An agent reads each line of a run stream with it, tens of thousands a second: decoding by `JSONDecoder`, which tries one
/// type after the other for a value that may be any, takes some six times as long. What it accepts is RFC 8259, strictly;
/// source: <https://www.rfc-editor.org/rfc/rfc8259>
struct JSONReader {
    /// How deep arrays and objects may lie within one another: deeper ones would use up the stack.
    static let greatestDepth = 512

    let bytes: UnsafeBufferPointer<UInt8>
    /// Whether an object with two members of one name is a mistake. Defaults to false: the first counts.
    var refusesRepeats = false
    var index = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The value of a text; throws `DecodingError` where it is not JSON.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) throws -> JSONValue {
        try read(bytes, refusesRepeats: false)
    }

    /// The same, where an object with two members of one name may be a mistake.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, refusesRepeats: Bool) throws -> JSONValue {
        var reader = JSONReader(bytes)
        reader.refusesRepeats = refusesRepeats
        // A byte order mark, with which some editors begin a file.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.index = 3 }
        reader.skipSpace()
        let value = try reader.value()
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.error("expected the end of the text") }
        return value
    }

    mutating func value() throws -> JSONValue {
        guard index < bytes.count else { throw error("expected a value") }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try nested { reader in try reader.object() }
        case UInt8(ascii: "["): return try nested { reader in try reader.array() }
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("expected a value")
        }
    }

    private mutating func nested(_ read: (inout JSONReader) throws -> JSONValue) throws -> JSONValue {
        guard depth < Self.greatestDepth else { throw error("values lie more than \(Self.greatestDepth) deep") }
        depth += 1
        index += 1
        skipSpace()
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws -> JSONValue {
        var members: [String: JSONValue] = [:]
        if take("}") { return .object(members) }
        while true {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw error("expected a member's name")
            }
            let name = try string()
            skipSpace()
            guard take(":") else { throw error("expected a colon") }
            skipSpace()
            // Of two members of one name the first counts, as it does where `JSONDecoder` reads.
            let value = try value()
            if let first = members.updateValue(value, forKey: name) {
                guard !refusesRepeats else {
                    throw error("the member \"\(name.prefix(100))\" stands twice in one object")
                }
                members[name] = first
            }
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error("expected a comma or the object's end") }
            skipSpace()
        }
    }

    private mutating func array() throws -> JSONValue {
        var elements: [JSONValue] = []
        if take("]") { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw error("expected a comma or the array's end") }
            skipSpace()
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        let end = index + word.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[index..<end].elementsEqual(expected) else { throw error("expected \(word)") }
        index = end
        return value
    }

    // MARK: - Strings

    mutating func string() throws -> String {
        index += 1
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return try text(bytes[start..<index - 1])
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw error("a control character in a string has to be escaped")
            default: index += 1
            }
        }
        throw error("a string has no end")
    }

    /// The same for a string with escapes, the first of which is next.
    private mutating func escapedString(from start: Int) throws -> String {
        var content = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return try content.withUnsafeBufferPointer { try text($0[...]) }
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0..<0x20: throw error("a control character in a string has to be escaped")
            default: content.append(byte)
            }
        }
        throw error("a string has no end")
    }

    private mutating func escape(into content: inout [UInt8]) throws {
        guard index < bytes.count else { throw error("a string has no end") }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try hexDigits())
            if 0xD800..<0xDC00 ~= code {
                guard take("\\"), take("u") else { throw error("half of a character in a string") }
                let low = UInt32(try hexDigits())
                guard 0xDC00..<0xE000 ~= low else { throw error("half of a character in a string") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half of a character in a string") }
            content.append(contentsOf: String(Character(scalar)).utf8)
        default: throw error("an unknown escape in a string")
        }
    }

    private mutating func hexDigits() throws -> UInt16 {
        guard index + 4 <= bytes.count else { throw error("a string has no end") }
        var code: UInt16 = 0
        for byte in bytes[index..<index + 4] {
            guard let digit = Self.hexDigit(byte) else { throw error("expected four hexadecimal digits") }
            code = code << 4 | UInt16(digit)
        }
        index += 4
        return code
    }

    /// The value of a hexadecimal digit; nil for any other byte.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private func text(_ utf8: Slice<UnsafeBufferPointer<UInt8>>) throws -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw error("a string is not UTF-8") }
        return text
    }

    // MARK: - Numbers

    private mutating func number() throws -> JSONValue {
        let start = index
        _ = take("-")
        guard index < bytes.count, Self.isDigit(bytes[index]) else { throw error("expected a digit") }
        if bytes[index] == UInt8(ascii: "0") { index += 1 } else { skipDigits() }
        if index < bytes.count, Self.isDigit(bytes[index]) { throw error("a number begins with 0") }
        var isWhole = true
        if take(".") {
            isWhole = false
            try digits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else { throw error("a number is too large") }
        return Int64(exactly: value).map(JSONValue.int) ?? .double(value)
    }

    private mutating func digits() throws {
        guard index < bytes.count, Self.isDigit(bytes[index]) else { throw error("expected a digit") }
        skipDigits()
    }

    private mutating func skipDigits() {
        while index < bytes.count, Self.isDigit(bytes[index]) { index += 1 }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    // MARK: - Bytes

    mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    func error(_ what: String) -> DecodingError {
        // Counted only here, as hardly any text has an error.
        let before = bytes[..<min(index, bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = index - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
        let end = index < bytes.count ? "" : ", but the text ends"
        let place = "not JSON at line \(line), byte \(column): \(what)\(end)"
        return .dataCorrupted(.init(codingPath: [], debugDescription: place))
    }
}

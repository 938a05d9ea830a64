/// Reading values of known types one by one, without building a ``JSONValue`` first.
///
/// For texts in the one form that ``JSONObjectWriter`` has: no white space between the parts. Whoever reads a text that
/// somebody else may have written reads it as a value where this throws.
extension JSONReader {
    /// The name of an object's member, as it stands in the text.
    struct MemberName {
        fileprivate let bytes: UnsafeBufferPointer<UInt8>

        /// Lets names be told apart by `switch`.
        static func ~= (name: StaticString, member: MemberName) -> Bool {
            let expected = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            return member.bytes.count == expected.count && member.bytes.elementsEqual(expected)
        }

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Reads an object: `read` is given each member's name and reads its value.
    mutating func object(_ read: (inout JSONReader, MemberName) throws -> Void) throws {
        guard take("{") else { throw error("expected an object") }
        try members(read)
    }

    /// Reads the members of an object, the first of which is next, and the object's end.
    mutating func members(_ read: (inout JSONReader, MemberName) throws -> Void) throws {
        if take("}") { return }
        repeat {
            let name = MemberName(bytes: try plainString())
            guard take(":") else { throw error("expected a colon") }
            try read(&self, name)
        } while take(",")
        guard take("}") else { throw error("expected a comma or the object's end") }
    }

    /// A text.
    mutating func readString() throws -> String {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw error("expected a string") }
        return try string()
    }

    /// A whole number of at most 18 digits.
    mutating func integer() throws -> Int {
        let isNegative = take("-")
        let start = index
        var value = 0
        while index < bytes.count, Self.isDigit(bytes[index]), index - start < 18 {
            value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
            index += 1
        }
        guard index > start, index - start == 1 || bytes[start] != UInt8(ascii: "0"),
            index == bytes.count || ![UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[index])
        else { throw error("expected a whole number") }
        return isNegative ? -value : value
    }

    mutating func readBool() throws -> Bool {
        if skips("true") { return true }
        guard skips("false") else { throw error("expected true or false") }
        return false
    }

    mutating func time() throws -> Timestamp {
        guard let time = Timestamp(utf8: try plainString()) else { throw error("expected a time") }
        return time
    }

    mutating func identifier() throws -> Identifier {
        guard let identifier = Identifier(utf8: try plainString()) else { throw error("expected an identifier") }
        return identifier
    }

    /// A text that is one of a type's words.
    mutating func word<Word: RawRepresentable<String>>(_ type: Word.Type = Word.self) throws -> Word {
        guard let word = Word(rawValue: try readString()) else { throw error("an unknown word") }
        return word
    }

    /// Passes over these very bytes; false where others come.
    mutating func skips(_ text: StaticString) -> Bool {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes.count - index >= expected.count, bytes[index..<index + expected.count].elementsEqual(expected)
        else {
            return false
        }
        index += expected.count
        return true
    }

    /// The bytes of a text without escapes.
    private mutating func plainString() throws -> UnsafeBufferPointer<UInt8> {
        guard take("\"") else { throw error("expected a string") }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            guard bytes[index] != UInt8(ascii: "\\"), bytes[index] >= 0x20 else {
                throw error("expected a plain string")
            }
            index += 1
        }
        guard take("\"") else { throw error("a string has no end") }
        return UnsafeBufferPointer(rebasing: bytes[start..<index - 1])
    }
}

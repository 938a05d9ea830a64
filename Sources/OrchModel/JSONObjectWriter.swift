/// Writes a JSON object member by member, in the order in which they are given: what a flow program does for each record it
/// reports, without building a ``JSONValue`` first.
struct JSONObjectWriter {
    /// What was written so far.
    private(set) var bytes: [UInt8] = []
    private var hasMembers = false

    /// The object of what `write` writes.
    static func object(_ write: (inout JSONObjectWriter) -> Void) -> [UInt8] {
        var writer = JSONObjectWriter()
        writer.bytes.reserveCapacity(512)
        writer.bytes.append(UInt8(ascii: "{"))
        write(&writer)
        writer.bytes.append(UInt8(ascii: "}"))
        return writer.bytes
    }

    mutating func member(_ name: StaticString, _ text: String) {
        begin(name)
        JSONValue.writeQuoted(text, to: &bytes)
    }

    mutating func member(_ name: StaticString, _ number: Int) {
        begin(name)
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func member(_ name: StaticString, _ value: JSONValue) {
        begin(name)
        value.write(to: &bytes)
    }

    mutating func member(_ name: StaticString, _ identifier: Identifier?) {
        guard let identifier else { return }
        begin(name)
        quote(identifier.description)
    }

    mutating func member(_ name: StaticString, _ time: Timestamp?) {
        guard let time else { return }
        begin(name)
        quote(time.description)
    }

    mutating func member(_ name: StaticString, _ state: RunState) {
        object(name) { writer in
            writer.member("actor", state.actor)
            writer.member("at", state.at)
            writer.member("message", state.message)
            writer.member("name", state.name)
            writer.member("type", state.type.rawValue)
        }
    }

    /// A member that is an object itself.
    mutating func object(_ name: StaticString, _ write: (inout JSONObjectWriter) -> Void) {
        begin(name)
        bytes.append(UInt8(ascii: "{"))
        hasMembers = false
        write(&self)
        bytes.append(UInt8(ascii: "}"))
        hasMembers = true
    }

    /// A member whose name is known only now.
    mutating func member(named name: String, _ value: JSONValue) {
        separate()
        JSONValue.writeQuoted(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        value.write(to: &bytes)
    }

    private mutating func begin(_ name: StaticString) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func separate() {
        if hasMembers { bytes.append(UInt8(ascii: ",")) }
        hasMembers = true
    }

    /// A text in which nothing has to be escaped.
    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func quote(_ text: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
    }
}

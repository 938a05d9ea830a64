internal import CYaml

/// The events of a YAML text, one by one, in Swift's own values.
///
/// Source: <https://pyyaml.org/wiki/LibYAML>
final class YAMLEvents {
    struct Event {
        var kind: Kind
        var place: SourcePlace
    }

    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(YAMLScalar, anchor: String?)
        case listStart(anchor: String?)
        case listEnd
        case mappingStart(anchor: String?)
        case mappingEnd
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutablePointer<UInt8>
    private let bytes: [UInt8]
    private let isReady: Bool

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // The parser keeps the address, so the text has one of its own.
        input = .allocate(capacity: max(1, bytes.count))
        input.initialize(repeating: 0, count: max(1, bytes.count))
        input.update(from: bytes, count: bytes.count)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        isReady = yaml_parser_initialize(parser) == 1
        if isReady {
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, input, bytes.count)
        }
    }

    deinit {
        if isReady { yaml_parser_delete(parser) }
        parser.deallocate()
        input.deallocate()
    }

    /// The next event.
    ///
    /// - Throws: what is wrong with the text, and where.
    func next() throws(FileProblem) -> Event {
        guard isReady else { throw FileProblem("there is not enough memory to read the file", at: nil) }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { yaml_event_delete(&event) }
        let place = SourcePlace(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
        return Event(kind: try Self.kind(of: event, at: place), place: place)
    }

    private static func kind(of event: yaml_event_t, at place: SourcePlace) throws(FileProblem) -> Kind {
        switch event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let data = event.data.scalar
            let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
            let scalar = YAMLScalar(String(decoding: bytes, as: UTF8.self), form(of: event))
            return .scalar(scalar, anchor: text(data.anchor))
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            try check(tag: text(data.tag), is: "seq", at: place)
            return .listStart(anchor: text(data.anchor))
        case YAML_SEQUENCE_END_EVENT: return .listEnd
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            try check(tag: text(data.tag), is: "map", at: place)
            return .mappingStart(anchor: text(data.anchor))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .streamEnd
        }
    }

    private static func form(of event: yaml_event_t) -> YAMLScalar.Form {
        let data = event.data.scalar
        if let tag = text(data.tag) { return tag == CoreSchema.prefix + "str" ? .text : .tagged(tag) }
        return data.style == YAML_PLAIN_SCALAR_STYLE ? .plain : .text
    }

    private static func check(tag: String?, is expected: String, at place: SourcePlace) throws(FileProblem) {
        guard let tag, tag != "!", tag != CoreSchema.prefix + expected else { return }
        throw FileProblem("the tag \(tag) is not known here: there are !!map and !!seq", at: place)
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(decodingCString: $0, as: UTF8.self) }
    }

    private func problem() -> FileProblem {
        let state = parser.pointee
        let what = state.problem.map { String(cString: $0) } ?? "it cannot be read"
        let context = state.context.map { String(cString: $0) + ": " } ?? ""
        if state.error == YAML_READER_ERROR {
            return FileProblem("not YAML: \(what)", at: Self.place(ofByte: state.problem_offset, in: bytes))
        }
        let mark = state.problem_mark
        let place = SourcePlace(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        return FileProblem("not YAML: \(context)\(what)\(Self.hint(what))", at: place)
    }

    /// What the usual cause of a mistake is.
    private static func hint(_ what: String) -> String {
        switch what {
        case "mapping values are not allowed in this context":
            " (a text with \": \" in it has to be quoted, and keys of one mapping begin in one column)"
        case "found character that cannot start any token":
            " (YAML indents by spaces, never by tabs; a text that begins with @, ` or % has to be quoted)"
        case "did not find expected <document start>":
            " (a document is one mapping; texts with \": \" or \" #\" in them have to be quoted)"
        case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
            " (within [ ] and { } a text with a brace, a bracket or a comma in it has to be quoted: \"${NAME}\", which is a text; "
                + "for a number write it on a line of its own, without quotes and braces: year: ${YEAR})"
        default: ""
        }
    }

    /// Where a byte is, its column counted in characters.
    static func place(ofByte offset: Int, in bytes: [UInt8]) -> SourcePlace {
        let before = bytes[..<min(max(0, offset), bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return SourcePlace(
            line: line, column: String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1)
    }
}

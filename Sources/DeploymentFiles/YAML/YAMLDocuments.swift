internal import CYaml

/// Reads the documents of a YAML file by the events of libyaml.
///
/// Trees are made here and not by Yams' own composer: that one compares keys with everything that aliases in them stand for,
/// which takes for ever on a file of some lines that was made for it; it stops at the first key that stands twice; and it
/// reads words as YAML 1.1 does. See docs/decisions/0029.
struct YAMLDocuments {
    /// How deep values may lie within one another.
    static let greatestDepth = 100
    /// How many values a file may be, each alias counted as what it stands for.
    static let mostValues = 200_000
    /// How many bytes a file may have.
    static let mostBytes = 4 << 20

    private let events: YAMLEvents
    private var anchors: [String: YAMLNode] = [:]
    private var values = 0
    private var depth = 0
    /// What is wrong, but does not keep the rest from being read.
    private(set) var problems: [FileProblem] = []

    /// The values of the documents that are not empty.
    ///
    /// - Parameter problems: gets what is wrong but did not keep the rest from being read.
    /// - Throws: the first mistake after which nothing can be read.
    static func read(_ bytes: [UInt8], problems: inout [FileProblem]) throws(FileProblem) -> [YAMLNode] {
        guard bytes.count <= mostBytes else {
            throw FileProblem("the file has \(bytes.count) bytes: expected at most \(mostBytes)", at: nil)
        }
        if let place = firstPlaceThatIsNotUTF8(bytes) {
            throw FileProblem("expected UTF-8, got other bytes: save the file as UTF-8", at: place)
        }
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let events = YAMLEvents(hasMark ? Array(bytes.dropFirst(3)) : bytes)
        var documents = YAMLDocuments(events: events)
        defer { problems += documents.problems }
        return try documents.all()
    }

    private init(events: YAMLEvents) {
        self.events = events
    }

    private static func firstPlaceThatIsNotUTF8(_ bytes: [UInt8]) -> SourcePlace? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var good = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { good += scalar.count }
        return YAMLEvents.place(ofByte: good, in: bytes)
    }

    private mutating func all() throws(FileProblem) -> [YAMLNode] {
        var documents: [YAMLNode] = []
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .documentStart: anchors = [:]
            case .streamEnd: return documents
            case .scalar, .alias, .listStart, .mappingStart:
                let node = try node(event)
                if !node.isNull { documents.append(node) }
            case .listEnd, .mappingEnd: throw FileProblem("expected a value", at: event.place)
            }
        }
    }

    private mutating func node(_ event: YAMLEvents.Event) throws(FileProblem) -> YAMLNode {
        switch event.kind {
        case .alias(let name):
            guard let node = anchors[name] else {
                throw FileProblem(
                    "there is no &\(name) before *\(name)" + nearest(to: name)
                        + "; an alias inside of its own anchor is not read", at: event.place)
            }
            try count(node.weight, at: event.place)
            return node
        case .scalar(let scalar, let anchor):
            try count(1, at: event.place)
            let node = YAMLNode(.scalar(scalar), at: event.place)
            if let anchor { anchors[anchor] = node }
            return node
        case .listStart(let anchor):
            let node = try deeper(at: event.place) { documents throws(FileProblem) in
                YAMLNode(.list(try documents.elements()), at: event.place)
            }
            if let anchor { anchors[anchor] = node }
            return node
        case .mappingStart(let anchor):
            let node = try deeper(at: event.place) { documents throws(FileProblem) in
                YAMLNode(.mapping(try documents.members()), at: event.place)
            }
            if let anchor { anchors[anchor] = node }
            return node
        default: throw FileProblem("expected a value", at: event.place)
        }
    }

    private func nearest(to name: String) -> String {
        YAMLNames.hint(for: name, among: Array(anchors.keys)).map { ": \($0)" } ?? ""
    }

    private mutating func count(_ more: Int, at place: SourcePlace) throws(FileProblem) {
        values += more
        guard values <= Self.mostValues else {
            throw FileProblem(
                "the file is more than \(Self.mostValues) values, aliases counted as what they stand for", at: place)
        }
    }

    private mutating func deeper(
        at place: SourcePlace, _ read: (inout YAMLDocuments) throws(FileProblem) -> YAMLNode
    ) throws(FileProblem) -> YAMLNode {
        try count(1, at: place)
        guard depth < Self.greatestDepth else {
            throw FileProblem("values lie more than \(Self.greatestDepth) deep here", at: place)
        }
        depth += 1
        let node = try read(&self)
        depth -= 1
        return node
    }

    private mutating func elements() throws(FileProblem) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .listEnd = event.kind { return elements }
            elements.append(try node(event))
        }
    }

    private mutating func members() throws(FileProblem) -> [YAMLMember] {
        var members: [YAMLMember] = []
        var merged: [YAMLMember] = []
        var places: [String: SourcePlace] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { break }
            let key = try node(event)
            let value = try node(try events.next())
            guard let scalar = key.scalar else {
                let hint =
                    key.members == nil ? "" : "; a text with {{ … }} in it has to be quoted: \"{{ … }}\""
                problems.append(
                    FileProblem("expected a key that is a text, got \(Shown.node(key))\(hint)", at: event.place))
                continue
            }
            if scalar.text == "<<", scalar.form == .plain {
                merged += membersToMerge(value)
            } else if let first = places[scalar.text] {
                problems.append(
                    FileProblem(
                        "the key \(Shown.quoted(scalar.text)) stands here again; its first place is line "
                            + "\(first.line), column \(first.column)", at: event.place))
            } else {
                places[scalar.text] = event.place
                members.append(YAMLMember(name: scalar.text, place: event.place, value: value))
            }
        }
        for member in merged where places[member.name] == nil {
            places[member.name] = member.place
            members.append(member)
        }
        try count(merged.reduce(0) { $0 + $1.value.weight }, at: SourcePlace(line: 1, column: 1))
        return members
    }

    /// The members that `<<` brings: those of a mapping, or of several, of which the first counts.
    private mutating func membersToMerge(_ value: YAMLNode) -> [YAMLMember] {
        if let members = value.members { return members }
        if let elements = value.elements, elements.allSatisfy({ $0.members != nil }) {
            return elements.flatMap { $0.members ?? [] }
        }
        problems.append(
            FileProblem("<<: expected a mapping or a list of mappings, got \(Shown.node(value))", at: value.place))
        return []
    }
}

/// A value of a YAML document, with where it stands.
struct YAMLNode: Hashable, Sendable {
    indirect enum Content: Hashable, Sendable {
        case scalar(YAMLScalar)
        case list([YAMLNode])
        /// Members in the order of the file; no two have one name.
        case mapping([YAMLMember])
    }

    var content: Content
    /// Where it begins.
    var place: SourcePlace
    /// How many values it is, with those inside it.
    var weight: Int

    init(_ content: Content, at place: SourcePlace) {
        self.content = content
        self.place = place
        weight =
            switch content {
            case .scalar: 1
            case .list(let elements): elements.reduce(1) { $0 + $1.weight }
            case .mapping(let members): members.reduce(1) { $0 + 1 + $1.value.weight }
            }
    }

    /// Whether nothing stands there: `~`, `null`, or no text at all.
    var isNull: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return CoreSchema.isNull(scalar)
    }

    /// The members, where it is a mapping.
    var members: [YAMLMember]? {
        if case .mapping(let members) = content { members } else { nil }
    }

    /// The elements, where it is a list.
    var elements: [YAMLNode]? {
        if case .list(let elements) = content { elements } else { nil }
    }

    /// The text, where it is a single value.
    var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }
}

/// A member of a mapping.
struct YAMLMember: Hashable, Sendable {
    var name: String
    var place: SourcePlace
    var value: YAMLNode
}

/// A single value as it is written.
struct YAMLScalar: Hashable, Sendable {
    /// How its kind is found.
    enum Form: Hashable, Sendable {
        /// By what its text looks like.
        case plain
        /// It is a text: quoted, a block, or marked as one.
        case text
        /// By its tag, such as `!!int`.
        case tagged(String)
    }

    var text: String
    var form: Form
    /// What stood there before variables were filled in; nil where none were. Messages show it in place of the text, which may
    /// be a secret.
    var source: String?

    init(_ text: String, _ form: Form = .plain, source: String? = nil) {
        self.text = text
        self.form = form
        self.source = source
    }
}

import OrchModel

/// What may stand under a key. Reader, JSON Schema and the pages of the documentation are made of it, so that they cannot differ.
indirect enum ValueShape: Sendable {
    /// A text on one line; numbers and words that stand there unquoted are taken as they are written: `version: 1.10`.
    case text
    /// A text of any lines.
    case prose
    /// A whole number.
    case whole(ClosedRange<Int64>)
    /// A number.
    case number(ClosedRange<Double>)
    case flag
    /// A length of time: seconds, or a text such as `90s`, `1h30m` or `PT1H`. Read as seconds.
    case span
    /// One of these words. Upper and lower case, `-` and `_` count as equal.
    case choice([String])
    /// `true` and `false` stand for the first two words of a choice.
    case flagOrChoice(onTrue: String, onFalse: String, [String])
    case list(ValueShape)
    /// A list, or one element of it alone.
    case oneOrList(ValueShape)
    /// A mapping of any names.
    case map(ValueShape)
    /// The same, where nothing may stand as a value, and means something.
    case mapOrNothing(ValueShape)
    case object(ObjectShape)
    /// A mapping, or in short form something else: its value stands under that key.
    case objectOrShort(ObjectShape, key: String, ValueShape)
    /// Fields of an infrastructure that are different from those of its block.
    case overrides
    case any
}

/// A mapping of known keys.
struct ObjectShape: Sendable {
    /// What it is, for messages: `a deployment`.
    var name: String
    var keys: [KeyShape]
    /// Keys of Prefect's that have no meaning here.
    var foreign: [ForeignKey] = []

    /// The key of that name, or with it as another name.
    func key(_ name: String) -> KeyShape? {
        keys.first { $0.name == name || $0.otherNames.contains(name) }
    }

    /// The name that was probably meant; a key's first name wins over its others where they are as near.
    func nearest(to name: String) -> String? {
        let names = keys.flatMap { [$0.name] + $0.otherNames }
        guard let nearest = NearestName.nearest(to: name, in: names, limit: 1).first else { return nil }
        guard let first = key(nearest)?.name,
            NearestName.distance(name, first) <= NearestName.distance(name, nearest)
        else { return nearest }
        return first
    }
}

/// One key of a mapping.
struct KeyShape: Sendable {
    var name: String
    var otherNames: [String]
    var shape: ValueShape
    /// What it says, and what holds where it is not there.
    var help: String
    var isRequired: Bool

    init(_ name: String, _ shape: ValueShape, _ help: String, otherNames: [String] = [], isRequired: Bool = false) {
        self.name = name
        self.otherNames = otherNames
        self.shape = shape
        self.help = help
        self.isRequired = isRequired
    }
}

/// A key that says something to Prefect and nothing here.
struct ForeignKey: Sendable {
    var name: String
    /// What it does there, as in `Prefect: …`.
    var there: String
    /// What to know here.
    var here: String

    init(_ name: String, _ there: String, here: String) {
        self.name = name
        self.there = there
        self.here = here
    }

    var warning: String { "\(name) has no meaning here. In Prefect: \(there). Here: \(here)" }
}

/// Something that a run made to be looked at: a text, a table, a link, an image. Each one that is reported under a key is a
/// version of it.
public struct Artifact: Codable, Hashable, Sendable, Identifiable {
    public var id: Identifier
    /// The name it is found by.
    public var key: String
    /// `markdown`, `table`, `link` or `image`; another word of a newer program.
    public var type: String
    /// What it shows, in a sentence; empty where nothing was said.
    public var description: String
    /// The run that made it: the container's own, or a child run in it.
    public var flowRunID: Identifier
    public var flowRunName: String
    public var flowName: String
    /// The attempt that made it, from 1.
    public var attempt: Int
    /// The task run that made it; nil where none did.
    public var taskRunID: Identifier?
    /// When it was made, by the clock of the flow program.
    public var at: Timestamp
    /// How long its content is as JSON, in bytes.
    public var bytes: Int
    /// What is looked at, in the form its type has, see ``ArtifactContent``; nil in lists.
    public var data: JSONValue?

    public init(
        id: Identifier, key: String, type: String, description: String, flowRunID: Identifier, flowRunName: String,
        flowName: String, attempt: Int, taskRunID: Identifier? = nil, at: Timestamp, bytes: Int, data: JSONValue? = nil
    ) {
        self.id = id
        self.key = key
        self.type = type
        self.description = description
        self.flowRunID = flowRunID
        self.flowRunName = flowRunName
        self.flowName = flowName
        self.attempt = attempt
        self.taskRunID = taskRunID
        self.at = at
        self.bytes = bytes
        self.data = data
    }
}

/// Answer of `GET /api/artifacts` and `GET /api/artifacts/history`.
public struct ArtifactPage: Codable, Hashable, Sendable {
    /// Without their content.
    public var artifacts: [Artifact]
    /// What to ask `after` for more; nil at the end.
    public var next: String?

    public init(artifacts: [Artifact], next: String?) {
        self.artifacts = artifacts
        self.next = next
    }
}

/// An artifact that a run of an attempt made, as its agent reports it.
public struct ArtifactReport: Codable, Hashable, Sendable {
    /// The run that made it: the container's own, or a child run in it.
    public var flowRunID: Identifier
    public var taskRunID: Identifier?
    /// Its number in the attempt's run stream, by which a report that comes again is known.
    public var sequence: Int64
    /// When it was made, by the clock of the flow program.
    public var at: Timestamp
    public var key: String
    public var type: String
    public var description: String
    public var data: JSONValue

    public init(
        flowRunID: Identifier, taskRunID: Identifier? = nil, sequence: Int64, at: Timestamp, key: String, type: String,
        description: String = "", data: JSONValue
    ) {
        self.flowRunID = flowRunID
        self.taskRunID = taskRunID
        self.sequence = sequence
        self.at = at
        self.key = key
        self.type = type
        self.description = description
        self.data = data
    }
}

/// How much artifacts may take.
public enum ArtifactLimits {
    /// The most bytes of one's content as JSON: what is longer is cut, with a mark, or refused where it cannot be.
    public static let contentBytes = 256 << 10
    /// The most characters of a key.
    public static let keyLength = 100
    /// The most bytes of a description.
    public static let descriptionBytes = 1024
    /// The most artifacts that an attempt keeps.
    public static let perAttempt = 1000
    /// The most bytes that all artifacts of an attempt keep.
    public static let bytesPerAttempt = 16 << 20

    /// Whether a text may be a key: letters, digits, `-`, `_` and `.`, 1 to ``keyLength`` of them.
    public static func isKey(_ text: String) -> Bool {
        (1...keyLength).contains(text.utf8.count) && BlockEnvironment.isValid(name: text)
    }
}

/// A queue's name, and what may be said of it.
public enum WorkQueueRules {
    /// The queue that is always there.
    public static let defaultName = "default"
    /// Priorities of queues, as those of runs; smaller ones come first.
    public static let priorities = RunPriority.range
    /// The longest name, in bytes.
    public static let longestName = 200

    /// What is wrong with a name; nil where nothing is.
    public static func problem(name: String) -> String? {
        guard !name.isEmpty, name.utf8.count <= longestName, PlainText.isPlain(name), !name.contains("/") else {
            return "a queue's name: expected 1 to \(longestName) bytes on one line and no \"/\""
        }
        guard !QueueSelector.isPattern(name) else {
            return "a queue's name: \"\(name)\" is a pattern; expected no * and no ?"
        }
        return nil
    }

    /// What is said where somebody names a queue that does not exist.
    ///
    /// - Parameter known: those that exist.
    public static func unknown(_ name: String, known: some Sequence<String>) -> String {
        let nearest = NearestName.nearest(to: name, in: known, limit: 1).first
        let hint = nearest.map { "did you mean \"\($0)\"? " } ?? ""
        let name = PlainText.cut(name)
        return "there is no work queue \"\(name)\": \(hint)A new one is made with `orch work-queue create \(name)`"
    }
}

/// Body of `POST /api/work-queues`.
public struct WorkQueueRequest: Codable, Hashable, Sendable {
    public var name: String
    public var description: String?
    /// From 0 to 1000, smaller ones first; nil = 0.
    public var priority: Int?
    /// How many of its runs may be live at once; nil = any number.
    public var limit: Int?
    /// Whether one that exists already is no error, and stays as it is; nil = no.
    public var mayExist: Bool?

    public init(
        name: String, description: String? = nil, priority: Int? = nil, limit: Int? = nil, mayExist: Bool? = nil
    ) {
        self.name = name
        self.description = description
        self.priority = priority
        self.limit = limit
        self.mayExist = mayExist
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, description, priority, limit, mayExist
    }
}

extension WorkQueueRequest: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// Body of `POST /api/work-queues/{name}`: what is to change; nil stays.
public struct WorkQueueChange: Codable, Hashable, Sendable {
    public var description: String?
    public var priority: Int?
    /// How many of its runs may be live at once.
    public var limit: Int?
    /// Whether the limit is to go; nil = no.
    public var clearsLimit: Bool?
    /// Whether its runs wait.
    public var isPaused: Bool?

    public init(
        description: String? = nil, priority: Int? = nil, limit: Int? = nil, clearsLimit: Bool? = nil,
        isPaused: Bool? = nil
    ) {
        self.description = description
        self.priority = priority
        self.limit = limit
        self.clearsLimit = clearsLimit
        self.isPaused = isPaused
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case description, priority, limit, clearsLimit, isPaused
    }
}

extension WorkQueueChange: ClosedObject {
    public static var memberNames: [String] { CodingKeys.allCases.map(\.rawValue) }
}

/// How a queue does, in a word.
public enum QueueHealth: String, Codable, Hashable, Sendable, CaseIterable {
    /// Agents ask for its work, and what is due is started.
    case healthy
    /// Nobody asks for its work.
    case notPolled = "not polled"
    /// Its runs wait because somebody wished so.
    case paused
    /// Runs that nothing holds back have been due for longer than 15 s.
    case late
}

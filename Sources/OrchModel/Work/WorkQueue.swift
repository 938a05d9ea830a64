/// A queue's name, and what may be said of it.
public enum WorkQueueRules {
    /// The queue that is always there.
    public static let defaultName = "default"
    /// Priorities of queues, as those of runs; smaller ones come first.
    public static let priorities = RunPriority.range
    /// The longest name, in bytes.
    public static let longestName = 200

    /// What is wrong with the name of a new queue; nil where nothing is. Those that are there keep theirs.
    ///
    /// A name means nothing to a shell, a path or a pattern, so that what people are told to type can be typed.
    public static func problem(name: String) -> String? {
        guard !QueueSelector.isPattern(name) else {
            return "a queue's name: \(PlainText.quoted(name)) is a pattern; expected no * and no ?"
        }
        let isFit =
            name.utf8.count <= longestName && name.unicodeScalars.allSatisfy { isWord($0) || signs.contains($0) }
        guard let first = name.unicodeScalars.first, isFit, isWord(first) || first == "_" else {
            return "a queue's name: expected 1 to \(longestName) bytes of letters, digits, and . _ - : @ +, "
                + "the first of them a letter, a digit or _, got \(PlainText.quoted(name))"
        }
        return nil
    }

    /// What names hold beside letters and digits.
    private static let signs = "._-:@+".unicodeScalars

    /// Whether it is part of a letter or a digit, of any script.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        let facts = scalar.properties
        return facts.isAlphabetic || facts.generalCategory == .decimalNumber || facts.generalCategory == .nonspacingMark
    }

    /// What is said where somebody names a queue that does not exist.
    ///
    /// - Parameter known: those that exist.
    public static func unknown(_ name: String, known: some Sequence<String>) -> String {
        let nearest = NearestName.nearest(to: name, in: known, limit: 1).first
        let hint = nearest.map { "did you mean \"\($0)\"? " } ?? ""
        let start = "there is no work queue \(PlainText.quoted(name)): \(hint)"
        guard let problem = problem(name: name) else {
            return start + "A new one is made with `orch work-queue create \(PlainText.cut(name))`"
        }
        return start + "None can be made of that name: \(problem)"
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

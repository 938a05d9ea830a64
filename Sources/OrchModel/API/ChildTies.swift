/// How a run with a container of its own is tied to the run that made it.
public struct ChildTies: Codable, Hashable, Sendable {
    /// How many runs it is inside of: 1 for a child of a run that nobody made.
    public var depth: Int
    /// Where in its parent it was made: the same in each attempt of the parent; nil = nobody said.
    public var place: ChildPlace?
    /// Whether its parent waits for its end.
    public var isAwaited: Bool
    /// Whether it goes on where its parent is cancelled.
    public var isDetached: Bool
    /// Whether it is an image and a command that its parent named, and no deployment's run.
    public var isContainer: Bool

    /// How many runs one may be inside of at most.
    public static let deepest = 64

    public init(
        depth: Int, place: ChildPlace? = nil, isAwaited: Bool = false, isDetached: Bool = false,
        isContainer: Bool = false
    ) {
        self.depth = depth
        self.place = place
        self.isAwaited = isAwaited
        self.isDetached = isDetached
        self.isContainer = isContainer
    }
}

/// A place in a run that makes another one.
public struct ChildPlace: Codable, Hashable, Sendable {
    /// A hash of the place and of what is to be run there: one child run for each.
    public var key: String
    /// Which try of that place asks: a child that has not completed is tried again for another one, and not for the same.
    public var attempt: String

    public init(key: String, attempt: String) {
        self.key = key
        self.attempt = attempt
    }
}

/// Body of `POST /api/flow-runs/{id}/children`: a run with a container of its own that another run makes.
public struct ChildRunRequest: Codable, Hashable, Sendable {
    /// The deployment to be run; nil where it is an image and a command.
    public var deployment: String?
    /// The image and the command; nil where it is a deployment.
    public var container: ContainerTask?
    /// Of a deployment, over its own.
    public var parameters: [String: JSONValue]
    public var tags: [String]
    /// In place of the deployment's policy; nil = the deployment's.
    public var policy: RunPolicy?
    /// Where in the parent it is made; the same again is the same child.
    public var place: ChildPlace
    /// Whether the parent waits for its end.
    public var isAwaited: Bool
    /// Whether it goes on where the parent is cancelled.
    public var isDetached: Bool

    public init(
        deployment: String? = nil, container: ContainerTask? = nil, parameters: [String: JSONValue] = [:],
        tags: [String] = [], policy: RunPolicy? = nil, place: ChildPlace, isAwaited: Bool = true,
        isDetached: Bool = false
    ) {
        self.deployment = deployment
        self.container = container
        self.parameters = parameters
        self.tags = tags
        self.policy = policy
        self.place = place
        self.isAwaited = isAwaited
        self.isDetached = isDetached
    }
}

/// An image and a command that a run has run in a container of its own.
public struct ContainerTask: Codable, Hashable, Sendable {
    /// What runs of it are called, for people.
    public var name: String
    public var image: String
    /// The container's arguments; empty = the image's own command.
    public var command: [String]
    /// Variables of its environment; their values are kept as secrets.
    public var environment: [String: String]

    public init(name: String, image: String, command: [String], environment: [String: String] = [:]) {
        self.name = name
        self.image = image
        self.command = command
        self.environment = environment
    }

    /// The longest argument, and the longest variable with its name, in bytes: what the kernel takes.
    ///
    /// Source: `MAX_ARG_STRLEN` of Linux's `include/uapi/linux/binfmts.h`.
    public static let longestText = 131_071

    /// What is wrong with it, a sentence for each thing; empty where nothing is. Values are never in it.
    public var problems: [String] {
        var problems: [String] = []
        if name.isEmpty || name.utf8.count > 200 || name.contains("/") || !PlainText.isPlain(name) {
            problems.append("name: expected 1 to 200 bytes without \"/\", \(PlainText.expected)")
        }
        if image.isEmpty || image.utf8.count > 1000 || !PlainText.isPlain(image) || image.contains(" ") {
            problems.append("image: expected an image such as python:3.12-slim")
        }
        if command.count > 10_000 { problems.append("command: expected 10000 arguments at most, got \(command.count)") }
        for (index, argument) in command.enumerated()
        where argument.utf8.contains(0) || argument.utf8.count > Self.longestText {
            problems.append(
                "command[\(index)]: expected \(Self.longestText) bytes at most and no NUL, got \(argument.utf8.count) bytes"
            )
        }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) || name.utf8.contains(0) {
                problems.append("environment: expected names without = and NUL, got \"\(name.prefix(100))\"")
            } else if name.hasPrefix("ORCH_") {
                problems.append(
                    "environment: \(name) begins with ORCH_, as orch's own variables do: choose another name")
            } else if value.utf8.contains(0) || name.utf8.count + value.utf8.count + 2 > Self.longestText {
                problems.append(
                    "environment: the value of \(name.prefix(100)) has \(value.utf8.count) bytes: expected no NUL, and "
                        + "\(Self.longestText) bytes at most with the name")
            }
        }
        return problems
    }
}

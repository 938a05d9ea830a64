/// A question that only a host with the engine can answer.
public struct AgentTask: Codable, Hashable, Sendable {
    /// What is asked.
    public enum Question: Codable, Hashable, Sendable {
        /// Read an image's description, starting nothing where it holds the file. With an infrastructure, an image that is
        /// not on the agent's host is pulled before, as the first run of such a deployment would have it pulled.
        case describeImage(reference: String, infrastructure: Infrastructure? = nil)
        /// Start a container like a run's and let it call the API's health address. Asked with an empty `apiURL`,
        /// the controller fills in what runs are given: its address for containers and the default container block.
        case probe(image: String, container: DockerContainerBlock, apiURL: String)

        /// The image, or the program, that it is about.
        public var image: String {
            switch self {
            case .describeImage(let reference, _): ProgramReference.path(reference) ?? reference
            case .probe(let image, _, _): image
            }
        }
    }

    public var id: Identifier
    public var question: Question
    /// How the image may be pulled; nil = not at all. The controller says so to the agent alone, and keeps none of it.
    public var pull: ImagePull?

    public init(id: Identifier, question: Question, pull: ImagePull? = nil) {
        self.id = id
        self.question = question
        self.pull = pull
    }
}

/// Body of `POST /api/agent-tasks`: puts a question to an agent of a queue and waits for the answer.
public struct AgentTaskRequest: Codable, Hashable, Sendable {
    public var queue: String
    public var question: AgentTask.Question
    /// How long to wait for the answer, in seconds; at most 300.
    public var waitSeconds: Double
    /// Whether news of a pull is an answer too, so that the asker goes on with `GET /api/agent-tasks/{id}/answer`; nil = no.
    public var followsPull: Bool?
    /// What is required of the agent that is asked, as of one that runs; nil = nothing.
    public var requires: [String: JSONValue]?

    public init(
        queue: String, question: AgentTask.Question, waitSeconds: Double = 60, requires: [String: JSONValue]? = nil
    ) {
        self.queue = queue
        self.question = question
        self.waitSeconds = waitSeconds
        self.requires = requires
    }

    /// Which agents may answer: those that would get such runs.
    public var placement: Placement {
        guard case .describeImage(let reference, _) = question, ProgramReference.path(reference) != nil else {
            return Placement(requires)
        }
        return Placement(Placement.demands(of: requires, on: InfrastructureKind.process.rawValue))
    }
}

/// What an agent found: body of `POST /api/agent-tasks/{id}/answer`, answer of `POST /api/agent-tasks`.
public enum AgentTaskAnswer: Codable, Hashable, Sendable {
    case description(ImageDescription)
    /// The image is an ordinary one: no description in it.
    case noDescription(image: String, platform: ImagePlatform? = nil)
    /// The image is not on the agent's host; `available` are those that are, nearest names first.
    case noImage(image: String, available: [String])
    case probed(ProbeResult)
    /// The image is being pulled: another answer follows.
    case pulling(PullNews)
    /// It could not be found out; the text says why and what to do.
    case failed(message: String)
}

/// Whether a container could reach the API.
public struct ProbeResult: Codable, Hashable, Sendable {
    public var reachable: Bool
    /// What was tried: the address.
    public var apiURL: String
    /// What happened, and what to do where it failed.
    public var message: String

    public init(reachable: Bool, apiURL: String, message: String) {
        self.reachable = reachable
        self.apiURL = apiURL
        self.message = message
    }
}

extension AgentTaskAnswer {
    /// Whether another answer follows this one.
    public var isNews: Bool {
        if case .pulling = self { true } else { false }
    }
}

/// How far the pull is that an answer waits for.
public struct PullNews: Codable, Hashable, Sendable {
    /// The question that is to be answered.
    public var task: Identifier
    /// Which news of this question it is, from 1.
    public var number: Int
    /// What is pulled, and how far it has come.
    public var message: String

    public init(task: Identifier, number: Int, message: String) {
        self.task = task
        self.number = number
        self.message = message
    }
}

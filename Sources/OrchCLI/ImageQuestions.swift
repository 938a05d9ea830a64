import DeploymentFiles
import OrchClient
import OrchModel

/// Asks agents what images hold, each image of a queue once.
struct ImageQuestions {
    /// Puts a question to an agent of a queue.
    typealias Ask = (AgentTaskRequest) async throws -> AgentTaskAnswer

    /// What was found out for a deployment.
    struct Finding {
        var entry: DeploymentEntry
        var image: String
        var answer: AgentTaskAnswer
    }

    private let ask: Ask
    /// What agents have said.
    private(set) var answers: [AgentTaskRequest: AgentTaskAnswer] = [:]

    init(_ ask: @escaping Ask) {
        self.ask = ask
    }

    init(client: OrchClient, timeout: Double) {
        self.init { question in
            var question = question
            question.waitSeconds = timeout
            return try await client.ask(question, hear: Self.tell)
        }
    }

    /// Tells whoever waits how far a pull has come.
    static func tell(_ news: String) { FileHandles.writeError("\(TerminalText.harmless(news))\n") }

    /// By what an image is pulled that is not on the agent's host; nil for programs.
    static func infrastructure(of entry: DeploymentEntry) -> Infrastructure? {
        guard entry.infrastructureType != InfrastructureKind.process.rawValue else { return nil }
        return Infrastructure(
            block: entry.infrastructureBlock, overrides: entry.overrides.isEmpty ? nil : entry.overrides)
    }

    /// The image of a deployment with what it holds; `IMAGE:FLOW` is taken apart at the last `:` that a flow of the image follows.
    ///
    /// - Throws: a remark where no image is named, and what goes wrong with a question.
    mutating func finding(for entry: DeploymentEntry) async throws -> Finding {
        let isProcess = entry.infrastructureType == InfrastructureKind.process.rawValue
        if let command = entry.command {
            guard let image = entry.image ?? (isProcess ? command.first : nil), !image.isEmpty else {
                throw Self.noImage
            }
            return Finding(entry: entry, image: image, answer: .noDescription(image: image))
        }
        if let image = entry.image {
            return Finding(entry: entry, image: image, answer: try await answer(image, entry))
        }
        guard let entrypoint = entry.entrypoint else { throw Self.noImage }
        return try await finding(entry, entrypoint: entrypoint)
    }

    private static let noImage = DeploymentMaker.Remark(
        path: "",
        message:
            "no image is named: add image: NAME, or give --image NAME (files of Prefect's process infrastructure name none)"
    )

    private mutating func finding(_ entry: DeploymentEntry, entrypoint: String) async throws -> Finding {
        var first: Finding?
        for candidate in Self.candidates(entrypoint) {
            var entry = entry
            if let flow = candidate.flow { entry.flowName = flow }
            let finding = Finding(
                entry: entry, image: candidate.image, answer: try await answer(candidate.image, entry))
            if case .description(let description) = finding.answer,
                candidate.flow.map({ description.flow(called: $0) != nil }) ?? true
            {
                return finding
            }
            if first == nil { first = finding }
        }
        guard let first else { throw Self.noImage }
        return first
    }

    /// The ways to take `IMAGE:FLOW` apart: at its last `:`, or not at all.
    static func candidates(_ entrypoint: String) -> [(image: String, flow: String?)] {
        var candidates: [(image: String, flow: String?)] = [(entrypoint, nil)]
        if let colon = entrypoint.lastIndex(of: ":"), colon != entrypoint.startIndex {
            let flow = String(entrypoint[entrypoint.index(after: colon)...])
            if !flow.isEmpty, !flow.contains("/") {
                candidates.insert((String(entrypoint[..<colon]), flow), at: 0)
            }
        }
        return candidates
    }

    private mutating func answer(_ image: String, _ entry: DeploymentEntry) async throws -> AgentTaskAnswer {
        let isProcess = entry.infrastructureType == InfrastructureKind.process.rawValue
        let question = AgentTaskRequest(
            queue: entry.workQueue ?? "default",
            question: .describeImage(
                reference: isProcess ? ProgramReference.text(image) : image,
                infrastructure: Self.infrastructure(of: entry)),
            requires: entry.requires)
        if let known = answers[question] { return known }
        let answer = try await ask(question)
        answers[question] = answer
        return answer
    }
}

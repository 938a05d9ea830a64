import OrchClient
import OrchModel

/// A limit of the list, as JSON: what it limits (`of`: `tasks` or `runs`), and the members that it has by itself.
enum ListedLimit: Encodable {
    case tasks(ConcurrencyLimit)
    case runs(RunLimit)

    /// All limits, or those of runs alone.
    static func all(of client: OrchClient, onlyRuns: Bool) async throws -> [ListedLimit] {
        let tasks = onlyRuns ? [] : try await client.concurrencyLimits()
        return tasks.map(ListedLimit.tasks) + (try await client.runLimits()).map(ListedLimit.runs)
    }

    /// The limit, where tasks are limited.
    var ofTasks: ConcurrencyLimit? { if case .tasks(let limit) = self { limit } else { nil } }

    /// The limit, where runs are limited.
    var ofRuns: RunLimit? { if case .runs(let limit) = self { limit } else { nil } }

    private enum CodingKeys: String, CodingKey {
        case of
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .tasks(let limit):
            try container.encode("tasks", forKey: .of)
            try limit.encode(to: encoder)
        case .runs(let limit):
            try container.encode("runs", forKey: .of)
            try limit.encode(to: encoder)
        }
    }
}

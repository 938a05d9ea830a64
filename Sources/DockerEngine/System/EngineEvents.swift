/// Something that happened to an object of the daemon.
package struct EngineEvent: Sendable, Hashable, Decodable {
    /// The kind of object: `container`, `image`, `network`, …
    package let type: String
    /// What happened: `create`, `start`, `die`, `oom`, `destroy`, …
    package let action: String
    /// The object's id.
    package let id: String
    /// Labels and further facts, such as `exitCode` of `die`.
    package let attributes: [String: String]
    /// When, by the daemon's clock.
    package let time: EngineTime

    private enum CodingKeys: String, CodingKey {
        case type = "Type"
        case action = "Action"
        case actor = "Actor"
        case timeNano
    }

    private struct Actor: Decodable {
        let ID: String
        let Attributes: [String: String]?
    }

    /// Reads an event.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decode(String.self, forKey: .type)
        action = try container.decode(String.self, forKey: .action)
        let actor = try container.decode(Actor.self, forKey: .actor)
        id = actor.ID
        attributes = actor.Attributes ?? [:]
        let nanoseconds = try container.decode(Int64.self, forKey: .timeNano)
        time = EngineTime(seconds: nanoseconds / 1_000_000_000, nanoseconds: Int32(nanoseconds % 1_000_000_000))
    }
}

/// Events as they happen.
///
/// Single pass; pushes back on the daemon while nobody asks. A hint, not the truth: the daemon drops events of slow
/// readers and of the time before the connection stood, so inspect what matters.
package struct EngineEvents: AsyncSequence, Sendable {
    /// One event.
    package typealias Element = EngineEvent
    /// Why the stream broke off.
    package typealias Failure = DockerError

    let values: JSONValues

    /// Reads on.
    package func makeAsyncIterator() -> Iterator {
        Iterator(values: values)
    }

    /// Reads events.
    package struct Iterator: AsyncIteratorProtocol {
        var values: JSONValues

        /// The next event, nil where the daemon ended the stream.
        package mutating func next() async throws(DockerError) -> EngineEvent? {
            try await values.next(EngineEvent.self)
        }

        /// The next event, nil where the daemon ended the stream.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(DockerError) -> EngineEvent? {
            try await values.next(EngineEvent.self)
        }
    }
}

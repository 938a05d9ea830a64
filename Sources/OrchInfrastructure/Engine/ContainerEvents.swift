import DockerEngine
import OrchModel

/// What an engine remembers to have happened to a container.
struct ContainerEvents {
    var client: DockerClient
    var container: String

    /// Reads the events of a span of time, and waits for those still to come.
    ///
    /// - Parameters:
    ///   - since: the first instant, by the daemon's clock.
    ///   - until: the last one.
    ///   - isEnough: takes each event; whether no further one is wanted.
    func read(
        since: Timestamp, until: Timestamp, _ isEnough: (EngineEvent) -> Bool
    ) async throws(EngineFault) {
        do throws(DockerError) {
            var events = try await client.events(
                filters: [
                    "type": ["container"], "container": [container],
                    "event": ["start", "kill", "oom", "die", "stop"],
                ],
                since: EngineTime(since), until: EngineTime(until)
            ).makeAsyncIterator()
            while let event = try await events.next() {
                if isEnough(event) { return }
            }
        } catch {
            throw EngineFault(error)
        }
    }
}

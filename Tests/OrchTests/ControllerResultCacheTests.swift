import CurlTransport
import OrchClient
import Testing

@testable import Orch

struct ControllerResultCacheTests {
    /// Nobody listens at port 1.
    @Test(.timeLimit(.minutes(10))) func aControllerThatDoesNotAnswerIsLeftAloneForAWhile() async throws {
        let http = HTTPClient()
        defer { http.shutdown() }
        let client = OrchClient(url: "http://127.0.0.1:1", token: "orch_run_hunter2", http: http)
        let lookup = CacheLookup(key: "k", subject: "s", holder: "h", refresh: false)
        let patient = ControllerResultCache(client: client)
        await #expect(throws: OrchClientError.self) { try await patient.lookUp(lookup) }
        let away = await #expect(throws: ControllerResultCache.Away.self) { try await patient.lookUp(lookup) }
        #expect(try #require(away).description.hasPrefix("not asked, as a moment ago: no answer from the controller"))
        let eager = ControllerResultCache(client: client, pause: .zero)
        for _ in 1...2 { await #expect(throws: OrchClientError.self) { try await eager.release("k", holder: "h") } }
    }
}

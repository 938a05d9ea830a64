import DockerEngine
import Synchronization
import Testing

struct VersionNegotiationTests {
    private static let version =
        #"{"Version":"29.0.0","ApiVersion":"1.52","MinAPIVersion":"1.44","Os":"linux","Arch":"amd64"}"#

    @Test(arguments: [
        (offered: "1.41", spoken: "v1.41"), (offered: "1.47", spoken: "v1.47"), (offered: "1.52", spoken: "v1.52"),
        (offered: "1.99", spoken: "v1.52"), (offered: "2.0", spoken: "v1.52"),
    ])
    func speaksTheNewestThatBothKnow(offered: String, spoken: String) async throws {
        let daemon = try StubDaemon(apiVersion: offered) { _ in .json(Self.version) }
        defer { daemon.stop() }
        let client = daemon.client
        for _ in 0..<3 { #expect(try await client.version().minAPIVersion == "1.44") }
        #expect(daemon.requests.map(\.path) == Array(repeating: "/\(spoken)/version", count: 3))
        #expect(daemon.pings == 1)
    }

    @Test(arguments: ["1.40", "1.9", "nonsense", nil])
    func refusesADaemonThatIsTooOld(offered: String?) async throws {
        let daemon = try StubDaemon(apiVersion: offered) { _ in .json(Self.version) }
        defer { daemon.stop() }
        let error = await #expect(throws: DockerError.self) { try await daemon.client.version() }
        guard case .daemonTooOld(.unix(daemon.path), let offers) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(offers == offered ?? "no known version")
        #expect(daemon.requests.isEmpty)
        #expect("\(DockerError.daemonTooOld(.local, offers: "1.40"))".contains("update it to Engine 20.10 or newer"))
    }

    @Test func agreesAgainWhereTheDaemonWasReplaced() async throws {
        let isNew = Mutex(false)
        let daemon = try StubDaemon(apiVersion: "1.41") { request in
            let wasNew = isNew.withLock { isNew in
                defer { isNew = true }
                return isNew
            }
            return wasNew ? .json(Self.version) : .refusal(400, "client version 1.41 is too old. Minimum is 1.44")
        }
        defer { daemon.stop() }
        #expect(try await daemon.client.version().version == "29.0.0")
        #expect(daemon.pings == 2)
    }

    @Test func tellsADaemonThatIsTooNew() async throws {
        let daemon = try StubDaemon(apiVersion: "1.90") { _ in
            .refusal(400, "client version 1.52 is too old. Minimum supported API version is 1.80")
        }
        defer { daemon.stop() }
        let error = await #expect(throws: DockerError.self) { try await daemon.client.version() }
        guard case .daemonTooNew(_, let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.contains("1.80"))
        #expect(daemon.requests.count == 2)
    }

    @Test func ordersVersionsByNumber() {
        #expect(APIVersion("1.9").map { $0 < .oldest } == true)
        #expect(APIVersion("1.41") == .oldest)
        for text in ["", "1", "1.", "1.x", "1.2.3", "v1.41"] { #expect(APIVersion(text) == nil) }
    }
}

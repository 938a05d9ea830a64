import CurlTransport
import Testing

@testable import DockerEngine

struct DockerErrorTests {
    /// The error that a call ends with against a daemon of one answer.
    private func error(
        _ status: Int, _ message: String, of call: (DockerClient) async throws -> Void
    ) async throws -> DockerError {
        let daemon = try StubDaemon { _ in .refusal(status, message) }
        defer { daemon.stop() }
        let client = daemon.client
        return try #require(await #expect(throws: DockerError.self) { try await call(client) })
    }

    @Test func tellsTheNameInUse() async throws {
        let message =
            #"Conflict. The container name "/orch-1" is already in use by container "abcdef". You have to remove it."#
        let error = try await error(409, message) { _ = try await $0.createContainer(ContainerCreate(image: "i")) }
        guard case .nameInUse(name: "orch-1", by: "abcdef") = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func tellsAMissingImage() async throws {
        let error = try await error(404, "No such image: taxi:latest") {
            _ = try await $0.createContainer(ContainerCreate(image: "taxi"))
        }
        guard case .noSuchImage(reference: "taxi") = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(arguments: [
        (message: "No such container: x", object: DockerError.Object.container),
        ("network orch not found", .network),
        ("Could not find the file /x in container y", .file),
        ("something else is gone", .container),
    ])
    func tellsWhatIsMissing(message: String, object: DockerError.Object) async throws {
        let error = try await error(404, message) { _ = try await $0.startContainer("x") }
        guard case .notFound(object, message: message) = error else {
            Issue.record("\(error)")
            return
        }
        #expect("\(error)" == message)
    }

    @Test func tellsAConflict() async throws {
        let error = try await error(409, "Container x is not running") { try await $0.killContainer("x") }
        guard case .conflict(message: "Container x is not running") = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func tellsOtherRefusalsWithTheirEndpoint() async throws {
        let error = try await error(500, "OCI runtime create failed") { _ = try await $0.startContainer("x") }
        guard case .api(500, "POST", "/containers/x/start", "OCI runtime create failed") = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func showsTheStartOfAnAnswerThatIsNoJSON() async throws {
        let daemon = try StubDaemon { _ in .bytes(Array("<html>proxy".utf8)) }
        defer { daemon.stop() }
        let error = await #expect(throws: DockerError.self) { try await daemon.client.info() }
        guard case .decoding(_, path: "/info", prefix: "<html>proxy") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func asksWhetherTheDaemonRuns() async throws {
        let path = "/tmp/orch-daemon-missing.sock"
        let error = await #expect(throws: DockerError.self) {
            try await DockerClient(host: .unix(path: path)).info()
        }
        guard case .daemonUnreachable(.unix(path), .socketRefused(path, errno: 2)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isDaemonGone == true)
        let text = "\(DockerError.daemonUnreachable(.local, cause: .shutDown))"
        #expect(text.hasPrefix("is the Docker daemon running? tried unix:///var/run/docker.sock"))
    }

    @Test func tellsAPortThatNobodyListensOn() async {
        let host = DockerHost.tcp(host: "127.0.0.1", port: 1)
        let error = await #expect(throws: DockerError.self) { try await DockerClient(host: host).ping() }
        guard case .daemonUnreachable(host, .refused(host: "127.0.0.1", port: 1)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func tellsASocketOfOthersAndTheRemedy() throws {
        let cause = HTTPClientError.socketRefused(path: "/var/run/docker.sock", errno: 13)
        let error = DockerError(cause, call: try DockerCall(.get, "info"), host: .local, hadAnswer: false)
        guard case .permissionDenied(socket: "/var/run/docker.sock") = error else {
            Issue.record("\(error)")
            return
        }
        #expect("\(error)".contains("sudo usermod -aG docker $USER"))
    }

    @Test func tellsAFileThatIsTooLarge() async throws {
        let archive = TarArchive([TarArchive.Entry(path: "f", bytes: Array(repeating: 0, count: 101))])
        let bytes = try archive.encoded()
        let daemon = try StubDaemon { _ in .bytes(bytes) }
        defer { daemon.stop() }
        let error = await #expect(throws: DockerError.self) {
            try await daemon.client.readFile("/f", of: "c", limit: 100)
        }
        guard case .answerTooLarge(path: "/f", limit: 100) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isDaemonGone == false)
    }

    @Test func tellsAnAnswerThatBreaksOff() async throws {
        let daemon = try StubDaemon { _ in StubDaemon.Answer(chunks: [[0x7B]], breaksOff: true) }
        defer { daemon.stop() }
        let error = await #expect(throws: DockerError.self) { try await daemon.client.openWait("x").exit() }
        guard case .interrupted("POST", "/containers/x/wait", .closedEarly) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isDaemonGone == true)
    }

    @Test func endsACallWithItsTask() async throws {
        let gate = Gate()
        let daemon = try StubDaemon { _ in
            gate.arrived()
            return StubDaemon.Answer(chunks: [[], [0x7B]], gate: gate.semaphore)
        }
        defer {
            gate.open()
            daemon.stop()
        }
        let client = daemon.client
        let task = Task { try await client.openWait("x").exit() }
        await gate.wait()
        task.cancel()
        let error = await #expect(throws: DockerError.self) { try await task.value }
        guard case .cancelled = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        ("manifest for taxi:nope not found: manifest unknown: manifest unknown", DockerError.PullFailure.notFound),
        ("pull access denied for taxi, repository does not exist or may require 'docker login'", .unauthorized),
        ("unauthorized: authentication required", .unauthorized),
        ("no basic auth credentials", .unauthorized),
        ("Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host", .network),
        ("net/http: TLS handshake timeout", .network),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", .platform),
        ("write /var/lib/docker/tmp/GetImageBlob1: no space left on device", .disk),
        ("toomanyrequests: You have reached your pull rate limit", .rateLimit),
        ("unknown blob", .damaged),
        ("filesystem layer verification failed for digest sha256:ab", .damaged),
        ("something new", .other),
    ])
    func sortsFailuresOfPulls(message: String, failure: DockerError.PullFailure) async throws {
        let inStream = try StubDaemon { _ in
            let text = message.replacing("\"", with: "\\\"")
            return .json(
                """
                {"status":"Pulling from taxi","id":"nope"}\r
                {"status":"Downloading","id":"a1","progressDetail":{"current":5,"total":10}}\r
                {"errorDetail":{"message":"\(text)"},"error":"\(text)"}\r\n
                """)
        }
        defer { inStream.stop() }
        var steps: [PullProgress] = []
        let pull = try await inStream.client.pullImage("taxi:nope")
        let late = await #expect(throws: DockerError.self) {
            for try await step in pull { steps.append(step) }
        }
        #expect(steps.last == PullProgress(status: "Downloading", id: "a1", current: 5, total: 10))
        let early = try await error(failure == .notFound ? 404 : 500, message) {
            _ = try await $0.pullImage("taxi:nope")
        }
        for error in [late, early] {
            guard case .pull(failure, reference: "taxi:nope", message: message) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test func aPullThatStallsIsThePullsFailure() async throws {
        let gate = Gate()
        let status = Array(#"{"status":"Downloading","id":"a1"}"#.utf8)
        let daemon = try StubDaemon { _ in .init(chunks: [status, status], gate: gate.semaphore) }
        defer {
            gate.open()
            daemon.stop()
        }
        let pull = try await daemon.client.pullImage("taxi:slow", idle: .seconds(1))
        let error = await #expect(throws: DockerError.self) {
            for try await _ in pull {}
        }
        guard case .pull(.stalled, reference: "taxi:slow", message: "no progress for 1 s") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

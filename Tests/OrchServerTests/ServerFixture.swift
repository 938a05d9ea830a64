import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Logging
import OrchModel
import OrchStore
import Testing

@testable import OrchServer

/// A controller in a folder of its own, with requests sent straight to its router.
struct ServerFixture: Sendable {
    let controller: Controller
    let folder: String
    let client: any TestClientProtocol

    /// Runs `body` with a new controller; all it made is gone afterwards.
    ///
    /// Nothing is looked at again by time within a test, so whoever waits has to be woken.
    static func with(
        _ change: (inout OrchServerConfiguration) -> Void = { _ in },
        _ body: @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let controller = try await open(folder, change)
            do {
                try await controller.application.test(.router) { client in
                    try await body(ServerFixture(controller: controller, folder: folder, client: client))
                }
            } catch {
                try await controller.store.close()
                throw error
            }
            try await controller.store.close()
        }
    }

    static func open(
        _ folder: String, _ change: (inout OrchServerConfiguration) -> Void = { _ in },
        wallClock: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) async throws -> Controller {
        var configuration = OrchServerConfiguration(dataDirectory: folder)
        configuration.port = 0
        configuration.containerAPIURL = "http://server:4200"
        configuration.recheck = .seconds(3600)
        change(&configuration)
        return try await Controller.open(
            configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, wallClock: wallClock)
    }

    var admin: String { controller.adminToken.reveal() }
    var agent: String { controller.agentToken.reveal() }

    /// Sends a request; `token` nil sends none. A path that starts with a slash is the whole one.
    func send(
        _ method: HTTPRequest.Method, _ path: String, token: String?, body: Data? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [:]
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await client.execute(
            uri: path.hasPrefix("/") ? path : "/api/\(path)", method: method, headers: headers,
            body: body.map { ByteBuffer(bytes: $0) })
    }

    /// Sends a request that has to succeed, and decodes the answer.
    func call<Answer: Decodable>(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, _ body: (any Encodable & Sendable)? = nil,
        as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let response = try await succeed(method, path, token: token, body)
        return try JSONDecoder().decode(type, from: Data(response.body.readableBytesView))
    }

    /// Sends a request that has to succeed.
    @discardableResult
    func succeed(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, _ body: (any Encodable & Sendable)? = nil
    ) async throws -> TestResponse {
        let response = try await send(
            method, path, token: token ?? admin, body: try body.map { try JSONEncoder().encode($0) })
        try #require(response.status.kind == .successful, "\(response.status): \(String(buffer: response.body))")
        return response
    }

    /// Sends a request that has to be refused, and decodes the fault.
    func refusal(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, _ body: (any Encodable & Sendable)? = nil
    ) async throws -> (status: Int, fault: APIFault) {
        let response = try await send(
            method, path, token: token ?? admin, body: try body.map { try JSONEncoder().encode($0) })
        try #require(response.status.kind != .successful)
        return (
            response.status.code, try JSONDecoder().decode(APIFault.self, from: Data(response.body.readableBytesView))
        )
    }
}

/// What tests do with a controller again and again.
extension ServerFixture {
    static func deployment(
        _ name: String = "docker-flow", flow: String = "parent_flow_runner", queue: String = "default",
        blocks: [BlockReference] = [], block: String? = nil, parameters: [String: JSONValue] = ["month": 7]
    ) -> DeploymentRequest {
        DeploymentRequest(
            name: name, flowName: flow, tags: ["demo"], image: "taxi:latest", command: ["taxi", "run", flow],
            kind: .sdk, infrastructure: Infrastructure(block: block), workQueue: queue, parameters: parameters,
            parameterSchema: ParameterSchema([
                .init("month", ValueSchema(.integer, minimum: 1, maximum: 12), defaultValue: 1),
                .init("color", ValueSchema(.string), defaultValue: "green"),
                .init("lake", ValueSchema(.string, isNullable: true), defaultValue: .null, block: "gcs-bucket"),
                .init("password", ValueSchema(.string, isNullable: true), defaultValue: .null, isSecret: true),
            ]),
            blocks: blocks)
    }

    static func agentInfo(_ name: String = "a1", queues: [String] = ["default"]) -> AgentInfo {
        AgentInfo(name: name, host: "h1", version: "0.1.0", queues: queues, engine: "20.10.24")
    }

    func saveBlock(_ type: String, _ name: String, _ values: [String: JSONValue]) async throws {
        try await succeed(.put, "blocks/\(type)/\(name)", ["values": values])
    }

    func createRun(_ request: FlowRunRequest = FlowRunRequest(deployment: "docker-flow")) async throws -> FlowRun {
        try await call(.post, "flow-runs", request, as: FlowRunReply.self).run
    }

    func poll(
        _ name: String = "a1", queues: [String] = ["default"], capacity: Int = 1, wait: Double = 0
    ) async throws -> WorkReply {
        let poll = WorkPoll(agent: Self.agentInfo(name, queues: queues), capacity: capacity, waitSeconds: wait)
        return try await call(.post, "work/poll", token: agent, poll)
    }

    /// Polls as `a1` until there are runs: a poll may also end with a wish that the agent was told before.
    func nextRuns() async throws -> [ClaimedRun] {
        while true {
            let runs = try await poll(wait: 60).runs
            if !runs.isEmpty { return runs }
        }
    }

    /// A run of a new deployment, claimed by `a1`.
    func claimedRun() async throws -> ClaimedRun {
        try await succeed(.post, "deployments", Self.deployment())
        _ = try await createRun()
        return try #require(try await poll().runs.first)
    }

    func report(_ claimed: ClaimedRun, _ change: (inout AttemptReport) -> Void) async throws {
        var report = AttemptReport(token: claimed.token)
        change(&report)
        try await succeed(.post, "attempts/\(claimed.runID)/\(claimed.attempt)/report", token: agent, report)
    }

    static func state(_ type: StateType) -> RunState {
        RunState(type, message: "because of the test", at: .now(), actor: "agent a1")
    }

    static func line(_ sequence: Int64, _ message: String) -> LogRecord {
        LogRecord(attempt: 1, source: .flow, sequence: sequence, at: .now(), level: .info, message: message)
    }

    /// Returns once somebody waits for a topic.
    func untilWaiting(for topic: Wakeups.Topic) async {
        while controller.wakeups.count(of: topic) == 0 { try? await Task.sleep(for: .milliseconds(1)) }
    }
}

enum TemporaryFolder {
    static func with(_ body: (String) async throws -> Void) async throws {
        let path = "\(FileManager.default.temporaryDirectory.path())/orch-server-\(Identifier.new())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            try await body(path)
        } catch {
            try FileManager.default.removeItem(atPath: path)
            throw error
        }
        try FileManager.default.removeItem(atPath: path)
    }
}

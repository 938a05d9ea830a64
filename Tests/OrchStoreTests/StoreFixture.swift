import FoundationEssentials
import OrchModel
import OrchStore
import TestSupport
import Testing

/// What every kind of store does. They share a PostgreSQL server, where each test has a schema of its own.
@Suite(.postgresCluster, .enabled(if: PostgresCluster.isAvailable))
enum StoreConformance {}

/// A kind of store that the conformance suites run on.
struct StoreKind: Sendable, CustomTestStringConvertible {
    let name: String
    private let open: @Sendable (_ folder: String, _ logLimit: Int64) async throws -> any Store

    var testDescription: String { name }

    static let all = [
        StoreKind(name: "SQLite") { folder, limit in
            try await RelationalStore.openSQLite(path: "\(folder)/orch.sqlite", logLimit: limit)
        },
        StoreKind(name: "PostgreSQL") { _, limit in
            try await RelationalStore.openPostgres(url: try StoreSchemaOfTest().url, logLimit: limit)
        },
    ]

    /// Runs `body` with a new, empty store that is gone afterwards.
    func withStore(
        logLimit: Int64 = RelationalStore.defaultLogLimit, _ body: (any Store) async throws -> Void
    ) async throws {
        try await StoreFolder.with { folder in
            let store = try await open(folder, logLimit)
            do {
                try await body(store)
            } catch {
                try await store.close()
                throw error
            }
            try await store.close()
        }
    }
}

/// A schema of one test's own in the suite's PostgreSQL server.
struct StoreSchemaOfTest {
    let name = "t_" + "\(Identifier.new())".filter { $0 != "-" }
    let cluster: PostgresCluster

    init() throws {
        cluster = try #require(PostgresCluster.current)
        _ = try cluster.psql("CREATE SCHEMA \(name)")
    }

    var url: String { cluster.url() + "&options=-csearch_path%3D\(name)" }
}

enum StoreFolder {
    static func with(_ body: (String) async throws -> Void) async throws {
        let path = "\(FileManager.default.temporaryDirectory.path())/orch-store-\(Identifier.new())"
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

/// Values that tests put into stores.
enum Sample {
    static let start = Timestamp(microseconds: 1_600_000_000_000_000)

    /// The instant `seconds` after the start of a test's story.
    static func at(_ seconds: Double) -> Timestamp {
        start + .microseconds(Int64(seconds * 1_000_000))
    }

    static func state(
        _ type: StateType, name: String? = nil, at seconds: Double, actor: String = "agent a1"
    ) -> RunState {
        RunState(type, name: name, message: "because of the test", at: at(seconds), actor: actor)
    }

    static func deployment(
        _ name: String = "docker-flow", flow: String = "parent_flow_runner", image: String = "taxi:latest",
        queue: String = "default", fingerprint: String = "one"
    ) -> DeploymentDraft {
        let request = DeploymentRequest(
            name: name, flowName: flow, image: image, command: ["taxi", "run", flow], kind: .sdk, workQueue: queue,
            parameters: ["month": 7],
            parameterSchema: ParameterSchema([.init("month", ValueSchema(.integer), defaultValue: 1)]),
            blocks: [BlockReference(type: "gcs-bucket", parameter: "lake")])
        return DeploymentDraft(request: request, fingerprint: fingerprint)
    }

    static func run(
        _ name: String = "docker-flow-1", id: Identifier = .new(), queue: String = "default",
        due seconds: Double = 0, flow: String = "parent_flow_runner", sealed: [UInt8]? = nil
    ) -> RunDraft {
        let run = FlowRun(
            id: id, name: name, flowName: flow, deploymentID: .new(), deploymentName: "docker-flow",
            deploymentVersion: 1, parameters: ["month": 7, "nested": ["a", nil, 1.5]], tags: ["green"],
            workQueue: queue, image: "taxi:latest", state: state(.scheduled, at: 0, actor: "user admin"),
            createdAt: at(0), scheduledFor: at(seconds))
        let launch = RunLaunch(
            kind: .sdk, command: ["taxi"], infrastructure: Infrastructure(block: "small"),
            blocks: [BlockReference(type: "postgres", name: "db")])
        return RunDraft(run: run, launch: launch, sealedParameters: sealed)
    }

    static func agent(_ name: String = "a1", queues: [String] = ["default"]) -> AgentInfo {
        AgentInfo(name: name, host: "host-\(name)", version: "0.1.0", queues: queues, engine: "20.10.24")
    }

    static func claim(
        _ agent: String = "a1", queues: [String] = ["default"], limit: Int = 1, at seconds: Double = 1
    ) -> ClaimRequest {
        ClaimRequest(
            agent: Sample.agent(agent, queues: queues), limit: limit, leaseUntil: at(seconds + 30), at: at(seconds))
    }

    static func line(
        _ sequence: Int64, _ message: String = "a line", source: LogRecord.Source = .flow,
        level: LogRecord.Level = .info, child: Identifier? = nil
    ) -> LogRecord {
        LogRecord(
            attempt: 1, source: source, sequence: sequence, at: at(2), level: level, message: message,
            logger: "flow", childRunID: child)
    }
}

extension Store {
    /// A run of a new deployment, claimed by `a1`.
    func claimedRun(_ draft: RunDraft = Sample.run()) async throws -> AttemptKey {
        try await createRun(draft)
        let claims = try await claim(Sample.claim())
        return try #require(claims.first { $0.run.id == draft.run.id }).key
    }

    /// Applies a report at a moment of the test's story.
    func apply(_ report: AttemptReport, to key: AttemptKey, at seconds: Double) async throws -> ReportOutcome {
        try await apply(report, to: key, leaseUntil: Sample.at(seconds + 30), at: Sample.at(seconds))
    }
}

extension ReportOutcome {
    /// The outcome in a word.
    var word: String {
        switch self {
        case .unknown: "unknown"
        case .stale: "stale"
        case .applied: "applied"
        case .refused: "refused"
        }
    }
}

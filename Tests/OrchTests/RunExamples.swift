import Testing

@testable import Orch

/// The examples of docs/runs.md, compiled and run.
struct RunExamples {
    private func context(_ result: JSONValue? = nil, code: Int = 0) -> FlowContext {
        let desk = MemoryChildDesk { _, _ in (code == 0 ? .completed : .failed, result, code) }
        return TaskBench(children: ChildRunMaking(desk: desk, run: .new(), isEnding: { false })).context
    }

    @Test func aDeployment() async throws {
        let context = context(31)
        let rows = try await context.runDeployment("docker-flow", parameters: ["month": 7], as: Int.self)
        #expect(rows == 31)
    }

    @Test func aContainer() async throws {
        let context = context()
        try await context.container(image: "busybox:1.36", command: ["wc", "-l", "/etc/passwd"])
    }

    @Test func aContainerWhoseExitCodeTells() async throws {
        let (context, password) = (context(code: 1), "secret")
        let code = try await context.container(
            image: "ghcr.io/dbt-labs/dbt-postgres:1.9.0", command: ["build"], environment: ["PGPASSWORD": password],
            options: TaskOptions("dbt", timeout: .seconds(1800)), accepting: [0, 1]
        ).exitCode
        #expect(code == 1)
    }

    @Test func python() async throws {
        let context = context()
        try await context.python(
            image: "python:3.12-slim", script: "import sys; print(sys.argv[1])", arguments: ["2021-01"])
    }

    /// A flow with a result store, as docs/caching.md has it.
    private struct Etl: Flow {
        static let name = "etl"
        func resultStore(_ context: FlowContext) throws -> (any ResultStore)? { FolderResultStore("/results") }
        func run(_ context: FlowContext) async throws {}
    }

    @Test func aResultStore() throws {
        #expect(try Etl().resultStore(context())?.name == "folder /results")
    }
}

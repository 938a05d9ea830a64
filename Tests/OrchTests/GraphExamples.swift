import Orch

/// The examples of `docs/graphs.md`, so that they compile and run; `GraphsDocumentTests` compares them.
enum GraphExamples {
    struct Trips: Codable, Sendable {
        var rows: Int
        var isEmpty: Bool { rows == 0 }
    }

    static func download(_ month: Int) async throws -> Trips { Trips(rows: month) }
    static func save(_ trips: Trips, to place: String) async throws {}
    static func removeFiles() {}

    // In the order of the page.

    struct LoadMonth: GraphFlow {
        static let name = "load-month"
        @Parameter(range: 1...12) var month = 7

        func graph() throws -> Graph {
            try Graph { g in
                let extract = g.node("extract", retries: 3, retryDelay: .exponential(from: .seconds(1))) { _ in
                    try await download(month)
                }
                let lake = g.node("lake") { _ in try await save(extract.output, to: "lake") }
                let database = g.node("database") { _ in try await save(extract.output, to: "database") }
                let clean = g.node("clean", trigger: .allDone) { _ in removeFiles() }
                extract >>> [lake, database] >>> clean
            }
        }
    }

    struct LoadCarefully: GraphFlow {
        static let name = "load-carefully"
        @Parameter(range: 1...12) var month = 7

        func graph() throws -> Graph {
            let page = StateHooks(onFailure: [{ event in event.context.logger.error("call somebody") }])
            return try Graph { g in
                let extract = g.node("extract", cache: .inputs(month)) { _ in try await download(month) }
                let load = g.node(
                    TaskOptions("load", tags: ["database"], retries: 2, timeout: .seconds(600), hooks: page)
                ) { _ in try await save(extract.output, to: "database") }
                extract >>> load
            }
        }
    }

    static func branch(_ context: FlowContext, _ trips: Trips) async throws {
        let graph = try Graph { g in
            let choose = g.branch("choose") { _ in trips.isEmpty ? .follow("report") : .follow("load") }
            let load = g.node("load") { _ in try await save(trips, to: "database") }
            let report = g.node("report") { context in context.logger.warning("nothing to load") }
            let join = g.node("join", trigger: .noneFailedMinOneSuccess) { _ in }
            choose >>> [load, report] >>> join
        }
        try await context.run(graph)
    }

    static func shortCircuit(_ context: FlowContext, isWorkday: Bool) async throws {
        let graph = try Graph { g in
            let workday = g.shortCircuit("only-weekdays") { _ in isWorkday }
            let load = g.node("load") { _ in }
            let clean = g.node("clean", trigger: .allDone) { _ in removeFiles() }
            workday >>> load >>> clean
        }
        try await context.run(graph)
    }

    static func group(_ context: FlowContext) async throws {
        let graph = try Graph(maximumConcurrency: 2) { g in
            let start = g.node("start") { _ in }
            let load = g.group("load")
            for month in 1...12 {
                let extract = load.node("extract-\(month)") { _ in try await download(month) }
                extract >>> load.node("save-\(month)") { _ in try await save(extract.output, to: "lake") }
            }
            let report = g.node("report") { context in context.logger.info("a year is there") }
            start >>> load >>> report
        }
        try await context.run(graph)
    }
}

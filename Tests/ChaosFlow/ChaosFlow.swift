import FoundationEssentials
import Orch

/// What `scripts/chaos` does its chaos to, and what `scripts/bench tasks` measures.
@main
struct ChaosFlow: FlowProgram {
    static let name = "chaos-flow"
    static let flows: [any Flow.Type] = [
        Steps.self, ManyTasks.self, Remembering.self, Resuming.self, Stepping.self, Calling.self, Doubling.self,
        Recursing.self, Containing.self, Scripting.self, Reporting.self, Limited.self, Waiting.self,
    ]
}

/// Reports the first half of its lines, waits for the file `go` in the folder for temporary files, reports the rest, and ends.
struct Steps: Flow {
    static let name = "steps"
    static let summary = "Reports numbered lines around a wait for a word."

    /// How it comes to its end.
    enum Ending: String, ParameterValue, CaseIterable {
        case success, failure, hunger
    }

    /// What it fails with.
    struct Failure: Error, CustomStringConvertible {
        let description = "failed as it was told to"
    }

    @Parameter(help: "Lines before the wait.", range: 0...) var half = 10
    @Parameter(help: "Lines in all.", range: 0...) var lines = 20
    @Parameter(help: "How it ends.") var ending = Ending.success

    func run(_ context: FlowContext) async throws -> Int {
        try await context.task("before") { report(1...half, context) }
        let go = FileManager.default.temporaryDirectory.appending(path: "go").path
        while !FileManager.default.fileExists(atPath: go) { try await Task.sleep(for: .milliseconds(50)) }
        if ending == .hunger { try await eat() }
        try await context.task("after") { report(half + 1...lines, context) }
        context.metric("lines", lines)
        if ending == .failure { throw Failure() }
        return lines
    }

    private func report(_ numbers: ClosedRange<Int>, _ context: FlowContext) {
        for number in numbers { context.logger.info("line-\(number)") }
    }

    /// Uses up memory until it is killed for it.
    private func eat() async throws -> Never {
        var eaten: [[UInt8]] = []
        while true {
            eaten.append([UInt8](repeating: 1, count: 4 << 20))
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

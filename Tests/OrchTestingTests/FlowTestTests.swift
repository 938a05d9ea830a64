import Foundation
import Orch
import OrchModel
import OrchTesting
import Testing

/// The flow that the tests of `docs/testing.md` are about.
struct LoadMonth: Flow {
    static let name = "load-month"

    struct Unreachable: Error, CustomStringConvertible {
        var description: String { "the host does not answer" }
    }

    @Parameter(help: "Month.", range: 1...12) var month = 7
    @Parameter(help: "The lake.", block: .gcsBucket) var lake = "zoom-gcs"
    @Parameter var folder = "{{ ds | default: 'none' }}"

    func run(_ context: FlowContext) async throws -> Int {
        let bucket = try context.blocks.load(GCSBucketBlock.self, lake).bucket
        let download = TaskOptions(
            "download", retries: 3, retryDelay: .exponential(from: .seconds(10)), timeout: .seconds(600))
        let rows = try await context.task(download) {
            try await context.clock.sleep(for: .seconds(300))
            try Data("rows".utf8).write(to: try context.scratch.appending(path: "output.csv"))
            return month * 1000
        }
        try await context.task("load") {
            context.logger.info("\(rows) rows into \(bucket)/\(folder)")
            context.metric("rows", rows)
        }
        try context.artifacts.markdown(key: "report", "\(rows) rows")
        return rows
    }
}

struct FlowTestTests {
    private let test = FlowTest(LoadMonth.self) { $0.month = 3 }
        .block("gcs-bucket", "zoom-gcs", ["bucket": "lake", "gcp_credentials": [:]])

    @Test func aFlowRunsInNoTime() async throws {
        let run = try await test.dataInterval(try #require(DataInterval("2020-07-01/2020-08-01"))).run()
        #expect(run.state.type == .completed)
        #expect(run.output == 3000)
        #expect(run.resultValue == 3000)
        #expect(run.tasks.map(\.name) == ["download", "load"])
        #expect(run.task("download")?.stateNames == ["Running", "Completed"])
        #expect(run.waits == [.seconds(300)])
        #expect(run.messages(.info).contains("3000 rows into lake/2020-07-01"))
        #expect(run.metrics == ["rows": 3000])
        #expect(run.artifact("report") == .markdown(text: "3000 rows", bytes: nil))
        #expect(run.parameters["folder"] == "2020-07-01")
        #expect(run.leftovers.isEmpty)
        #expect(run.state.message == "completed in 300.000 s")
    }

    @Test func retriesPassAtOnce() async throws {
        let run = try await test.failing("download", attempts: 1...2, with: LoadMonth.Unreachable()).run()
        #expect(run.state.type == .completed)
        let download = try #require(run.task("download"))
        #expect(download.attempts == 3)
        #expect(
            download.stateNames == ["Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying", "Completed"])
        #expect(run.waits == [.seconds(10), .seconds(20), .seconds(300)])
    }

    @Test func aTaskThatFailsFailsTheFlow() async throws {
        let run = try await test.failing("load", with: LoadMonth.Unreachable()).run()
        #expect(run.state.type == .failed)
        #expect(run.state.message == "the host does not answer")
        #expect(run.error is LoadMonth.Unreachable)
        #expect(run.output == nil)
        #expect(run.task("load")?.state?.name == "Failed")
        #expect(run.metrics.isEmpty)
    }

    @Test func aTimeLimitPassesWhereItIsToldTo() async throws {
        let run = try await test.timingOut("download").run()
        #expect(run.state.type == .failed)
        let download = try #require(run.task("download"))
        #expect(download.attempts == 4)
        #expect(download.state?.name == "TimedOut")
        #expect(run.error is TaskTimedOut)
    }

    /// Waits longer than its limit.
    private struct Waiting: Flow {
        static let name = "waiting"
        @Parameter var seconds = 100
        @Parameter var steps = 1

        func run(_ context: FlowContext) async throws {
            let seconds = seconds
            // Both wait beside each other: neither uses up the other's limit.
            let tasks = (1...2).map { number in
                context.submit(TaskOptions("wait-\(number)", timeout: .seconds(150))) {
                    for _ in 0..<steps { try await context.clock.sleep(for: .seconds(seconds)) }
                }
            }
            for task in tasks { try await task.value }
        }
    }

    @Test(arguments: [
        (100, 1, "Completed"), (150, 1, "TimedOut"), (1000, 1, "TimedOut"), (60, 2, "Completed"), (60, 3, "TimedOut"),
    ])
    func aTimeLimitPassesWhereTheTaskWaitsTooLong(seconds: Int, steps: Int, state: String) async throws {
        let run = try await FlowTest(Waiting.self) { ($0.seconds, $0.steps) = (seconds, steps) }.run()
        #expect(run.task("wait-1")?.state?.name == state)
        #expect(run.state.type == (state == "Completed" ? .completed : .failed))
    }

    @Test func aTasksValueCanBeGiven() async throws {
        let run = try await test.returning("download", 71_974).run()
        #expect(run.output == 71_974)
        #expect(run.waits.isEmpty)
        let misfit = try await test.returning("download", "many").run()
        #expect(misfit.state.message == "the task \"download\" returns Int, and the test has it return String")
    }

    @Test func whatIsNeverRunIsToldWithTheNearest() async throws {
        let error = await #expect(throws: FlowTestError.self) {
            try await test.returning("downlod", 1).run()
        }
        #expect(
            error?.description
                == "no task \"downlod\" was run that far, did you mean \"download\"? (it ran download, load)")
        await #expect(throws: FlowTestError.self) { try await test.block("postgres", "db", "x").run() }
        await #expect(throws: FlowTestError.self) {
            try await test.failing("download", attempts: 9...9, with: LoadMonth.Unreachable()).run()
        }
    }

    @Test(arguments: [["month": 13], ["moth": 1], ["folder": "{{ dss }}"], ["month": "7"]] as [[String: JSONValue]])
    func wrongParametersAreRefused(parameters: [String: JSONValue]) async throws {
        await #expect(throws: ParameterProblems.self) { try await test.parameters(parameters).run() }
    }

    /// A child's own defaults are filled in; what it is given is not, as it may have been filled in already.
    @Test func aChildsDefaultsAreFilledIn() async throws {
        struct Inner: Flow {
            static let name = "inner"
            @Parameter var folder = "{{ ds }}/{{ flow }}/{{ month }}"
            @Parameter var month = 3
            @Parameter var text = ""
            func run(_ context: FlowContext) async throws -> [String] { [folder, text] }
        }
        struct Outer: Flow {
            static let name = "outer"
            func run(_ context: FlowContext) async throws -> [[String]] {
                [
                    try await context.child(Inner.self) { $0.text = "{{ ds }}" },
                    try await context.child(Inner.self) { ($0.folder, $0.text) = ("{{ other }}", "x") },
                ]
            }
        }
        let interval = try #require(DataInterval("2020-07-01/2020-08-01"))
        let run = try await FlowTest(Outer.self).dataInterval(interval).run()
        #expect(run.output == [["2020-07-01/inner/3", "{{ ds }}"], ["{{ other }}", "x"]])
        #expect(run.childRuns[0].parameters["folder"] == "2020-07-01/inner/3")
        let without = try await FlowTest(Outer.self).run()
        #expect(without.state.message.contains("this run has no data interval"))
    }

    @Test func aMissingBlockIsTold() async throws {
        let run = try await FlowTest(LoadMonth.self).run()
        #expect(run.state.message.hasPrefix("the gcs-bucket block \"zoom-gcs\" is not here") == true)
    }

    /// Keeps what it computed.
    private struct Remembering: Flow {
        static let name = "remembering"
        @Parameter var input = 1

        func run(_ context: FlowContext) async throws -> Int {
            try await context.task("compute", cache: .inputs(input)) { input * 2 }
        }
    }

    @Test func resultsAreKeptFromOneRunToTheNext() async throws {
        let test = FlowTest(Remembering.self).cache(FlowTestCache())
        let first = try await test.run()
        let second = try await test.run()
        let other = try await test.parameters(["input": 2]).run()
        #expect(first.task("compute")?.stateNames == ["Running", "Completed"])
        #expect(second.task("compute")?.stateNames == ["Running", "Cached"])
        #expect(other.task("compute")?.state?.name == "Completed")
        #expect([first.output, second.output, other.output] == [2, 2, 4])
    }

    /// The old failure of two runs that write one file: each has a directory of its own.
    @Test func runsAtOnceNeverShareTheFileOutputCSV() async throws {
        struct Writing: Flow {
            static let name = "writing"
            @Parameter var number: Int

            func run(_ context: FlowContext) async throws -> [String] {
                let file = try context.scratch.appending(path: "output.csv")
                #expect(!FileManager.default.fileExists(atPath: file.path))
                for _ in 0..<20 {
                    try Data("\(number)".utf8).write(to: file)
                    await Task.yield()
                    #expect(try String(contentsOf: file, encoding: .utf8) == "\(number)")
                }
                // A child run has one of its own as well.
                let inner = number < 1000 ? try await context.child(Writing.self) { $0.number = number + 1000 } : []
                #expect(try String(contentsOf: file, encoding: .utf8) == "\(number)")
                return [file.path] + inner
            }
        }
        let paths = try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<32 {
                group.addTask {
                    let run = try await FlowTest(Writing.self) { $0.number = number }.run()
                    #expect(run.leftovers.isEmpty)
                    return run.output ?? []
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(paths).count == 64)
        #expect(paths.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
    }
}

import FoundationEssentials
import OrchTesting
import Testing

@testable import Orch

struct FlowRunnerTests {
    private let reporter = RecordingReporter()

    private func run(
        _ flow: any Flow.Type, _ assignments: [String] = [], variables: [String: String] = [:]
    ) async throws -> FlowRunner.Exit {
        let services = RunServices(
            reporter: reporter, logLevel: .debug, clock: ImmediateClock(), now: { Timestamp(microseconds: 0) },
            scratchRoot: FileManager.default.temporaryDirectory.path)
        let runner = FlowRunner(services: services, launch: try LaunchEnvironment(variables), variables: variables)
        return await Task { await runner.run(flow, assignments: assignments) { "cancelled by SIGTERM" } }.value
    }

    @Test func completesWithItsResult() async throws {
        let exit = try await run(Everything.self, ["since=2020-07-01T00:00:00Z", "months=[1,2,3]"])
        #expect(exit == .completed)
        #expect(reporter.kinds.first == .hello(.init(sdk: SDKVersion.current, flow: "everything")))
        #expect(reporter.kinds.contains(.result(["month": 7, "months": 3])))
        #expect(reporter.outcome?.type == .completed)
        #expect(reporter.logs.allSatisfy { !$0.message.contains("hunter2") })
    }

    @Test func failsWithTheErrorsSentence() async throws {
        #expect(try await run(Doing.self, ["what=throw"]) == .failed)
        #expect(reporter.outcome == .init(type: .failed, name: "Failed", message: "no postgresql://me:********@db/x"))
    }

    @Test func reportsACancelledRun() async throws {
        #expect(try await run(Doing.self, ["what=cancel"]) == .cancelled)
        #expect(reporter.outcome == .init(type: .cancelled, name: "Cancelled", message: "cancelled by SIGTERM"))
    }

    @Test func takesParametersFromTheEnvironmentAndTheCommandLineFirst() async throws {
        let variables = ["ORCH_PARAMETERS": #"{"since":"2020-07-01T00:00:00Z","month":3,"months":[1]}"#]
        #expect(try await run(Everything.self, ["month=4"], variables: variables) == .completed)
        #expect(reporter.kinds.contains(.result(["month": 4, "months": 1])))
    }

    @Test(arguments: [
        (
            ["since=2020-07-01T00:00:00Z", "month=13"],
            "parameter \"month\": expected a whole number from 1 to 12, got 13"
        ),
        ([], "parameter \"since\" is required: expected a time such as 2020-07-01T00:00:00Z"),
        (["mnth=1"], "unknown parameter \"mnth\": did you mean \"month\"?"),
    ])
    func refusesWrongParameters(assignments: [String], message: String) async throws {
        #expect(try await run(Everything.self, assignments) == .usage)
        #expect(reporter.outcome?.type == .failed)
        #expect(reporter.outcome?.message.hasPrefix(message) == true)
    }

    @Test func refusesAWrongParameterOfTheEnvironment() async throws {
        #expect(try await run(Doing.self, variables: ["ORCH_PARAMETERS": #"{"failures":"3"}"#]) == .usage)
    }

    @Test func usesTheRunsOwnIdentifierAndAttempt() async throws {
        struct Telling: Flow {
            static let name = "telling"
            func run(_ context: FlowContext) async throws -> String {
                "\(context.runID) \(context.attempt) \(context.dataInterval?.start.description ?? "")"
            }
        }
        let id = Identifier.new()
        let variables = [
            "ORCH_FLOW_RUN_ID": id.description, "ORCH_API_KEY": "key", "ORCH_ATTEMPT": "2",
            "ORCH_DATA_INTERVAL_START": "2020-07-01T00:00:00Z", "ORCH_DATA_INTERVAL_END": "2020-08-01T00:00:00Z",
        ]
        #expect(try await run(Telling.self, variables: variables) == .completed)
        #expect(reporter.kinds.contains(.result(.string("\(id) 2 2020-07-01T00:00:00.000000Z"))))
    }

    @Test func givesAScratchDirectoryAndRemovesIt() async throws {
        struct Scratching: Flow {
            static let name = "scratching"
            func run(_ context: FlowContext) async throws -> String {
                let directory = try context.scratch
                try Data("x".utf8).write(to: directory.appending(path: "output.csv"))
                return directory.path
            }
        }
        #expect(try await run(Scratching.self) == .completed)
        #expect(try await run(Scratching.self) == .completed)
        let paths = reporter.kinds.compactMap { if case .result(let path) = $0 { path.stringValue } else { nil } }
        #expect(Set(paths).count == 2)
        for path in paths { #expect(!FileManager.default.fileExists(atPath: path)) }
    }

    @Test func childRunsHaveTheirOwnIdentifiersAndLogs() async throws {
        #expect(try await run(Parent.self) == .completed)
        let runs = reporter.childRuns
        #expect(runs.map(\.state.type) == [.running, .completed, .running, .completed])
        #expect(runs.map(\.flow) == ["doing", "doing", "doing", "doing"])
        #expect(Set(runs.map(\.flowRun)).count == 2)
        #expect(runs.first?.parameters == ["what": "nothing", "failures": 0])
        #expect(Set(reporter.logs.compactMap(\.flowRun)) == Set(runs.map(\.flowRun)))
    }

    @Test func aFailedChildFailsItsParent() async throws {
        #expect(try await run(Parent.self, ["failures=[1,0]"]) == .failed)
        #expect(reporter.childRuns.map(\.state.type) == [.running, .failed])
    }
}

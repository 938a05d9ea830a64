import OrchTesting
import Synchronization
import Testing

@testable import Orch

struct TaskOptionsTests {
    private let bench = TaskBench(
        parameters: ["month": 7, "token": "hunter2"], shown: ["month": 7, "token": .string(Secret.placeholder)])

    @Test func reportsWhatIsKnownOfATask() async throws {
        let options = TaskOptions("load", description: "Loads a month.", tags: ["db"], runName: "load 2020")
        try await bench.context.task(options) {}
        let states = bench.reporter.taskStates
        #expect(states.map(\.name) == ["load 2020", "load 2020"])
        let details = TaskDetails(task: "load", description: "Loads a month.", tags: ["db"])
        #expect(states.map(\.details) == [details, details])
    }

    @Test func aPlainTaskCarriesNoDetails() async throws {
        try await bench.context.task("load") {}
        try await bench.context.task(TaskOptions("load")) {}
        #expect(bench.reporter.taskStates.count == 4)
        #expect(bench.reporter.taskStates.allSatisfy { $0.details == nil })
    }

    @Test func whatIsTooLongForARunIsCutWhereItSaysSo() async throws {
        let long = String(repeating: "é", count: 500_000)
        let options = TaskOptions(long, description: long, tags: [String](repeating: long, count: 99), retries: 1)
        await #expect(throws: LongFailure.self) {
            try await bench.context.task(options) { throw LongFailure(text: long) }
        }
        let states = bench.reporter.taskStates
        #expect(states.map(\.state.type) == [.running, .scheduled, .running, .failed])
        let cut = String(repeating: "é", count: 2048) + "… (cut, it has 1000000 bytes)"
        #expect(states.map(\.state.message) == ["started", "attempt 1 failed: \(cut)", "attempt 2", cut])
        #expect(states[0].name == String(repeating: "é", count: 128) + "… (cut, it has 1000000 bytes)")
        let details = try #require(states[0].details)
        #expect(details.tags == [String](repeating: states[0].name, count: 50))
        #expect((details.description ?? "").utf8.count < 5000)
        #expect(bench.reporter.logs.allSatisfy { $0.message.utf8.count < 5000 && $0.logger.utf8.count < 300 })
    }

    @Test func aPasswordIsHiddenWhereverTheTextIsCut() async throws {
        for length in [100, 4_000, 65_500, 200_000] {
            let secret = String(repeating: "s3cr3t", count: length / 6)
            let url = "postgres://u:\(secret)@host"
            for text in [url, String(repeating: "x ", count: 2_040) + url] {
                let shown = ReportedText.message(of: LongFailure(text: text))
                #expect(!shown.contains("s3cr3t"), "\(length)")
                #expect(shown.contains("postgres://"))
            }
        }
    }

    @Test(arguments: [
        ("load {{ month | pad: 2 }}", "load 07"),
        ("{{ token }}", "********"),
        ("{{ nothing | default: \"x\" }}", "x"),
        ("{{ month", "load"),
        ("{{ mnth }}", "load"),
        ("plain", "plain"),
    ])
    func fillsTheRunsNameWithParameters(template: String, name: String) async throws {
        try await bench.context.task(TaskOptions("load", runName: template)) {}
        #expect(bench.reporter.taskStates.map(\.name) == [name, name])
        let warnings = bench.reporter.logs.filter { $0.level == .warning }
        #expect(warnings.count == (name == "load" ? 1 : 0))
        #expect(warnings.allSatisfy { $0.taskRun == bench.reporter.taskStates[0].taskRun })
    }

    @Test func triesAgainAsTheOptionsSay() async throws {
        let calls = Mutex(0)
        let options = TaskOptions(
            "load", retries: 5, retryDelay: .list([.seconds(1), .seconds(3)]),
            retryOn: { ($0 as? NumberedFailure)?.number != 4 })
        await #expect(throws: NumberedFailure(number: 4)) {
            try await bench.context.task(options) {
                throw NumberedFailure(
                    number: calls.withLock {
                        $0 += 1
                        return $0
                    })
            }
        }
        #expect(bench.clock.waits == [.seconds(1), .seconds(3), .seconds(3)])
    }

    @Test func aDeclaredTaskIsUsedInManyPlaces() async throws {
        let double = FlowTask(TaskOptions("double", tags: ["math"])) { (context: FlowContext, number: Int) in
            context.logger.info("doubling \(number)")
            return number * 2
        } runName: {
            "double \($0)"
        }
        #expect(try await bench.context.task(double, 2) == 4)
        #expect(try await bench.context.task(double, 5) == 10)
        #expect(bench.reporter.taskStates.map(\.name) == ["double 2", "double 2", "double 5", "double 5"])
        #expect(bench.reporter.taskStates.allSatisfy { $0.details?.task == "double" })
        #expect(bench.reporter.logs.filter { $0.message == "doubling 5" }.map(\.logger) == ["double 5"])
    }

    @Test func aChangedCopyLeavesTheDeclarationAsItIs() async throws {
        let failing = FlowTask(TaskOptions("fail")) { (_: FlowContext, number: Int) -> Int in
            throw NumberedFailure(number: number)
        }
        var patient = failing
        patient.options.retries = 2
        await #expect(throws: NumberedFailure.self) { try await bench.context.task(patient, 1) }
        #expect(bench.states().filter { $0 == "Retrying" }.count == 2)
        await #expect(throws: NumberedFailure.self) { try await bench.context.task(failing, 1) }
        #expect(bench.states().filter { $0 == "Retrying" }.count == 2)
    }
}

private struct LongFailure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
}

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

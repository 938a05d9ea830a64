import ArgumentParser
import OrchModel
import Testing

@testable import OrchCLI

/// Options that Prefect's users type.
struct PrefectWordsTests {
    @Test("An agent's queue may stand by itself, and -l is its limit")
    func agent() throws {
        let command = try OrchCommand.parseAsRoot(["agent", "start", "default", "-q", "nightly", "-l", "3"])
        let start = try #require(command as? Agents.Start)
        #expect(start.wholeOptions.served == ["default", "nightly"] && start.wholeOptions.limit == 3)
        #expect(try Agents.Start.parse([]).wholeOptions.served == ["default"])
    }

    @Test("An agent that is to run once is told what there is instead")
    func runOnce() {
        let error = #expect(throws: (any Error).self) { try Agents.Start.parse(["--run-once"]) }
        #expect(error.map { Agents.Start.message(for: $0).contains("orch agent drain NAME") } == true)
    }

    @Test("A run is made of a deployment by its identifier, with -t, and may say that it is watched")
    func run() throws {
        let id = "\(Identifier.new())"
        let run = try Run.parse(["--id", id, "--watch", "-t", "a", "--start-in", "10 minutes"])
        #expect(run.deploymentID == id && run.tags == ["a"] && run.runOptions.startIn == .seconds(600))
    }

    @Test(
        "A run is of one deployment, and either followed or not",
        arguments: [
            ([], "expected one deployment"), (["x", "--id", "\(Identifier.new())"], "expected one deployment"),
            (["--id", "x"], "expected a deployment's identifier"),
            (["x", "--watch", "--detach"], "expected one of them"),
        ])
    func refusedRuns(arguments: [String], message: String) {
        let error = #expect(throws: (any Error).self) { try Run.parse(arguments) }
        #expect(error.map { Run.message(for: $0).contains(message) } == true)
    }

    @Test("A preview looks so many hours ahead")
    func hours() throws {
        let now = Timestamp(microseconds: 0)
        var run = Sample.run
        run.scheduledFor = now + .seconds(3601)
        #expect(!(try WorkQueues.Preview.parse(["q", "--hours", "1"]).isShown(run, at: now)))
        #expect(try WorkQueues.Preview.parse(["q", "--hours", "1.5"]).isShown(run, at: now))
        #expect(try WorkQueues.Preview.parse(["q"]).isShown(run, at: now))
        #expect(throws: (any Error).self) { try WorkQueues.Preview.parse(["q", "--hours", "-1"]) }
    }
}

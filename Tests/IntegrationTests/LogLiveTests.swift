import DockerEngine
import Foundation
import LogSegments
import OrchAgent
import OrchInfrastructure
import OrchModel
import OrchStore
import TestSupport
import Testing

/// Logs from containers of a real engine into a store: byte by byte what the engine kept, in order, once.
@Suite(
    .enabled("needs a Docker engine and the program of busybox-static") { await LiveAgentBench.isPossible() },
    .timeLimit(.minutes(15)), .serialized)
struct LogLiveTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var script: String
        var kind = RunEnding.Kind.command
    }

    @Test(
        "T2: every line arrives as the engine stored it, in order, once",
        arguments: [
            Row(testDescription: "100,000 lines, then exit at once", script: "seq 1 100000"),
            Row(testDescription: "no newline at the end", script: "printf 'one\\n\\nlast words'"),
            Row(
                testDescription: "both outputs in turn",
                script: "i=0; while [ $i -lt 3000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; printf end >&2"),
            Row(
                testDescription: "an output that ends without a newline, long before the other",
                script: "seq 1 10 >&2; printf end >&2; seq 1 20000"),
            Row(
                testDescription: "a line of 1 MiB",
                script: """
                    echo a; head -c 1048576 /dev/zero | tr '\\0' x; echo; head -c 300000 /dev/zero | tr '\\0' z >&2
                    """),
            Row(testDescription: "invalid UTF-8", script: "printf 'a\\377\\376b\\n\\303\\n\\303\\251\\n\\200'"),
            Row(testDescription: "NUL and other controls", script: "printf 'a\\000b\\n\\000\\n\\033[31m\\r\\tc\\n'"),
            Row(
                testDescription: "forged records of the run stream",
                script: """
                    echo '{"orch":1,"nonce":"0123456789abcdef","attempt":1,"seq":1,"time":"2020-07-01T00:00:00Z"}'
                    echo '{"orch":1,"nonce":"'
                    echo '{"orch":1}'; echo plain
                    """, kind: .sdk),
            Row(
                testDescription: "children that print",
                script: """
                    for n in 1 2 3; do (i=0; while [ $i -lt 1000 ]; do echo child $n $i; i=$((i+1)); done) & done
                    (seq 1 2000 >&2) & wait
                    """),
        ])
    func linesAreKeptAsTheEngineHasThem(_ row: Row) async throws {
        try await Self.with { bench, store in
            let claimed = bench.claimed(row.script) {
                $0.kind = row.kind
                $0.container.autoRemove = .never
            }
            try await store.take(claimed)
            bench.controller.queue(claimed)
            try await bench.withAgent { try await bench.controller.until(claimed) { $0.end != nil } }
            try await store.expectAsTheEngineHasIt(claimed)
        }
    }

    @Test("T2: a line of more than 1 MiB comes in parts that say so")
    func aVeryLongLineComesInParts() async throws {
        try await Self.with { bench, store in
            let claimed = bench.claimed("head -c 2621440 /dev/zero | tr '\\0' y; echo; echo after")
            try await store.take(claimed)
            bench.controller.queue(claimed)
            try await bench.withAgent { try await bench.controller.until(claimed) { $0.end != nil } }
            let lines = try await store.lines(claimed).filter { $0.source == .stdout }
            #expect(lines.map(\.logger) == ["stdout (part 1)", "stdout (part 2)", "stdout (part 3)", nil])
            #expect(lines.map(\.message.utf8.count) == [1 << 20, 1 << 20, 1 << 19, 5])
            #expect(Set(lines.prefix(3).flatMap(\.message.utf8)) == [UInt8(ascii: "y")])
        }
    }

    @Test("T2: an agent that is started anew in the middle reads all again, and nothing is there twice")
    func anAgentThatIsStartedAnewAddsNothingTwice() async throws {
        try await Self.with { bench, store in
            let script = "seq 1 30000; echo half >&2; sleep 2; seq 30001 60000; printf 'no newline'"
            let claimed = bench.claimed(script) { $0.container.autoRemove = .never }
            try await store.take(claimed)
            bench.controller.queue(claimed)
            for lines in [1, 20_000] {
                try await bench.withAgent {
                    try await bench.controller.until(claimed) { $0.records.count >= lines }
                }
            }
            try await bench.withAgent { try await bench.controller.until(claimed) { $0.end != nil } }
            try await store.expectAsTheEngineHasIt(claimed)
        }
    }

    /// A report whose answer is lost is sent again.
    @Test("T2: a controller that takes a report and loses the answer keeps each line once")
    func aLostAnswerAddsNothingTwice() async throws {
        try await Self.with { bench, store in
            let losses = Losses()
            bench.controller.passOn { report, key in
                try await store.apply(report, key)
                if await losses.isNext() { throw Losses.Lost() }
            }
            let claimed = bench.claimed("seq 1 50000; seq 1 10 >&2") { $0.container.autoRemove = .never }
            try await store.take(claimed)
            bench.controller.queue(claimed)
            try await bench.withAgent { try await bench.controller.until(claimed) { $0.end != nil } }
            try await store.expectAsTheEngineHasIt(claimed)
        }
    }

    private actor Losses {
        struct Lost: Error {}
        private var count = 0

        /// Every other answer is lost.
        func isNext() -> Bool {
            count += 1
            return !count.isMultiple(of: 2)
        }
    }

    private static func with(_ body: (LiveAgentBench, KeptLogs) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/orch-live-logs-\(Identifier.new())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await RelationalStore.openSQLite(path: folder + "/orch.db")
        try await LiveAgentBench.with { bench in
            let logs = KeptLogs(store: store)
            bench.controller.passOn { try await logs.apply($0, $1) }
            try await body(bench, logs)
        }
        try await store.close()
    }
}

/// A store that reports reach as they do a server: packed, and unpacked again.
private struct KeptLogs: Sendable {
    let store: RelationalStore

    /// Adds a run that the live agent has claimed.
    func take(_ claimed: ClaimedRun) async throws {
        let now = Timestamp.now()
        let state = RunState(.scheduled, message: "", at: now, actor: "test")
        let run = FlowRun(
            id: claimed.runID, name: claimed.runName, flowName: claimed.flowName, parameters: [:], workQueue: "default",
            image: claimed.image, state: state, createdAt: now, scheduledFor: now)
        let launch = RunLaunch(
            kind: claimed.kind, command: claimed.command, infrastructure: Infrastructure(block: nil), blocks: [])
        try await store.createRun(RunDraft(run: run, launch: launch))
        let agent = AgentInfo(name: "live", host: "h", version: "0", queues: ["default"], engine: nil)
        let claims = try await store.claim(
            ClaimRequest(agent: agent, limit: 1, leaseUntil: now + .seconds(600), at: now))
        #expect(claims.map(\.run.id) == [claimed.runID])
    }

    func apply(_ report: AttemptReport, _ key: OrchInfrastructure.AttemptKey) async throws {
        let unpacked = try ReportPackage.unpack(try ReportPackage.pack(report))
        let key = OrchStore.AttemptKey(runID: key.run, attempt: key.attempt)
        _ = try await store.apply(unpacked, to: key, leaseUntil: .now() + .seconds(600), at: .now())
    }

    func lines(_ claimed: ClaimedRun) async throws -> [LogRecord] {
        var records: [LogRecord] = []
        var after: Int64? = 0
        while let position = after {
            let page = try await store.logs(of: claimed.runID, matching: LogQuery(after: position, limit: 10_000))
            records += page.records
            after = page.next
        }
        return records
    }

    /// Compares each output with what `docker logs` gives.
    func expectAsTheEngineHasIt(_ claimed: ClaimedRun) async throws {
        let records = try await lines(claimed)
        #expect(records.map(\.position) == records.indices.map { Int64($0) + 1 })
        for source in [LogRecord.Source.stdout, .stderr] {
            let own = records.filter { $0.source == source }
            #expect(own.map(\.sequence) == own.indices.map { Int64($0) + 1 })
        }
        let logs = try ChildProgram.run(["docker", "logs", claimed.containerName])
        #expect(Self.difference(of: records, to: logs) == nil)
    }

    /// The first line that `docker logs` has otherwise; nil where none is.
    private static func difference(of records: [LogRecord], to logs: ChildProgram.Ending) -> String? {
        for (source, bytes) in [(LogRecord.Source.stdout, logs.output), (.stderr, Data(logs.errors.utf8))] {
            let own = records.filter { $0.source == source }
            var expected = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            if expected.last?.isEmpty == true { expected.removeLast() }
            let line = zip(own, expected).prefix { $0.message.utf8.elementsEqual($1) }.count
            guard line < max(own.count, expected.count) else { continue }
            let shown = line < expected.count ? String(decoding: expected[line].prefix(200), as: UTF8.self) : "nothing"
            return
                "\(source): \(own.count) lines kept, the engine has \(expected.count); its line \(line + 1) is \(shown)"
        }
        return nil
    }
}

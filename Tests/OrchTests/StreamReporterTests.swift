import Foundation
import Glibc
import OrchTesting
import Synchronization
import Testing
import Threads

@testable import Orch

/// The reporter takes over descriptors of the test's own, which stand for 1 and 2.
struct StreamReporterTests {
    private static let attempt = LaunchEnvironment.Attempt(flowRun: .new(), number: 1, apiKey: "key")
    private static let done = RunEnding.Outcome(type: .completed, name: "Completed", message: "")

    /// A reporter, the descriptors it took over, and the end of the pipe it writes to.
    private final class Stage: Sendable {
        let reporter: StreamReporter
        let out: Int32
        let err: Int32
        let read: Int32

        init(journal: Journal? = nil, gathers: Bool = false) throws {
            let pipe = try Descriptor.pipe()
            out = try Descriptor.duplicate(pipe.write)
            err = try Descriptor.duplicate(pipe.write)
            read = pipe.read
            reporter = try StreamReporter(
                output: pipe.write, redirected: [(out, .stdout), (err, .stderr)], attempt: attempt, journal: journal,
                gathers: gathers, now: { Timestamp(microseconds: 0) })
            close(pipe.write)
        }

        deinit {
            close(read)
        }

        func print(_ text: String, to descriptor: Int32? = nil) {
            #expect(Descriptor.write(Array(text.utf8), to: descriptor ?? out))
        }

        /// Does the work on a thread of its own and reads, a little at a time, until all has been written.
        func output(of work: @escaping @Sendable (Stage) -> Void) throws -> [UInt8] {
            let code = DetachedThread.start(name: "test") { [self] in
                work(self)
                close(out)
                close(err)
            }
            try #require(code == 0)
            var output: [UInt8] = []
            var wait = pollfd(fd: read, events: Int16(POLLIN), revents: 0)
            while true {
                poll(&wait, 1, -1)
                guard let bytes = Descriptor.read(read, atMost: 1000) else { return output }
                output += bytes
            }
        }
    }

    private func events(_ output: [UInt8]) -> [StreamDecoder.Event] {
        var decoder = StreamDecoder(nonce: StreamNonce.make(apiKey: "key", attempt: 1), attempt: 1)
        let lines = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.dropLast().flatMap { decoder.feed($0) } + decoder.finish()
    }

    /// The log lines, each with the stream it came from; fails on anything lost.
    private func logs(_ output: [UInt8]) -> [String] {
        events(output).compactMap { event in
            guard case .record(_, let record) = event else {
                Issue.record("not a record: \(event)")
                return nil
            }
            guard case .log(let log) = record.kind else { return nil }
            return "\(log.stream.rawValue): \(log.message)\(log.continues ? "…" : "")"
        }
    }

    private func outcome(_ output: [UInt8]) -> RunEnding.Outcome? {
        guard case .record(_, let record)? = events(output).last, case .outcome(let outcome) = record.kind else {
            return nil
        }
        return outcome
    }

    @Test func keepsTheOrderOfPrintsAndRecords() throws {
        let output = try Stage().output { stage in
            for index in 0..<200 {
                stage.print("print \(index)\n")
                stage.reporter.report(.log(.init(.info, "log \(index)", logger: "flow")))
            }
            stage.reporter.finish(Self.done)
        }
        #expect(logs(output) == (0..<200).flatMap { ["stdout: print \($0)", "logger: log \($0)"] })
        #expect(outcome(output) == Self.done)
    }

    @Test func losesNothingOfALineWithoutAnEnd() throws {
        let output = try Stage().output { stage in
            stage.print("no newline")
            #expect(Descriptor.write([0x61, 0xFF], to: stage.err))
            stage.reporter.finish(Self.done)
        }
        #expect(logs(output) == ["stdout: no newline", "stderr: a\u{FFFD}"])
        #expect(outcome(output) == Self.done)
    }

    @Test func continuesAHugeLine() throws {
        let output = try Stage().output { stage in
            stage.print(String(repeating: "é", count: 500_000) + "\nnext\n")
            stage.reporter.finish(Self.done)
        }
        let lines = logs(output)
        #expect(lines.count == 5)
        #expect(lines.prefix(3).allSatisfy { $0.hasSuffix("…") })
        #expect(lines.prefix(4).map { $0.filter { $0 == "é" }.count }.reduce(0, +) == 500_000)
        #expect(lines.last == "stdout: next")
        #expect(output.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count < StreamRecord.maximumLineBytes })
    }

    /// Nobody reports a record while this is printed: the reading thread alone passes it on.
    @Test func passesOnMoreThanAPipeHolds() throws {
        let output = try Stage().output { stage in
            for index in 0..<20_000 { stage.print("line \(index)\n", to: index % 2 == 0 ? stage.out : stage.err) }
            stage.reporter.finish(Self.done)
        }
        let lines = logs(output)
        let (out, err) = (stride(from: 0, to: 20_000, by: 2), stride(from: 1, to: 20_000, by: 2))
        #expect(lines.filter { $0.hasPrefix("stdout") } == out.map { "stdout: line \($0)" })
        #expect(lines.filter { $0.hasPrefix("stderr") } == err.map { "stderr: line \($0)" })
    }

    @Test func losesNothingOfManyThreads() throws {
        let output = try Stage().output { stage in
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for index in 0..<500 {
                    stage.print("\(thread) print \(index)\n")
                    stage.reporter.report(.log(.init(.info, "\(thread) log \(index)", logger: "flow")))
                }
            }
            stage.reporter.finish(Self.done)
        }
        let lines = logs(output)
        #expect(lines.count == 8000)
        for thread in 0..<8 {
            let mine = lines.filter { $0.contains(": \(thread) ") }
            #expect(mine == (0..<500).flatMap { ["stdout: \(thread) print \($0)", "logger: \(thread) log \($0)"] })
        }
    }

    @Test func leavesWhatIsPrintedAfterTheEndAlone() throws {
        let output = try Stage().output { stage in
            stage.reporter.finish(Self.done)
            stage.reporter.report(.log(.init(.info, "late", logger: "flow")))
            stage.reporter.finish(Self.done)
            stage.print("after\n")
        }
        #expect(events(output).count == 2)
        #expect(events(output).last == .plain(Array("after".utf8)))
    }

    @Test func keepsACopyOfWhatItWritesInItsJournal() throws {
        let folder = try JournalFolder()
        let output = try Stage(journal: folder.journal(of: Self.attempt)).output { stage in
            for index in 0..<100 {
                stage.print("print \(index)\n")
                stage.reporter.report(.log(.init(.info, String(repeating: "x", count: 90 * index), logger: "flow")))
            }
            stage.reporter.finish(Self.done)
        }
        #expect(folder.bytes(of: Self.attempt) == [output, []])
    }

    @Test func recordsOfABurstAreFewLinesAndTheJournalHasEach() throws {
        let folder = try JournalFolder()
        let output = try Stage(journal: folder.journal(of: Self.attempt), gathers: true).output { stage in
            for index in 0..<2000 {
                if index % 100 == 0 { stage.print("print \(index)\n") }
                let text = index == 1000 ? String(repeating: "x", count: 5000) : "log \(index)"
                stage.reporter.report(.log(.init(.info, text, logger: "flow")))
            }
            stage.reporter.finish(Self.done)
        }
        let lines = output.split(separator: UInt8(ascii: "\n"))
        #expect(lines.allSatisfy { $0.count < StreamRecord.maximumLineBytes })
        let texts = logs(output)
        #expect(texts.count == 2020)
        #expect(texts.prefix(3) == ["stdout: print 0", "logger: log 0", "logger: log 1"])
        #expect(texts.last == "logger: log 1999")
        #expect(outcome(output) == Self.done)
        let kept = try #require(folder.bytes(of: Self.attempt).first)
        #expect(logs(kept) == texts)
        #expect(kept.split(separator: UInt8(ascii: "\n")).count > 2020)
    }

    /// What waits to be written is in the journal, and comes without another record after it.
    @Test func whatIsGatheredComesByItself() throws {
        let folder = try JournalFolder()
        let stage = try Stage(journal: folder.journal(of: Self.attempt), gathers: true)
        for index in 0..<3 { stage.reporter.report(.log(.init(.info, "log \(index)", logger: "flow"))) }
        #expect(logs(folder.bytes(of: Self.attempt)[0]) == (0..<3).map { "logger: log \($0)" })
        var output: [UInt8] = []
        var wait = pollfd(fd: stage.read, events: Int16(POLLIN), revents: 0)
        while logs(output).count < 3 {
            try #require(poll(&wait, 1, 60_000) == 1)
            output += Descriptor.read(stage.read, atMost: 65_536) ?? []
        }
        #expect(logs(output) == (0..<3).map { "logger: log \($0)" })
        stage.reporter.finish(Self.done)
        close(stage.out)
        close(stage.err)
    }

    @Test func nothingIsGatheredWithoutAJournal() throws {
        let output = try Stage(gathers: true).output { stage in
            for index in 0..<100 { stage.reporter.report(.log(.init(.info, "log \(index)", logger: "flow"))) }
            stage.reporter.finish(Self.done)
        }
        #expect(output.split(separator: UInt8(ascii: "\n")).count == 101)
    }

    @Test func goesOnWhereNobodyReadsAnyMore() throws {
        let pipe = try Descriptor.pipe()
        let folder = try JournalFolder()
        let reporter = try StreamReporter(
            output: pipe.write, redirected: [], attempt: Self.attempt, journal: folder.journal(of: Self.attempt),
            now: { Timestamp(microseconds: 0) })
        close(pipe.write)
        close(pipe.read)
        let ended = Mutex(false)
        let signal = DispatchSemaphore(value: 0)
        // A thread on which no signal is handled, as SIGPIPE would end the tests.
        let code = DetachedThread.start(name: "test") {
            for index in 0..<10 { reporter.report(.log(.init(.info, "line \(index)", logger: "flow"))) }
            reporter.finish(Self.done)
            ended.withLock { $0 = true }
            signal.signal()
        }
        try #require(code == 0)
        signal.wait()
        #expect(ended.withLock { $0 })
        // The engine went away; the journal has it all the same.
        #expect(folder.bytes(of: Self.attempt).first?.split(separator: UInt8(ascii: "\n")).count == 11)
    }

    @Test func whatIsPrintedIsOfTheOneTaskAtWork() throws {
        let (first, second, child) = (Identifier.new(), Identifier.new(), Identifier.new())
        @Sendable func state(_ task: Identifier, _ type: StateType, name: String? = nil) -> StreamRecord.Kind {
            let state = RunState(type, name: name, message: "", at: Timestamp(microseconds: 0), actor: "flow")
            return .taskState(.init(taskRun: task, name: "t", flowRun: child, attempt: 1, state: state))
        }
        let output = try Stage().output { stage in
            stage.print("before\n")
            stage.reporter.report(state(first, .running))
            stage.print("first\n")
            stage.reporter.report(state(second, .running))
            stage.print("both\n")
            stage.reporter.report(state(first, .completed))
            stage.print("second\n")
            stage.reporter.report(state(second, .scheduled, name: RunState.awaitingRetryName))
            stage.print("waiting\n")
            stage.reporter.report(state(second, .running, name: RunState.retryingName))
            stage.print("again\n")
            stage.reporter.report(state(second, .failed))
            stage.print("after\n")
            stage.reporter.finish(Self.done)
        }
        let logs = events(output).compactMap { event -> StreamRecord.Log? in
            if case .record(_, let record) = event, case .log(let log) = record.kind { log } else { nil }
        }
        let tasks: [Identifier?] = [nil, first, nil, second, nil, second, nil]
        #expect(logs.map(\.message) == ["before", "first", "both", "second", "waiting", "again", "after"])
        #expect(logs.map(\.taskRun) == tasks)
        #expect(logs.map(\.flowRun) == tasks.map { $0 == nil ? nil : child })
        #expect(logs.allSatisfy { $0.logger == "stdout" && $0.stream == .stdout })
    }

    @Test func tenMegabytesThatATaskPrintsArriveWhole() throws {
        let line = String(repeating: "x", count: 2999) + "\n"
        let output = try Stage().output { stage in
            let state = RunState(.running, message: "", at: Timestamp(microseconds: 0), actor: "flow")
            stage.reporter.report(.taskState(.init(taskRun: .new(), name: "t", attempt: 1, state: state)))
            for _ in 0..<350 { stage.print(String(repeating: line, count: 10)) }
            stage.reporter.finish(Self.done)
        }
        // To read them as records would take a debugger's patience: each line has its own, and there is one before and after.
        let lines = output.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 3502)
        #expect(
            lines.dropFirst().dropLast().allSatisfy { $0.count > 3000 && $0.count <= StreamRecord.maximumLineBytes })
    }
}

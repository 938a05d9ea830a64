import Foundation
import OrchModel
import Synchronization
import Testing

@testable import OrchInfrastructure

/// Spool files: what is read of them, and when it is said to have been written.
struct SpoolTests {
    private final class Bench {
        let folder = FileManager.default.temporaryDirectory.appending(path: "orch-spool-\(UUID())").path
        var path: String { folder + "/stdout" }

        init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

        func append(_ text: String) throws {
            let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            try #require(file >= 0)
            defer { close(file) }
            #expect(write(file, text, text.utf8.count) == text.utf8.count)
        }

        func clock() -> SpoolClock { SpoolClock(path: path + ".times") }

        deinit { try? FileManager.default.removeItem(atPath: folder) }
    }

    private func lines(_ reader: inout SpoolReader) throws -> [OutputLine] {
        var found: [OutputLine] = []
        while let some = try reader.next() { found += some }
        return found
    }

    private func text(_ lines: [OutputLine]) -> [String] { lines.map { String(decoding: $0.bytes, as: UTF8.self) } }

    @Test("lines are read as they come, a part of one only with its rest")
    func reading() throws {
        let bench = try Bench()
        var reader = SpoolReader(bench.path, .stdout, clock: bench.clock(), now: Timestamp.now)
        #expect(try lines(&reader).isEmpty)
        try bench.append("one\ntw")
        #expect(text(try lines(&reader)) == ["one"])
        try bench.append("o\n\nlast")
        #expect(text(try lines(&reader)) == ["two", ""])
        let rest = reader.rest()
        #expect(text(rest) == ["last"] && rest.allSatisfy { !$0.isComplete })
    }

    @Test("a line has the same time whenever it is read, by another reader and by another agent")
    func times() throws {
        let bench = try Bench()
        let clock = bench.clock()
        var reader = SpoolReader(bench.path, .stdout, clock: clock, now: Timestamp.now)
        var first: [OutputLine] = []
        for number in 1...300 {
            try bench.append("line \(number)\nhal")
            first += try lines(&reader)
            try bench.append("f\n")
            first += try lines(&reader)
        }
        #expect(first.count == 600)
        #expect(zip(first, first.dropFirst()).allSatisfy { $0.time <= $1.time })
        for clock in [clock, bench.clock()] {
            var again = SpoolReader(bench.path, .stdout, clock: clock, now: { Timestamp(microseconds: 7) })
            #expect(try lines(&again) == first)
            let start = SpoolReader.start(ofLast: 128, in: bench.path)
            var tail = SpoolReader(bench.path, .stdout, clock: clock, from: start, now: { Timestamp(microseconds: 7) })
            #expect(try lines(&tail) == Array(first.suffix(128)))
        }
    }

    @Test("the last lines of a file begin where they do, however long they are", arguments: [0, 1, 2, 3, 200])
    func tails(count: Int) throws {
        let bench = try Bench()
        try bench.append("a\n" + String(repeating: "b", count: 600_000) + "\nc\nrest")
        let start = SpoolReader.start(ofLast: count, in: bench.path)
        let text = try String(contentsOfFile: bench.path, encoding: .utf8).utf8.dropFirst(Int(start))
        #expect(text.split(separator: 0x0A).count == min(count, 3) + 1)
    }

    @Test("variables reach a supervisor whole, or it knows that they did not")
    func variables() {
        let bytes = ProcessEnvironment.bytes(["A": "1", "B": "", "C": "x\ny"])
        #expect(ProcessEnvironment.entries(bytes) == ["A=1", "B=", "C=x\ny"])
        #expect(ProcessEnvironment.entries(ProcessEnvironment.bytes([:])) == [])
        for count in bytes.indices { #expect(ProcessEnvironment.entries(Array(bytes.prefix(count))) == nil) }
    }

    @Test("the kernel's line about a process is read, whatever the process is called")
    func processStatus() throws {
        let tail = (7...21).map(String.init).joined(separator: " ")
        let line = "42 (a ) R b) T 1 42 43 0 \(tail) 777 9 9"
        let status = try #require(ProcessFacts.status(line))
        #expect(status.state == "T" && status.isStopped && status.session == 43)
        let own = try #require(ProcessFacts.status(of: getpid()))
        #expect(own.isLive && own.ticks > 0 && own.session == getsid(0))
        #expect(ProcessFacts.status("nonsense") == nil)
        #expect(!ProcessFacts.boot().isEmpty && ProcessFacts.memoryKills() != nil)
    }
}

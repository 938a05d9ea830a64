import Glibc
import OrchTesting
import Testing
import Threads

@testable import Orch

@Suite(.timeLimit(.minutes(10)))
struct ConsoleReporterTests {
    /// A task that waits for its user's answer, or was left behind with the question, keeps no other one from its log.
    @Test func aThreadThatReadsAStreamHoldsUpNothing() async throws {
        let pipe = try Descriptor.pipe()
        #expect(fcntl(pipe.read, F_SETFL, 0) == 0)
        let (answers, answer) = AsyncStream.makeStream(of: Int32.self)
        let code = DetachedThread.start(name: "test") {
            guard let file = fdopen(pipe.read, "r") else { return answer.finish() }
            flockfile(file)
            answer.yield(0)
            answer.yield(getc(file))
            funlockfile(file)
            fclose(file)
        }
        #expect(code == 0)
        var iterator = answers.makeAsyncIterator()
        // From here on the thread holds its stream.
        #expect(await iterator.next() == 0)
        let reporter = ConsoleReporter(isColored: false, now: { Timestamp(microseconds: 0) })
        reporter.report(.log(.init(.info, "a line of ConsoleReporterTests", logger: "flow")))
        #expect(Descriptor.write([7], to: pipe.write))
        #expect(await iterator.next() == 7)
        close(pipe.write)
    }
}

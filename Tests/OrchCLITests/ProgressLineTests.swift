import OrchModel
import Synchronization
import Testing

@testable import OrchCLI

struct ProgressLineTests {
    private func task(_ name: String, _ done: Int?, of total: Int? = nil) -> TaskRun {
        let state = RunState(.running, message: "", at: Timestamp(microseconds: 0), actor: "flow")
        let progress = done.map { TaskDetails.Progress(done: $0, total: total) }
        return TaskRun(
            id: .new(), flowRunID: .new(), name: name, attempt: 1, state: state,
            details: TaskDetails(progress: progress))
    }

    @Test func showsABar() {
        #expect(ProgressLine.text(of: [task("load", 3, of: 12)]) == "load [######------------------] 25%  3 of 12")
        #expect(ProgressLine.text(of: [task("load", 12, of: 12)])?.contains("[########################] 100%") == true)
        #expect(ProgressLine.text(of: [task("load", 7)]) == "load  7 done")
    }

    @Test func countsTheOthers() {
        let tasks = [task("quiet", nil), task("load", 0, of: 2), task("send", 1), task("quiet", nil)]
        #expect(ProgressLine.text(of: tasks) == "load [------------------------] 0%  0 of 2  (+1 more)")
        #expect(ProgressLine.text(of: [task("quiet", nil)]) == nil)
        #expect(ProgressLine.text(of: []) == nil)
    }

    @Test func fitsATerminalAndDoesNotSteerIt() {
        let text = ProgressLine.text(of: [task("\u{1B}[2J" + String(repeating: "x", count: 200), 1, of: 2)])
        #expect(text?.count == 79)
        #expect(text?.contains("\u{1B}") == false)
    }

    @Test func linesAreWrittenAboveTheStatus() {
        let written = Mutex("")
        let status = StatusLine { text in written.withLock { $0 += text } }
        status.above { written.withLock { $0 += "first\n" } }
        status.show("1%")
        status.show("1%")
        status.above { written.withLock { $0 += "second\n" } }
        status.show("2%")
        status.show(nil)
        let erase = "\r\u{1B}[K"
        #expect(written.withLock { $0 } == "first\n1%\(erase)second\n1%\(erase)2%\(erase)")
    }
}

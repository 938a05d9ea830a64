import OrchModel
import Testing

struct TaskRunTests {
    private func told(
        _ type: StateType, attempt: Int = 1, at: Int64, progress: Int? = nil, tags: [String]? = nil
    ) -> TaskRun {
        let time = Timestamp(microseconds: at)
        let progress = progress.map { TaskDetails.Progress(done: $0, total: 9) }
        return TaskRun(
            id: Self.id, flowRunID: Self.id, name: "load", attempt: attempt,
            state: RunState(type, message: "", at: time, actor: "flow"),
            details: TaskDetails(tags: tags, progress: progress))
    }

    private static let id = Identifier.new()

    @Test func detailsOfTheSameAttemptAddUp() {
        let newest = TaskRun.newest(of: [
            told(.running, at: 1, tags: ["db"]), told(.running, at: 2, progress: 3), told(.running, at: 3, progress: 4),
            told(.completed, at: 4), told(.running, at: 5, progress: 5),
        ])
        #expect(newest.map(\.state.type) == [.completed])
        #expect(newest[0].details == TaskDetails(tags: ["db"], progress: .init(done: 4, total: 9)))
    }

    @Test func progressBeginsAnewWithAnotherAttempt() {
        let newest = TaskRun.newest(of: [
            told(.running, at: 1, progress: 3, tags: ["db"]), told(.running, attempt: 2, at: 2),
        ])
        #expect(newest[0].details == TaskDetails(tags: ["db"]))
    }
}

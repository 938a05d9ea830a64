import Synchronization

@testable import Orch

/// A controller that makes child runs in memory, with faults on request.
final class MemoryChildDesk: ChildRunDesk {
    private struct State {
        var runs: [String: FlowRun] = [:]
        var requests: [ChildRunRequest] = []
        var cancelled: [Identifier] = []
        var looks = 0
        /// Calls that nobody answers, before one is answered.
        var silence = 0
    }

    static let at = Timestamp(microseconds: 1_600_000_000_000_000)

    private let state = Mutex(State())
    /// What becomes of a run when it is looked at, by what is asked and how often anybody looked; nil: it goes on.
    private let course: @Sendable (ChildRunRequest, Int) -> (StateType, JSONValue?, Int?)?

    init(
        silence: Int = 0,
        course: @escaping @Sendable (ChildRunRequest, Int) -> (StateType, JSONValue?, Int?)?
    ) {
        self.course = course
        state.withLock { $0.silence = silence }
    }

    var requests: [ChildRunRequest] { state.withLock { $0.requests } }
    var keys: Set<String> { Set(requests.map(\.place.key)) }
    var cancelled: [Identifier] { state.withLock { $0.cancelled } }
    var looks: Int { state.withLock { $0.looks } }

    func beAway(for calls: Int) { state.withLock { $0.silence = calls } }

    private static func answering(_ state: inout State) throws {
        guard state.silence > 0 else { return }
        state.silence -= 1
        throw ControllerAway(reason: "no answer from the orch server")
    }

    func make(_ request: ChildRunRequest) async throws -> FlowRun {
        try state.withLock { state in
            try Self.answering(&state)
            state.requests.append(request)
            if let known = state.runs[request.place.key], known.state.type == .completed { return known }
            let number = state.runs.count + 1
            let run = FlowRun(
                id: .new(), name: "child-\(number)", flowName: "child", parameters: request.parameters,
                workQueue: "default", image: "taxi",
                state: RunState(.scheduled, message: "waits", at: Self.at, actor: "flow"), createdAt: Self.at,
                scheduledFor: Self.at)
            state.runs[request.place.key] = run
            return run
        }
    }

    func look(at child: Identifier) async throws -> FlowRun {
        try await Task.sleep(for: .milliseconds(1))
        return try state.withLock { state in
            try Self.answering(&state)
            state.looks += 1
            guard var (key, run) = state.runs.first(where: { $0.value.id == child }),
                let request = state.requests.last(where: { $0.place.key == key })
            else { throw ControllerAway(reason: "there is no such run") }
            guard let (type, result, code) = course(request, state.looks) else { return run }
            run.state = RunState(type, message: "exit \(code ?? 0)", at: Self.at, actor: "agent a1")
            run.result = result
            run.termination = code.map { Termination(exitCode: $0) }
            state.runs[key] = run
            key = ""
            return run
        }
    }

    func cancel(_ child: Identifier) async throws { state.withLock { $0.cancelled.append(child) } }
}

import OrchTesting
import Synchronization
import TestSupport
import Testing

@testable import Orch

/// Keeps the table of outcomes in `docs/tasks.md` equal to what tasks do.
struct TaskOutcomesDocumentTests {
    /// What an attempt does.
    enum Act: String, Sendable {
        case ends = "ends in time"
        case fails = "throws"
        case obeys = "takes too long, ends when it is cancelled"
        case throwsLate = "takes too long, throws an error of its own when it is cancelled"
        case returnsLate = "takes too long, returns a value when it is cancelled"
        case ignores = "takes too long, ignores that it is cancelled"
        case waits = "works, and ends when it is cancelled"
        case finishes = "works, and returns a value though it is cancelled"
        case holds = "works, and ignores that it is cancelled"

        /// Whether the time limit passes while it works.
        var isTooLong: Bool { [.obeys, .throwsLate, .returnsLate, .ignores].contains(self) }
        /// Whether the time it has to end passes, too.
        var outlivesGrace: Bool { self == .ignores || self == .holds }
    }

    /// When the run is cancelled.
    enum Cancellation: String, Sendable {
        case never = "no"
        case before = "before it starts"
        case working = "while it works"
        case waiting = "while it waits for its next attempt"
        case ending = "after the time limit, before it has ended"
    }

    struct Case: Sendable {
        /// What the first attempt does, the second one, and so on.
        var acts: [Act]
        var retries = 0
        var retriesTimeouts = true
        var cancellation = Cancellation.never
    }

    private static let cases = [
        Case(acts: [.ends]),
        Case(acts: [.fails]),
        Case(acts: [.fails, .fails], retries: 1),
        Case(acts: [.fails, .ends], retries: 1),
        Case(acts: [.obeys]),
        Case(acts: [.throwsLate]),
        Case(acts: [.returnsLate]),
        Case(acts: [.ignores]),
        Case(acts: [.obeys, .ends], retries: 1),
        Case(acts: [.obeys, .obeys], retries: 1),
        Case(acts: [.ignores, .ends], retries: 1),
        Case(acts: [.obeys], retries: 1, retriesTimeouts: false),
        Case(acts: [.waits], retries: 1, cancellation: .before),
        Case(acts: [.waits], retries: 1, cancellation: .working),
        Case(acts: [.finishes], retries: 1, cancellation: .working),
        Case(acts: [.holds], retries: 1, cancellation: .working),
        Case(acts: [.fails], retries: 1, cancellation: .waiting),
        Case(acts: [.obeys], retries: 1, cancellation: .ending),
    ]

    private static func row(_ item: Case) async -> String {
        let bench = TaskBench()
        let (working, isWorking) = AsyncStream.makeStream(of: Void.self)
        let (ending, isEnding) = AsyncStream.makeStream(of: Void.self)
        let release = Gate()
        let acts = Mutex(item.acts[...])
        let options = TaskOptions(
            "task", retries: item.retries,
            retryOn: { error in
                if item.cancellation == .waiting { withUnsafeCurrentTask { $0?.cancel() } }
                return item.retriesTimeouts || !(error is TaskTimedOut)
            },
            // Long enough for a second attempt that ends at once on a busy machine.
            timeout: item.acts[0].isTooLong ? .seconds(1) : .seconds(100),
            grace: item.acts[0].outlivesGrace ? .milliseconds(20) : .seconds(100))
        let task = Task {
            if item.cancellation == .before { withUnsafeCurrentTask { $0?.cancel() } }
            return try await bench.context.task(options) {
                isWorking.yield()
                switch acts.withLock({ $0.popFirst() }) {
                case .ends, nil: return
                case .fails: throw NumberedFailure(number: 1)
                case .ignores, .holds: await release.wait()
                case .returnsLate, .finishes: try? await Task.sleep(for: .seconds(100))
                case .throwsLate:
                    try? await Task.sleep(for: .seconds(100))
                    throw NumberedFailure(number: 1)
                case .waits: try await Task.sleep(for: .seconds(100))
                case .obeys:
                    try? await Task.sleep(for: .seconds(100))
                    guard item.cancellation == .ending else { throw CancellationError() }
                    isEnding.yield()
                    await release.wait()
                }
            }
        }
        if item.cancellation == .working { for await _ in working { break } }
        if item.cancellation == .ending { for await _ in ending { break } }
        if item.cancellation == .working || item.cancellation == .ending { task.cancel() }
        if item.cancellation == .ending { release.open() }
        let outcome = await task.result
        release.open()
        let got =
            switch outcome {
            case .success: "its value"
            case .failure(is TaskTimedOut): "`TaskTimedOut`"
            case .failure(is CancellationError): "`CancellationError`"
            case .failure: "its error"
            }
        let attempts =
            item.acts.count == 1 ? item.acts[0].rawValue : item.acts.map(\.rawValue).joined(separator: "; then ")
        let retries = item.retriesTimeouts ? "\(item.retries)" : "\(item.retries), but `retryOn` refuses"
        return "| \(attempts) | \(retries) | \(item.cancellation.rawValue) "
            + "| \(bench.states().joined(separator: ", ")) | \(got) |"
    }

    @Test(.timeLimit(.minutes(10))) func theDocumentIsWhatHappens() async throws {
        var rows = ["| an attempt | retries | cancelled | states | the caller gets |", "|---|---|---|---|---|"]
        rows += await withTaskGroup(of: (Int, String).self) { group in
            for (index, item) in Self.cases.enumerated() { group.addTask { (index, await Self.row(item)) } }
            return await group.reduce(into: [(Int, String)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
        try DocumentPage("tasks.md").expect(rows.joined(separator: "\n"), at: "outcomes")
    }
}

/// Holds up whoever waits until it is opened, cancelled or not.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

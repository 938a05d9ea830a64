import OrchModel
import TestSupport
import Testing

/// Keeps `docs/run-states.md` equal to the table of transitions.
struct RunStatesDocumentTests {
    /// Narrower names, and when a state has them.
    private static let names: [(StateType, String, String)] = [
        (.scheduled, "Scheduled", "waits for an agent, or for its time"),
        (
            .scheduled, RunState.lateName,
            "was due 15 s ago (`late_after`), nothing holds it back, and no agent has taken it"
        ),
        (.scheduled, RunState.awaitingRetryName, "its last attempt went wrong or was not enough, another one follows"),
        (
            .scheduled, RunState.awaitingRescheduleName,
            "it waits for something outside, and has no container until it looks again"
        ),
        (
            .scheduled, RunState.awaitingSlotName,
            "a limit of runs or of its task's tag is full; its message says which, and who holds the slots"
        ),
        (.pending, "Pending", "an agent has claimed it and makes its container"),
        (.pending, RunState.pullingName, "its agent pulls its image; its message says how far it is"),
        (.running, "Running", "its process has started"),
        (.running, RunState.retryingName, "the same, in a second or later attempt"),
        (.paused, "Paused", "its container is frozen; or it is held in its queue, and no agent takes it"),
        (.paused, RunState.suspendedName, "its container was ended so that a later attempt goes on; no agent takes it"),
        (.cancelling, "Cancelling", "somebody asked for its end; its container is being stopped"),
        (.cancelled, "Cancelled", "it was ended because somebody asked"),
        (.completed, "Completed", "it did what it should"),
        (
            .completed, RunState.skippedName,
            "a task of a graph that was not to run, or one that skipped itself; a flow that let that pass; its message says why"
        ),
        (.completed, RunState.cachedName, "a task that took the result of an earlier run; its message says which"),
        (.failed, "Failed", "the flow said so, or the command's exit code"),
        (.failed, RunState.timedOutName, "it took longer than it may"),
        (.failed, RunState.upstreamFailedName, "a task of a graph that could not run, as one before it failed"),
        (.crashed, "Crashed", "it was killed, ran out of memory, vanished, or never started"),
    ]

    private static var document: String {
        let arrows = StateType.allCases.flatMap { type in
            StateType.allCases.filter(type.successors.contains).map {
                "    \(type.defaultName) --> \($0.defaultName)"
            }
        }
        let header = StateType.allCases.map { " \($0.defaultName) |" }.joined()
        let rows = StateType.allCases.map { from in
            "| **\(from.defaultName)** |"
                + StateType.allCases.map { from.successors.contains($0) ? " ● |" : "  |" }.joined()
        }
        return """
            # The states of a run

            Each state has a type, a name, a message that says why, a time, and who caused it. This page is made from the
            table in `Sources/OrchModel/RunState+transitions.swift`; a test compares them, and
            `ORCH_UPDATE_DOCUMENTS=1 swift test --filter RunStatesDocumentTests` writes it anew.

            | type | name | when |
            |---|---|---|
            \(names.map { "| \($0.rawValue) | \($1) | \($2) |" }.joined(separator: "\n"))

            What may follow what. A terminal state is left by a retry alone, which somebody asked for: no report leads out of it. A
            report that comes again changes nothing:

            ```mermaid
            stateDiagram-v2
                [*] --> Scheduled
            \(arrows.joined(separator: "\n"))
            \(StateType.allCases.filter(\.isTerminal).map { "    \($0.defaultName) --> [*]" }.joined(separator: "\n"))
            ```

            | from \\ to |\(header)
            |---|\(StateType.allCases.map { _ in "---|" }.joined())
            \(rows.joined(separator: "\n"))

            A run goes from Pending, Running or Paused back to Scheduled in four cases: its attempt went wrong and its policy
            grants another (AwaitingRetry), it waits for something without a container
            ([AwaitingReschedule](sensors.md#without-a-container)), its agent claimed it and never came back, or somebody resumed it after it had been
            held or suspended. Each attempt keeps its own end, agent, container and log lines: `orch flow-run inspect`,
            `GET /api/flow-runs/{id}/attempts`.

            A run that has ended goes back to Scheduled (AwaitingRetry) where somebody asks for another attempt: see
            [below](#retry).

            ## Pause, suspend, resume, cancel

            Each is a durable wish: accepted at once by any controller, also while the run's agent is away, carried out by that
            agent, and shown as the run's state once the engine has confirmed it. Until then the run keeps its state, and shows
            the wish. The newest wish counts; a cancellation ends all others. To repeat a wish is safe: what is so already stays as
            it is, and the answer says so (`note`). The times of a run's states never run backwards, though clocks differ.

            | `orch flow-run …` | Scheduled | Pending, Running | Paused with a container | held in its queue, Suspended |
            |---|---|---|---|---|
            | `pause` | held: Paused at once | its container is frozen, then Paused | stays | stays; of a Suspended one refused |
            | `suspend` | held: Suspended at once | SIGTERM, grace, SIGKILL, then Suspended | the same | refused; a Suspended one stays |
            | `resume` | stays | takes back a pause or suspension that was not begun yet, else stays | thawed, then Running | Scheduled |
            | `cancel` | Cancelled at once | Cancelling, then Cancelled | the same: the engine thaws what it stops | Cancelled at once |

            - A paused container keeps its memory, its agent and that agent's slot; a suspended run has no container, no agent and
              no slot. Its next attempt starts anew, and a suspension counts for no retry.
            - `cancel --abandon` ends a run whose agent has not been heard from for a minute, and frees its slots. Its container, if there still is
              one, is ended once the agent is back.
            - `cancel --now` gives no grace: SIGKILL at once, also for a run that is under its grace already, and for those that it made.
            - The time limit of an attempt does not count the time for which its container is paused, also where the agent is
              restarted meanwhile. A pause that nobody saw the end of counts up to the moment an agent looks again.
            - A container that somebody else pauses or resumes (`docker pause`) makes the run Paused or Running, within seconds:
              what the engine shows is the truth. A run that got to its end before SIGTERM has ended, and is not suspended.
            - A command has no word for its end, and many answer SIGTERM with exit 0. One that was stopped is Suspended, Cancelled or
              TimedOut whatever its code, or Crashed where somebody outside orch did it. What tells is the engine's evidence; where
              that is gone, the wish counts, and the message says so ([architecture.md](architecture.md#states-and-endings)).
            - A suspension is under way once the agent has begun to stop the container, and cannot be taken back then. A resumption
              says so in its answer, and makes the run Scheduled as soon as it is Suspended; a pause is refused.
            - A waiting run that is held and resumed keeps its due time where that still lies ahead.
            - Where the engine cannot pause, the run's log says so and the wish is gone.
            - Sub-flows in the same container are paused, resumed and ended with it. A paused run that is resumed before an agent
              had it takes its place behind those that are due.

            ## Retry

            `orch flow-run retry RUN` gives a run that has ended another attempt: its own container, log lines and row, the same
            parameters, the same `RUN`. Tasks whose results are kept are not done again ([caching.md](caching.md)); before it begins
            it says which these are, which are done again, and why. `--dry-run` only says it, `--all` does everything again.

            | the run is | `retry` | `retry --all` |
            |---|---|---|
            | Failed, TimedOut, Crashed, Cancelled | AwaitingRetry at once | the same, and no result made before counts any more |
            | Completed | refused: nothing is left to be done | AwaitingRetry, likewise |
            | waiting, live or paused | refused: cancel it first | the same |
            | a sub-flow in another run's container | refused: it is tried again with that run | the same |

            - The same wish sent twice is one: it says which wish of the run it is (`number`), and where that was taken before it changes
              nothing and says so (`note`).
            - It is launched as its deployment said when the run was made, whatever became of the deployment since. A block that is
              gone refuses the retry with the command that creates it; so does a log that retention has removed, as the further
              attempt would have none.
            - Automatic retries (`--retries`) are counted anew from the attempt that was asked for: it is followed by as many as the
              first one was.
            - `--all` holds for later attempts as well: what they take was made after the wish. A run's children
              ([below](#runs-that-a-run-makes)) are made anew by it.
            - A run that was cancelled for its parent's sake can be tried again by itself. Its parent is not.

            ## Runs that a run makes

            A flow runs a deployment or a container with `context.runDeployment` and `context.container` ([runs.md](runs.md)); anybody
            may tie a run to another by `POST /api/flow-runs` with `parentRunID`. Cancelling a run cancels in one transaction all of
            them that have not ended, and those that they made, but for detached ones; each is stopped by whatever agent holds it. A
            run that has ended or is to end makes no more.

            Nothing else passes from parent to child. Where a parent ends by itself, fails, crashes or takes too long, the runs that
            it made go on, as in Prefect: they are runs of their own, with retries of their own, and a parent that is tried again
            finds them at their places. Pausing or suspending a parent leaves them as they are, too: a child that is to stand still
            is paused by itself.

            """
    }

    @Test func theDocumentIsTheTable() throws {
        try DocumentPage("run-states.md").expect(Self.document)
    }

    @Test func everyTypeIsExplained() {
        #expect(Set(Self.names.map(\.0)) == Set(StateType.allCases))
    }

    @Test func everyNarrowerNameIsExplained() {
        #expect(Set(RunState.narrowNames).subtracting(Self.names.map(\.1)) == [])
    }
}

"""What chaos is done in which phase of a run, and what is right then."""
from dataclasses import dataclass, replace

# Each phase with the call at which a run is held in it: the request, the answer, or the answer's body; None = no call
# needs to be held, for the process waits for a word itself.
PHASES = {
    "before-create": ("create", "request"),
    "created": ("create", "answer"),
    "started": ("start", "answer"),
    "running": None,
    # It writes as fast as it can.
    "writing": None,
    "exiting": ("wait", "body"),
    "exited": ("tail", "request"),
    "removing": ("remove", "request"),
}
NEEDS_THE_WORD = ("exiting", "exited", "removing")
KINDS = ("command", "sdk")

CLASSIC = ("kill-agent", "kill-controller", "kill-both", "docker-kill", "docker-stop", "docker-rm", "cancel-kill-agent",
           "oom", "api-away", "stop-agent")
# The controller is killed in the middle of a run, and before it is back …
T1 = ("T1-continues", "T1-exits-0", "T1-exits-1", "T1-removed", "T1-oom")
# A signal for dockerd; "live" = containers live on while it is away (--live-restore).
DAEMON = ("daemon-term", "daemon-kill", "daemon-term-live", "daemon-kill-live")
POSTGRES = ("postgres-fast", "postgres-immediate", "postgres-kill")
PARTS = {"classic": CLASSIC, "t1": T1, "daemon": DAEMON, "postgres": POSTGRES}
FAULTS = (*CLASSIC, *T1, *DAEMON, *POSTGRES)

# A few of each kind, none of which takes long.
QUICK = (
    "kill-agent/created/command", "kill-agent/exiting/command", "kill-agent/running/sdk",
    "kill-controller/before-create/command", "kill-both/started/command", "docker-kill/running/command",
    "docker-stop/running/command", "cancel-kill-agent/running/command", "docker-rm/created/command", "oom/exiting/command", "T1-exits-1/running/command", "T1-removed/running/sdk",
    "daemon-kill-live/writing/sdk", "daemon-term-live/exited/command", "postgres-fast/exited/command",
    "postgres-kill/running/sdk")


@dataclass(frozen=True)
class Expected:
    """The right end of a cell."""

    state: str
    # Parts of the state's message, in any order.
    reason: tuple = ()
    # What one of orch's own remarks in the log says.
    remark: str = ""
    # Lines of each stream: all, half (what was printed before the word), some (the first ones, without a hole), none,
    # holed (in order and none twice, where the daemon lost some of a command's, which has no numbers and no journal).
    lines: str = "all"
    deployment: str = "steps"
    # Of the termination.
    facts: tuple = ()
    starts: int = 1
    # How long it may take on a busy machine; how long it took is printed.
    seconds: int = 60
    # What is right as well, where the process and the fault are about as fast.
    others: tuple = ()


COMPLETED = Expected("COMPLETED")
FAILED = Expected("FAILED", deployment="failing")
KILLED = Expected("CRASHED", ("SIGKILL", "somebody outside orch"), lines="half", facts=(("signal", 9), ("oom", "no")))
# Both kinds take SIGTERM for the word to end, and a command does so with exit 0.
STOPPED = Expected("CRASHED", ("stopped by somebody outside orch",), lines="half", deployment="polite")
CANCELLED = Expected("CANCELLED", lines="half", deployment="polite")
STARVED = Expected("CRASHED", ("memory", "limit"), lines="half", deployment="hungry", facts=(("oom", "yes"),))
# Killed at first, then removed: which of the two the agent gets to see is a matter of milliseconds.
REMOVED = Expected("CRASHED", ("somebody",), lines="half")
# Of a container that does not outlive its daemon.
FELLED = Expected("CRASHED", lines="half")
ENDED = "its process has ended, there is none left for it"
NOTHING = "there is no container yet"


def expected(fault, phase, kind):
    """What is right; a text where the cell makes no sense."""
    right = _expected(fault, phase, kind)
    if not isinstance(right, Expected) or kind == "sdk":
        return right
    return replace(right, reason=(*right.reason, *_words(right)), others=tuple(
        replace(other, reason=(*other.reason, *_words(other))) for other in right.others))


def _words(right):
    """A command's reason is its exit code."""
    return {"COMPLETED": ("exit 0",), "FAILED": ("exit 1",)}.get(right.state, ())


def _expected(fault, phase, kind):
    if fault in DAEMON:
        return _daemon(fault, phase, kind)
    if phase == "writing":
        return "for faults of the daemon alone: nobody else can lose a line on the way"
    if fault in T1:
        return _t1(fault) if phase == "running" else "T1 is about the middle of a run"
    if fault == "docker-kill":
        return {"before-create": NOTHING, "created": "there is no process yet", "started": KILLED,
                "running": KILLED}.get(phase, ENDED)
    if fault == "docker-stop":
        right = replace(STOPPED, facts=(("exitCode", 0),)) if kind == "command" else STOPPED
        return {"before-create": NOTHING, "created": "there is no process yet", "started": right,
                "running": right}.get(phase, ENDED)
    if fault == "cancel-kill-agent":
        right = replace(CANCELLED, reason=("cancelled by", "exit 0")) if kind == "command" else CANCELLED
        return right if phase == "running" else "it is about a process that runs, and its end"
    if fault == "oom":
        return {"before-create": NOTHING, "created": "there is no process yet", "started": STARVED, "running": STARVED,
                "exiting": STARVED}.get(phase, ENDED)
    if fault == "docker-rm":
        return _removed(phase)
    if fault == "stop-agent" and phase == "removing":
        return "the run has ended, there is no lease left to run out"
    return COMPLETED


def _t1(fault):
    return {"T1-exits-1": FAILED, "T1-removed": REMOVED, "T1-oom": STARVED}.get(fault, COMPLETED)


def _removed(phase):
    # The exit was seen and so were the lines: the run did what it should, and the log says what became of the rest.
    removed = Expected("COMPLETED", remark="was removed before its log was read to the end")
    return {
        "before-create": NOTHING,
        "created": Expected("CRASHED", ("No such container",), lines="none", starts=0),
        "started": Expected("CRASHED", ("vanished", "somebody removed it"), lines="some"),
        "running": REMOVED,
        # On a machine so busy that the exit is held back for more than a second, the agent looks again before it sees it.
        "exiting": replace(removed, others=(Expected("CRASHED", ("vanished", "somebody removed it")),)),
        "exited": removed,
        "removing": COMPLETED,
    }[phase]


def _daemon(fault, phase, kind):
    """Nothing is doubled, and a flow's lines come from its journal where the daemon lost them."""
    lives_on = fault.endswith("-live")
    if phase == "writing":
        whole = replace(COMPLETED, deployment="torrent", lines="all" if kind == "sdk" else "holed")
        # What it had written when it fell is in the journal, and comes in order.
        felled = replace(FELLED, deployment="torrent", lines="some" if kind == "sdk" else "holed")
        # Where it ended in the moment in which the daemon fell; a flow's own word counts then.
        unknown = replace(felled, reason=("its exit code is not known",))
        if lives_on:
            return whole if kind == "sdk" else replace(whole, others=(unknown,))
        return replace(felled, others=(whole,))
    if phase in ("started", "running") and not lives_on:
        return replace(FELLED, lines="some") if phase == "started" else FELLED
    return COMPLETED

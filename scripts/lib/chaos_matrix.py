"""What chaos is done in which phase of a run, and what is right then."""
from dataclasses import dataclass

# Each phase with the call at which a run is held in it: the request, the answer, or the answer's body; None = no call
# needs to be held, for the process waits for a word itself.
PHASES = {
    "before-create": ("create", "request"),
    "created": ("create", "answer"),
    "started": ("start", "answer"),
    "running": None,
    "exiting": ("wait", "body"),
    "exited": ("tail", "request"),
    "removing": ("remove", "request"),
}
FAULTS = ("kill-agent", "kill-controller", "kill-both", "docker-kill", "docker-rm", "oom", "api-away", "stop-agent")
NEEDS_THE_WORD = ("exiting", "exited", "removing")
# A few of each kind, none of which takes long.
QUICK = ("kill-agent/created", "kill-agent/running", "kill-agent/exiting", "kill-controller/before-create",
         "kill-both/started", "docker-kill/running", "docker-rm/created", "oom/exiting")


@dataclass(frozen=True)
class Expected:
    """The right end of a cell."""

    state: str
    # Parts of the state's message, in any order.
    reason: tuple = ()
    # What one of orch's own remarks in the log says.
    remark: str = ""
    # Lines of each stream: all, half (what was printed before the word), some (what the engine still had).
    lines: str = "all"
    deployment: str = "steps"
    # Of the termination.
    facts: tuple = ()
    starts: int = 1
    seconds: int = 15


COMPLETED = Expected("COMPLETED", ("exit 0",))
KILLED = Expected("CRASHED", ("SIGKILL", "somebody outside orch"), lines="half", facts=(("signal", 9), ("oom", "no")))
STARVED = Expected("CRASHED", ("memory", "32"), lines="half", deployment="hungry", facts=(("oom", "yes"),))
ENDED = "its process has ended, there is none left for it"
NOTHING = "there is no container yet"


def expected(fault, phase):
    """What is right; a text where the cell makes no sense."""
    if fault == "docker-kill":
        return {"before-create": NOTHING, "created": "there is no process yet", "started": KILLED,
                "running": KILLED}.get(phase, ENDED)
    if fault == "oom":
        return {"before-create": NOTHING, "created": "there is no process yet", "started": STARVED, "running": STARVED,
                "exiting": STARVED}.get(phase, ENDED)
    if fault == "docker-rm":
        # The exit was seen and so were the lines: the run did what it should, and the log says what became of the rest.
        removed = Expected("COMPLETED", ("exit 0",), "was removed before its log was read to the end")
        return {
            "before-create": NOTHING,
            "created": Expected("CRASHED", ("No such container",), lines="none", starts=0),
            "started": Expected("CRASHED", ("vanished", "somebody removed it"), lines="some"),
            # Killed at first, then removed: which of the two the agent gets to see is a matter of milliseconds.
            "running": Expected("CRASHED", ("somebody",), lines="half"),
            "exiting": removed,
            "exited": removed,
            "removing": COMPLETED,
        }[phase]
    if fault == "stop-agent" and phase == "removing":
        return "the run has ended, there is no lease left to run out"
    return COMPLETED

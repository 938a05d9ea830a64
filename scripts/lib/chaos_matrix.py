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
    # Lines of each stream: all, half (what was printed before the word), some (what the engine still had).
    lines: str = "all"
    deployment: str = "steps"
    # Of the termination.
    facts: tuple = ()
    starts: int = 1
    seconds: int = 15


COMPLETED = Expected("COMPLETED", ("exit 0",))
KILLED = Expected("CRASHED", ("SIGKILL", "somebody outside orch"), "half", facts=(("signal", 9), ("oom", "no")))
STARVED = Expected("CRASHED", ("memory", "32"), "half", "hungry", facts=(("oom", "yes"),))
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
        vanished = ("vanished", "somebody removed it")
        return {
            "before-create": NOTHING,
            "created": Expected("CRASHED", ("No such container",), "none", starts=0),
            "started": Expected("CRASHED", vanished, "some"),
            "running": Expected("CRASHED", vanished, "half"),
            "exiting": Expected("CRASHED", vanished),
            "exited": Expected("CRASHED", vanished),
            "removing": COMPLETED,
        }[phase]
    if fault == "stop-agent" and phase == "removing":
        return "the run has ended, there is no lease left to run out"
    if fault in ("kill-agent", "kill-both") and phase == "removing":
        # The run has ended; what is left of it is the reaper's, which looks once a minute.
        return Expected("COMPLETED", ("exit 0",), seconds=75)
    return COMPLETED

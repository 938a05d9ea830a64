"""One run, held in a phase, what is done to it there, and whether it comes to the right end."""
import re
import time

from chaos_image import TORRENT
from chaos_matrix import NEEDS_THE_WORD, PHASES, expected
from chaos_stack import ENDED, go_on, stop
from chaos_waiting import wait_until

# How long the controller does not answer.
AWAY = 20
# A daemon that is ended while a flow writes has written so many bytes of its log. In the second case the rest fits into
# a pipe: the process ends while the daemon is away, and the rest goes with it.
MET = (60_000, 250_000)


class Cell:
    """One run, held in a phase, and what is done to it there."""

    def __init__(self, stack, fault, phase, kind, dice):
        self.stack = stack
        self.fault = fault
        self.phase = phase
        self.kind = kind
        self.right = expected(fault, phase, kind)
        self.dice = dice
        self.gate = None
        self.has_word = False

    @property
    def container(self):
        return f"orch-{self.id}-1"

    def docker(self, *arguments, expect=0):
        return self.stack.engine.docker(*arguments, expect=expect)

    def numbers(self):
        return self.stack.numbers(self.id, self.kind)

    def status(self):
        """The container's own state, as the engine says; None where there is none."""
        return self.docker("inspect", "--format", "{{.State.Status}}", self.container, expect=None)

    def give_word(self):
        """Tells the process to print the rest and end; True once that is done.

        By a file that is copied in, and not by `docker exec`: a daemon that is killed while one is under way (20.10, with
        --live-restore) never reads again what the container writes, and leaves it hanging.
        """
        if not self.has_word and self.status() == "running":
            target = f"{self.container}:/tmp/go"
            self.has_word = self.docker("cp", str(self.stack.word), target, expect=None) is not None
        return self.has_word

    def printed_half(self):
        lines = (self.docker("logs", self.container, expect=None) or "")
        return re.search(rf"\b(out|line)-{self.stack.lines // 2}\b", lines)

    def reach_phase(self):
        call = PHASES[self.phase]
        self.gate = self.stack.proxy.arm(*call) if call else None
        self.id = self.stack.start_run(f"{self.kind}-{self.right.deployment}")
        if not call or self.phase in NEEDS_THE_WORD:
            first = list(range(1, (10 if self.phase == "writing" else self.stack.lines // 2) + 1))
            wait_until("the first lines are known", lambda: set(map(tuple, self.numbers().values())) == {tuple(first)})
            wait_until("the run is Running", lambda: self.stack.run(self.id)["state"]["type"] == "RUNNING")
        if self.phase in NEEDS_THE_WORD:
            self.give_word()
        if self.gate and not self.gate.reached.wait(90):
            raise AssertionError(f"the agent did not come to {self.phase} within 90 s")
        if self.phase == "exiting":
            # The lines come beside the exit, which alone is held.
            all_lines = self.stack.lines // (2 if self.right.deployment == "hungry" else 1)
            wait_until("all lines are known", lambda: all(len(some) == all_lines for some in self.numbers().values()))
        if self.phase == "writing":
            identifier = self.docker("inspect", "--format", "{{.Id}}", self.container)
            before = self.stack.engine.log_bytes(identifier)
            met = before + self.dice.choice(MET)
            self.give_word()
            wait_until("it writes", lambda: self.stack.engine.log_bytes(identifier) > met, pause=0.001)
        else:
            time.sleep(self.dice.random() * 0.3)

    def leave(self, drop=False):
        if self.gate:
            self.gate.leave(drop)

    def maybe_give_word(self):
        """The process may end while nobody looks, or after: both must come to the same."""
        if self.dice.random() < 0.5:
            self.give_word()

    def kill_agent(self):
        self.stack.kill(self.stack.agent)
        self.leave(drop=True)
        self.maybe_give_word()
        self.stack.start_agent()

    def kill_controller(self):
        self.stack.kill(self.stack.server)
        self.leave()
        self.maybe_give_word()
        time.sleep(self.dice.random() * 2)
        self.stack.start_server()

    def kill_both(self):
        self.stack.kill(self.stack.server)
        self.stack.kill(self.stack.agent)
        self.leave(drop=True)
        self.maybe_give_word()
        # In either order.
        starts = [self.stack.start_server, self.stack.start_agent]
        self.dice.shuffle(starts)
        for start in starts:
            start()

    def docker_kill(self):
        wait_until("half of the lines are printed", self.printed_half)
        self.docker("kill", "--signal", "KILL", self.container)
        self.leave()

    def docker_stop(self):
        wait_until("half of the lines are printed", self.printed_half)
        self.docker("stop", "--time", "10", self.container)
        self.leave()

    def cancel_kill_agent(self):
        """The agent is killed about when the process answers its SIGTERM."""
        self.stack.type(["flow-run", "cancel"], self.id)
        time.sleep(self.dice.random() * 0.2)
        self.stack.kill(self.stack.agent)
        self.stack.start_agent()

    def docker_rm(self):
        self.docker("rm", "--force", self.container)
        self.leave()

    def oom(self):
        if self.phase != "exiting":
            wait_until("the process has the word", self.give_word)
            if self.phase == "started":
                wait_until("the process has ended", lambda: self.status() == "exited")
        self.leave()

    def api_away(self):
        stop(self.stack.server)
        self.leave()
        end = time.monotonic() + AWAY
        early = self.dice.random() < 0.5
        while time.monotonic() < end:
            if early and not self.has_word:
                self.give_word()
            time.sleep(0.2)
        go_on(self.stack.server)

    def stop_agent(self):
        stop(self.stack.agent)
        self.maybe_give_word()
        wait_until("the lease has run out", lambda: any(
            "has not been heard from" in remark for remark in self.stack.remarks(self.id)), seconds=60)
        go_on(self.stack.agent)
        self.leave()

    def t1(self):
        """The controller is killed in the middle of a run, and what happens then happens while it is away."""
        self.stack.kill(self.stack.server)
        if self.fault == "T1-removed":
            self.docker("rm", "--force", self.container)
        elif self.fault != "T1-continues":
            wait_until("the process has the word", self.give_word)
            wait_until("the process has ended", lambda: self.status() == "exited")
        self.stack.start_server()

    def daemon(self):
        word = self.fault.split("-")[1]
        # What was held may meet the daemon's end, its absence, or its return.
        moment = self.dice.choice(["before", "away", "after"])
        drop = self.dice.random() < 0.5
        if moment == "before":
            self.leave(drop)
        self.stack.engine.end(word)
        if moment == "away":
            self.leave(drop)
        time.sleep(self.dice.random() * 2)
        self.stack.engine.start()
        self.leave(drop)

    def postgres(self):
        if self.dice.random() < 0.5:
            self.leave()
        self.stack.database.end(self.fault.split("-")[1])
        self.leave()
        self.maybe_give_word()
        time.sleep(self.dice.random() * 3)
        self.stack.database.start()

    def do(self):
        for family in ("T1", "daemon", "postgres"):
            if self.fault.startswith(f"{family}-"):
                return getattr(self, family.lower())()
        return getattr(self, self.fault.replace("-", "_"))()

    def settled(self):
        """The run, once it and its container have come to their ends."""
        try:
            if self.fault not in ("docker-kill", "docker-stop", "docker-rm", "cancel-kill-agent", "T1-removed"):
                self.give_word()
            run = self.stack.run(self.id)
        except OSError:
            return None  # A controller whose database was away may still say so.
        return run if run["state"]["type"] in ENDED and not self.stack.containers() else None

    def run(self):
        """What was seen; raises where something is not right."""
        self.stack.proxy.created.clear()
        self.stack.proxy.started.clear()
        self.reach_phase()
        try:
            self.do()
        finally:
            self.leave()
        begin = time.monotonic()
        try:
            run = wait_until("the run and its container have ended", self.settled, self.right.seconds)
        except AssertionError as error:
            run = self.stack.run(self.id)
            shown = self.docker("inspect", "--format", "{{json .State}}", self.container, expect=None)
            lines = {stream: len(numbers) for stream, numbers in self.numbers().items()}
            raise AssertionError(f"{error}; the run is {told(run)}, its lines {lines}, its remarks "
                                 f"{self.stack.remarks(self.id)}, its container {shown}, all: {self.stack.containers()}")
        took = time.monotonic() - begin
        self.judge(run)
        return f"{told(run)}{self.told_of_lines()}; {took:.1f} s after recovery"

    def judge(self, run):
        wrong = []

        def equal(what, found, right):
            if found != right:
                wrong.append(f"{what}: expected {right}, got {found}")

        self.right = next((right for right in (self.right, *self.right.others)
                           if right.state == run["state"]["type"]), self.right)
        equal("state", run["state"]["type"], self.right.state)
        message = run["state"].get("message", "")
        wrong.extend(f"the reason lacks \"{part}\"" for part in self.right.reason if part not in message)
        if self.right.remark and not any(self.right.remark in remark for remark in self.stack.remarks(self.id)):
            wrong.append(f"no remark says \"{self.right.remark}\"")
        for name, value in self.right.facts:
            equal(name, run.get("termination", {}).get(name), value)
        equal("attempt", run["attempt"], 1)
        equal("containers created", dict(self.stack.proxy.created), {self.container: 1})
        equal("starts", sum(self.stack.proxy.started.values()), self.right.starts)
        wrong.extend(self.wrong_lines())
        if self.lost and not any("may be lost" in remark for remark in self.stack.remarks(self.id)):
            wrong.append(f"{self.lost} lines are missing, and no remark says that they may be")
        if wrong:
            raise AssertionError("; ".join([*wrong, f"seen: {told(run)}"]))

    def wrong_lines(self):
        every = TORRENT[self.kind] if self.right.deployment == "torrent" else self.stack.lines
        half = 10 if self.right.deployment == "torrent" else self.stack.lines // 2
        last = {"all": every, "half": half, "some": None, "holed": None, "none": 0}[self.right.lines]
        self.lost = 0
        for stream, numbers in self.numbers().items():
            if self.right.lines == "holed":
                self.lost += (every if self.right.state == "COMPLETED" else max(numbers, default=0)) - len(numbers)
                if numbers != sorted(set(numbers)):
                    yield f"{stream}: {len(numbers)} lines, of which some came twice or in another order"
                continue
            # Where only some could be read, they are the first ones, and nothing is between them.
            right = list(range(1, (len(numbers) if last is None else last) + 1))
            if numbers != right:
                lost = sorted(set(right) - set(numbers))
                again = len(numbers) - len(set(numbers))
                yield f"{stream}: {len(numbers)} lines, expected {len(right)} in order (lost {lost[:5]}, {again} again)"

    def told_of_lines(self):
        """What the daemon took, and what of it came back."""
        remarks = [remark for remark in self.stack.remarks(self.id) if "of the run's stream" in remark]
        lost = [f"{self.lost} lines of the command's went with the daemon"] if self.lost else []
        return "".join(f"; {text}" for text in [*remarks, *lost])


def told(run):
    state = run["state"]
    return f"{state['name']}: {state.get('message', '')}"

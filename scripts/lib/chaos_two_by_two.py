"""T7: two controllers and two agents on one PostgreSQL, killed at random; each run's container is started exactly once."""
import json
import random
import subprocess
import threading
import time
from collections import Counter

from chaos_stack import ENDED, Stack
from chaos_waiting import wait_until

# Seconds without any run's end after which it is given up.
PATIENCE = 120


class EventLog:
    """What the daemon itself says of the containers of a controller, from now on."""

    KINDS = ("create", "start", "die", "destroy")

    def __init__(self, engine, instance):
        self.lock = threading.Lock()
        # By kind and run; exit codes by run.
        self.seen = {kind: Counter() for kind in self.KINDS}
        self.codes = Counter()
        filters = [f"label=orch.instance={instance}", "type=container", *(f"event={kind}" for kind in self.KINDS)]
        words = [word for text in filters for word in ("--filter", text)]
        # The daemon tells again what came before it was asked, so that the first run cannot be faster than the command.
        since = f"{time.time():.9f}"
        self.process = subprocess.Popen(
            ["docker", "--host", f"unix://{engine.socket}", "events", "--since", since, "--format", "{{json .}}",
             *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            facts = event["Actor"]["Attributes"]
            with self.lock:
                self.seen[event["Action"]][facts["orch.flow-run-id"]] += 1
                if event["Action"] == "die":
                    self.codes[facts["exitCode"]] += 1

    def total(self, kind):
        with self.lock:
            return sum(self.seen[kind].values())

    def close(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()


class Killer(threading.Thread):
    """Kills one process of a pair, waits a while, and starts it again; so that at most one of the pair is away."""

    def __init__(self, kind, stacks, seed, is_done):
        super().__init__(daemon=True)
        self.kind = kind
        self.stacks = stacks
        self.dice = random.Random(f"{seed} {kind}")
        self.is_done = is_done
        self.kills = 0
        self.fault = None

    def run(self):
        try:
            while not self.is_done.wait(1 + self.dice.random() * 4):
                stack = self.dice.choice(self.stacks)
                stack.kill(getattr(stack, self.kind))
                self.kills += 1
                time.sleep(self.dice.random() * 3)
                getattr(stack, f"start_{self.kind}")()
        except Exception as error:
            self.fault = error


class TwoByTwo:
    """Two controllers that share a database, an agent at each, and many short runs."""

    def __init__(self, options, folder, engine, database, image, runs):
        self.options = options
        self.folder = folder
        self.engine = engine
        self.database = database
        self.image = image
        self.runs = runs
        self.stacks = []
        self.events = None
        self.dice = random.Random(options.seed)

    def _stack(self, name):
        stack = Stack.__new__(Stack)
        beside = self.stacks[0] if self.stacks else None
        self.stacks.append(stack)
        stack.__init__(self.options.orch, self.folder / f"two-{name}", self.engine, database=self.database,
                       beside=beside, name=name)

    def run(self):
        self._stack("left")
        self._stack("right")
        left, right = self.stacks
        if left.instance != right.instance:
            raise AssertionError("the two controllers do not share a database")
        left.type(["deploy"], "--image", self.image, "-n", "trivial", "--", "sh", "-c", "echo once")
        self.events = EventLog(self.engine, left.instance)
        begin = time.monotonic()
        is_done = threading.Event()
        killers = [Killer(kind, self.stacks, self.options.seed, is_done) for kind in ("server", "agent")]
        for killer in killers:
            killer.start()
        try:
            unheard = self._submit()
            self._await_all()
        finally:
            is_done.set()
            for killer in killers:
                killer.join()
        for killer in killers:
            if killer.fault:
                raise killer.fault
        took = time.monotonic() - begin
        runs = self._all_runs()
        wait_until("no container is left", lambda: not left.containers(), 60)
        # The last events may still be on their way.
        wait_until("the daemon tells of the last removal", lambda: self.events.total("destroy") >= len(runs), 60)
        self._judge(runs)
        lost = f" ({unheard} requests got no answer from a killed controller)" if unheard else ""
        return (f"{len(runs)} of {len(runs)} runs completed, each container created once and started once by the daemon's "
                f"own events{lost}; {killers[0].kills} controllers and {killers[1].kills} agents killed, {took:.0f} s")

    def _ask(self, question):
        """Asks either controller until one answers; gives the answer, and how often none came."""
        unheard = 0
        deadline = time.monotonic() + 60
        while True:
            stack = self.dice.choice(self.stacks)
            try:
                return question(stack), unheard
            except OSError:
                unheard += 1
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _submit(self):
        """Makes the runs; one whose answer got lost may have been made all the same."""
        return sum(self._ask(lambda stack: stack.start_run("trivial"))[1] for _ in range(self.runs))

    def _await_all(self):
        """Waits until no run is left that has not ended."""
        counts, since = None, time.monotonic()
        while True:
            now = Counter(run["state"]["type"] for run in self._all_runs())
            if sum(now[state] for state in ENDED) == sum(now.values()):
                return
            if now != counts:
                counts, since = now, time.monotonic()
            elif time.monotonic() - since > PATIENCE:
                raise AssertionError(f"nothing has happened for {PATIENCE} s; the runs are {dict(now)}")
            time.sleep(1)

    def _all_runs(self):
        """Every run in the database, from its own word: the API lists the newest thousand."""
        asked = subprocess.run(
            [self.database.programs() / "psql", "-XAtq", "-d", self.database.url, "-c",
             "SELECT json_build_object('id', id, 'attempt', attempt, 'state', json_build_object('type', state_type)) "
             "FROM flow_run"], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in asked.stdout.splitlines()]

    def _judge(self, runs):
        wrong = []
        if len(runs) < self.runs:
            wrong.append(f"{self.runs} runs were asked for, the database has {len(runs)}")
        states = Counter(run["state"]["type"] for run in runs)
        if set(states) != {"COMPLETED"}:
            wrong.append(f"states: {dict(states)}")
        attempts = Counter(run["attempt"] for run in runs)
        if set(attempts) != {1}:
            wrong.append(f"attempts: {dict(attempts)}")
        expected = Counter({run["id"]: 1 for run in runs})
        for kind, seen in self.events.seen.items():
            if seen != expected:
                never = sum(1 for run in expected if not seen[run])
                again = {run: count for run, count in seen.items() if count > 1}
                strangers = sum(1 for run in seen if run not in expected)
                wrong.append(f"{kind}: {never} runs never, {strangers} unknown, more than once: {again}")
        if set(self.events.codes) != {"0"}:
            wrong.append(f"exit codes: {dict(self.events.codes)}")
        for run in runs:
            lines = [record["message"] for record in self._ask(lambda stack, run=run: stack.log(run["id"]))[0]
                     if record["source"] == "stdout"]
            if lines != ["once"]:
                wrong.append(f"the log of {run['id']}: {lines}")
        if wrong:
            raise AssertionError("; ".join(wrong[:10]))

    def close(self):
        if self.events:
            self.events.close()
        for stack in self.stacks:
            stack.close()

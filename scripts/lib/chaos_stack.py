"""A controller, an agent and a proxy before the engine, which chaos may be done to."""
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path

from chaos_waiting import wait_until
from engine_proxy import EngineProxy
from ports import free_port

ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
KEYS = ("server.key", "admin.token", "agent.token")
# The machine's proxy is none for controllers on loopback.
BEHIND_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Stack:
    """One controller, one agent, and what is asked of them."""

    server = agent = instance = proxy = None
    # Set under the lock once all is to end: nothing is started after that.
    is_over = threading.Event()
    spawning = threading.RLock()

    def __init__(self, orch, folder, engine, lines=20, database=None, beside=None, name="chaos"):
        """`database`: a PostgreSQL of ours in place of SQLite. `beside`: a stack with which this one shares it."""
        self.orch = orch
        self.folder = Path(folder)
        self.folder.mkdir()
        # A file that is copied into containers.
        self.word = self.folder / "go"
        self.word.touch()
        self.engine = engine
        self.database = database
        self.name = name
        self.lines = lines
        self.port = free_port()
        self.proxy = EngineProxy(self.folder / "docker.sock", engine.socket)
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("ORCH_")}
        self.environment |= {"ORCH_HOME": str(self.folder / "home"), "DOCKER_HOST": f"unix://{self.folder}/docker.sock",
                             "no_proxy": "127.0.0.1"}
        if database:
            self.environment["ORCH_DATABASE_URL"] = database.url
        if beside:
            (self.folder / "server").mkdir(mode=0o700)
            for key in KEYS:
                shutil.copy(beside.folder / "server" / key, self.folder / "server" / key)
        self.start_server()
        self.start_agent()
        wait_until("the agent polls", lambda: any(agent["info"]["name"] == name for agent in self.api("/agents")))
        self.instance = self.api("/version")["instance"]

    def type(self, words, *arguments):
        done = subprocess.run(
            [self.orch, *words, "--api-url", self.url, "--token-file", self.token("admin"), *arguments],
            env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=90)
        if done.returncode != 0:
            raise AssertionError(f"orch {' '.join(words)}: {done.stderr.strip()}")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def token(self, kind):
        return str(self.folder / "server" / f"{kind}.token")

    def _spawn(self, name, *arguments):
        with self.spawning, open(self.folder / f"{name}.log", "ab") as log:
            if self.is_over.is_set():
                raise AssertionError("stopped")
            process = subprocess.Popen([self.orch, *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True)
            # Known before anybody else can look for what is to be ended.
            setattr(self, name, process)

    def start_server(self):
        self._spawn("server", "server", "start", "--port", str(self.port), "--data", str(self.folder / "server"))
        wait_until("the controller answers", self.answers)

    def start_agent(self):
        # The reaper is asked to be quick: what it removes is looked at as well.
        self._spawn(
            "agent", "agent", "start", "--name", self.name, "--limit", "4", "--api-url", self.url, "--token-file",
            self.token("agent"), "--agent-data", str(self.folder / "agent"), "--reap-after", "1", "--log-level", "debug")

    def kill(self, process):
        process.kill()
        process.wait()

    def answers(self):
        try:
            return self.api("/health") is not None
        except OSError:
            return False

    def api(self, path, body=None):
        request = urllib.request.Request(f"{self.url}/api{path}", data=None if body is None else json.dumps(body).encode())
        if path != "/health":
            request.add_header("Authorization", "Bearer " + Path(self.token("admin")).read_text().split()[0])
        request.add_header("Content-Type", "application/json")
        with BEHIND_NO_PROXY.open(request, timeout=10) as answer:
            return json.load(answer)

    def start_run(self, deployment):
        reply = self.api("/flow-runs", {"deployment": deployment, "parameters": {}, "tags": []})
        return reply.get("run", reply)["id"]

    def run(self, run_id):
        return self.api(f"/flow-runs/{run_id}")

    def log(self, run_id):
        records, after = [], 0
        while after is not None:
            page = self.api(f"/flow-runs/{run_id}/logs?limit=10000&after={after}")
            records += page["records"]
            after = page.get("next")
        return records

    def numbers(self, run_id, kind):
        """The numbers of the lines of each stream, in the order of the log."""
        found = {"line": []} if kind == "sdk" else {"out": [], "err": []}
        for record in self.log(run_id):
            match = re.fullmatch(r"(out|err|line)-(\d+)", record["message"])
            if match:
                found.setdefault(match.group(1), []).append(int(match.group(2)))
        return found

    def remarks(self, run_id):
        return [record["message"] for record in self.log(run_id) if record["source"] == "orch"]

    def containers(self):
        return (self.engine.docker("ps", "--all", "--quiet", "--no-trunc", "--filter",
                                   f"label=orch.instance={self.instance}").split())

    def close(self):
        """Ends what was started here, and nothing else."""
        for process in (self.agent, self.server):
            if process and process.poll() is None:
                self.kill(process)
        if self.proxy:
            self.proxy.close()
        if self.instance and self.engine.answers():
            for container in self.containers():
                self.engine.docker("rm", "--force", "--volumes", container, expect=None)


def stop(process):
    os.kill(process.pid, signal.SIGSTOP)


def go_on(process):
    os.kill(process.pid, signal.SIGCONT)

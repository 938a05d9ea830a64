"""A controller, an agent and a proxy before the engine, which chaos may be done to."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from engine_proxy import EngineProxy

ENGINE = os.environ.get("ORCH_CHAOS_ENGINE", "/var/run/docker.sock")
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


def docker(*arguments, expect=0):
    """What the docker command says; None where it fails and may."""
    done = subprocess.run(["docker", "--host", f"unix://{ENGINE}", *arguments], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode != 0:
        if expect is None:
            return None
        raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def wait_until(what, condition, seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_image(folder, name):
    """An image of nothing but busybox; a few megabytes."""
    program = shutil.which("busybox")
    if not program:
        raise AssertionError("chaos needs the program of busybox-static; run: apt-get install busybox-static")
    root = Path(folder) / "root"
    (root / "bin").mkdir(parents=True)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    shutil.copy(program, root / "bin/busybox")
    for command in ("sh", "sleep", "tail", "touch"):
        (root / "bin" / command).symlink_to("busybox")
    subprocess.run(f"tar -C '{root}' -c . | docker --host unix://{ENGINE} import - {name} >/dev/null", shell=True,
                   check=True)


class Stack:
    """One controller with its own instance, one agent, and what is asked of them."""

    server = agent = instance = proxy = None
    # Set under the lock once all is to end: nothing is started after that.
    is_over = threading.Event()
    spawning = threading.RLock()

    def __init__(self, orch, folder, image, lines):
        self.orch = orch
        self.folder = Path(folder)
        self.folder.mkdir()
        self.lines = lines
        self.port = free_port()
        self.proxy = EngineProxy(self.folder / "docker.sock", ENGINE)
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("ORCH_")}
        self.environment |= {"ORCH_HOME": str(self.folder / "home"), "DOCKER_HOST": f"unix://{self.folder}/docker.sock"}
        self.start_server()
        self.start_agent()
        wait_until("the agent polls", lambda: self.api("/agents"))
        self.instance = self.api("/version")["instance"]
        self._deploy(image)

    def _deploy(self, image):
        """Two flows that print half of their lines, wait for a word, and print the other half, or eat up memory."""
        def steps(last):
            return (f"while [ $i -lt {last} ]; do i=$((i+1)); echo out-$i; echo err-$i >&2; done; ")
        wait = "while [ ! -e /tmp/go ]; do sleep 0.05; done; "
        begin = "i=0; " + steps(self.lines // 2) + wait
        self.type(["block", "create"], "docker-container", "small", "--set", "memory=32m", "--set", "memory_swap=32m")
        self.type(["deploy"], "--image", image, "-n", "steps", "--", "sh", "-c", begin + steps(self.lines))
        self.type(["deploy"], "--infra", "docker/small", "--image", image, "-n", "hungry", "--", "sh", "-c",
                  begin + "exec tail /dev/zero")

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
            "agent", "agent", "start", "--name", "chaos", "--limit", "4", "--api-url", self.url, "--token-file",
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
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def start_run(self, deployment):
        reply = self.api("/flow-runs", {"deployment": deployment, "parameters": {}, "tags": []})
        return reply.get("run", reply)["id"]

    def run(self, run_id):
        return self.api(f"/flow-runs/{run_id}")

    def log(self, run_id):
        return self.api(f"/flow-runs/{run_id}/logs?limit=10000")["records"]

    def numbers(self, run_id):
        """The numbers of the lines of both streams, in the order of the log."""
        found = {"out": [], "err": []}
        for record in self.log(run_id):
            match = re.fullmatch(r"(out|err)-(\d+)", record["message"])
            if match:
                found[match.group(1)].append(int(match.group(2)))
        return found

    def remarks(self, run_id):
        return [record["message"] for record in self.log(run_id) if record["source"] == "orch"]

    def containers(self):
        return (docker("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label=orch.instance={self.instance}")
                .split())

    def remembered(self):
        """Attempts the agent has not forgotten yet."""
        return sorted(path.name for path in (self.folder / "agent/attempts").glob("*"))

    def close(self):
        """Ends what was started here, and nothing else."""
        for process in (self.agent, self.server):
            if process and process.poll() is None:
                self.kill(process)
        if self.proxy:
            self.proxy.close()
        if self.instance:
            for container in self.containers():
                docker("rm", "--force", "--volumes", container, expect=None)


def stop(process):
    os.kill(process.pid, signal.SIGSTOP)


def go_on(process):
    os.kill(process.pid, signal.SIGCONT)

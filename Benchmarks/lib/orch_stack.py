"""What benchmarks of the controller and the agent share: the raw Engine API, an image and an orch of their own."""
import contextlib
import http.client
import io
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOCKET = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")


class Engine:
    """The Engine API over one kept connection, and a second one for the call that waits."""

    def __init__(self):
        self.call_connection = self.connect()
        self.wait_connection = self.connect()
        self.version = self.request("GET", "/version")["ApiVersion"]

    @staticmethod
    def connect():
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(SOCKET)
        return connection

    def request(self, method, path, body=None, raw=False, content_type="application/json"):
        prefix = f"/v{self.version}" if hasattr(self, "version") else ""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        self.call_connection.request(method, prefix + path, data, {"Content-Type": content_type})
        answer = self.call_connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {content.decode()}")
        return content if raw else (json.loads(content) if content else None)

    def run(self, name, configuration):
        """One container from create to remove; its seconds."""
        begin = time.perf_counter()
        container = self.request("POST", f"/containers/create?name={name}", configuration)["Id"]
        self.wait_connection.request("POST", f"/v{self.version}/containers/{container}/wait?condition=next-exit")
        waiting = self.wait_connection.getresponse()
        self.request("POST", f"/containers/{container}/start")
        self.request("GET", f"/containers/{container}/logs?stdout=1&stderr=1&follow=1&timestamps=1", raw=True)
        code = json.loads(waiting.read())["StatusCode"]
        self.request("DELETE", f"/containers/{container}")
        if code != 0:
            raise SystemExit(f"the floor's container ended with exit {code}")
        return time.perf_counter() - begin


def find_orch(path):
    for candidate in [path, f"{ROOT}/.build/release/orch", f"{ROOT}/prebuilt/orch", shutil.which("orch")]:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise SystemExit("no orch binary: build one with  swift build -c release --static-swift-stdlib --product orch")


def make_image(engine, name):
    busybox = shutil.which("busybox")
    if not busybox or b"statically" not in subprocess.run(["file", "-b", "-L", busybox], capture_output=True).stdout:
        raise SystemExit("needs a static busybox and file(1): apt-get install busybox-static file")
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(busybox, "bin/busybox")
    repository, tag = name.split(":")
    engine.request("POST", f"/images/create?fromSrc=-&repo={repository}&tag={tag}", layer.getvalue(), raw=True,
                   content_type="application/x-tar")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment_of(home):
    """The environment of an orch that knows nothing of the user's own."""
    environment = {**os.environ, "ORCH_HOME": home}
    for name in ("ORCH_API_URL", "ORCH_API_KEY", "ORCH_PROFILE", "ORCH_DATABASE_URL"):
        environment.pop(name, None)
    return environment


def start_orch(orch, home, port, *arguments):
    """`orch up` with an agent that polls; the process and the environment for its commands."""
    environment = environment_of(home)
    log = open(f"{home}/up.log", "wb")
    process = subprocess.Popen([orch, "up", "--port", str(port), *arguments], env=environment,
                               stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for_agent(orch, environment, process)
    except SystemExit:
        process.kill()
        raise SystemExit(f"orch up did not come up: {open(f'{home}/up.log').read()}")
    return process, environment


def wait_for_agent(orch, environment, process=None):
    """Waits until an agent polls, 30 s at most, and no longer than `process` lives."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        found = subprocess.run([orch, "work-queue", "ls", "-o", "json"], env=environment, capture_output=True)
        if found.returncode == 0 and any(queue["agents"] for queue in json.loads(found.stdout)):
            return
        time.sleep(0.1)
    raise SystemExit("no agent polls")


def configuration_of(engine, orch, environment, image):
    """The configuration orch gives its containers: of one that is kept for the purpose."""
    subprocess.run([orch, "block", "create", "docker-container", "kept", "--set", "auto_remove=never"],
                   env=environment, check=True, capture_output=True)
    deploy(orch, environment, image, "kept", "docker/kept")
    done = subprocess.run([orch, "run", "kept", "-o", "json"], env=environment, check=True, capture_output=True)
    container = json.loads(done.stdout)["container"]["id"]
    found = engine.request("GET", f"/containers/{container}/json")
    engine.request("DELETE", f"/containers/{container}")
    configuration = {key: found["Config"][key] for key in ("Image", "Cmd", "Env", "Labels", "User", "WorkingDir")
                     if found["Config"].get(key)}
    configuration["Labels"] = {"orch-bench": "floor"}
    configuration["HostConfig"] = found["HostConfig"]
    configuration["NetworkingConfig"] = {"EndpointsConfig": {
        name: {} for name in found["NetworkSettings"]["Networks"]}}
    return configuration


def deploy(orch, environment, image, name, infrastructure):
    done = subprocess.run([orch, "deploy", "--infra", infrastructure, "--image", image, "-n", name, "--",
                           "/bin/busybox", "true"], env=environment, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"orch deploy: {done.stderr.decode()}")


@contextlib.contextmanager
def stack(orch, *arguments):
    """An orch, an image `/bin/busybox true` and a network, gone at the end: (engine, environment, image, port)."""
    engine = Engine()
    mark = secrets.token_hex(4)
    image, network = f"orch-bench/true:{mark}", f"orch-bench-{mark}"
    home = tempfile.mkdtemp(prefix="orch-bench-")
    process = None
    try:
        make_image(engine, image)
        engine.request("POST", "/networks/create", {"Name": network})
        port = free_port()
        process, environment = start_orch(orch, home, port, "--network", network, *arguments)
        yield engine, environment, image, port
    finally:
        if process:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        subprocess.run(["docker", "network", "rm", network], capture_output=True)
        subprocess.run(["docker", "image", "rm", "-f", image], capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


class API:
    """The controller's API over one kept connection, with a token of its data directory."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def request(self, method, path, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {content.decode()}")
        return json.loads(content) if content else None


def token(home, who="admin", data="server"):
    return open(f"{home}/{data}/{who}.token").readline().strip()


def low_middle_high(values, unit=1000, name="ms"):
    ordered = sorted(values)
    middle = ordered[len(ordered) // 2]
    return f"{ordered[0] * unit:.0f} / {middle * unit:.0f} / {ordered[-1] * unit:.0f} {name}"

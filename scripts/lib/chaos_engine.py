"""Docker daemons that chaos may be done on: the machine's own, which is never touched, and one that can be ended."""
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from chaos_waiting import wait_until

SOCKET = os.environ.get("ORCH_CHAOS_ENGINE", "/var/run/docker.sock")
# Where root's programs are, though the PATH may not have them.
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"))


class Engine:
    """The daemon behind a socket."""

    lives_on = None

    def __init__(self, socket=SOCKET):
        self.socket = str(socket)

    def docker(self, *arguments, expect=0, stdin=subprocess.DEVNULL):
        """What the docker command says; None where it fails and may."""
        done = subprocess.run(["docker", "--host", f"unix://{self.socket}", *arguments], capture_output=True, text=True,
                              stdin=stdin, timeout=120)
        if done.returncode != 0:
            if expect is None:
                return None
            raise AssertionError(f"docker {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def answers(self):
        return self.docker("version", "--format", "{{.Server.Version}}", expect=None)

    def bring(self, archive, image):
        """Makes an image of a tar archive, unless it is there."""
        if self.docker("image", "inspect", "--format", "{{.Id}}", image, expect=None) is None:
            with open(archive, "rb") as tar:
                self.docker("import", "-", image, stdin=tar)

    def close(self):
        """The machine's own lives on."""


class OwnDaemon(Engine):
    """A daemon of ours, with its own containerd, folders and bridge: it can be killed and started again."""

    PROGRAMS = {name: shutil.which(name, path=PLACES) for name in ("dockerd", "containerd", "ip")}
    SIGNALS = {"term": signal.SIGTERM, "kill": signal.SIGKILL}
    made = 0

    @classmethod
    def lacks(cls):
        """Why there can be none here; empty where there can."""
        if os.getuid() != 0:
            return "a daemon of our own needs root"
        missing = [name for name, program in cls.PROGRAMS.items() if not program]
        return f"a daemon of our own needs {', '.join(missing)}" if missing else ""

    def __init__(self, lives_on):
        self.lives_on = lives_on
        self.folder = Path(tempfile.mkdtemp(prefix="orch-chaos-dockerd-", dir="/tmp"))
        super().__init__(self.folder / "docker.sock")
        self.daemon = self.containerd = None
        OwnDaemon.made += 1
        # 15 characters at most; numbers of processes have seven.
        self.bridge = f"och{os.getpid()}-{OwnDaemon.made}"
        try:
            self._prepare()
            self.start()
        except BaseException:
            self.close()
            raise

    def _prepare(self):
        (self.folder / "containerd.toml").write_text(
            f'version = 2\nroot = "{self.folder}/containerd"\nstate = "{self.folder}/containerd-state"\n'
            'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
            f'[grpc]\n  address = "{self.folder}/containerd.sock"\n')
        network = f"10.{232 + OwnDaemon.made % 16}.{os.getpid() % 250}.1/24"
        for words in (("link", "add", self.bridge, "type", "bridge"), ("address", "add", network, "dev", self.bridge),
                      ("link", "set", self.bridge, "up")):
            subprocess.run([self.PROGRAMS["ip"], *words], check=True)
        self.containerd = self._spawn(self.PROGRAMS["containerd"], "--config", self.folder / "containerd.toml")

    def _spawn(self, *words):
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    start_new_session=True)

    def start(self):
        """Starts it and waits until it answers."""
        # A killed daemon leaves its number behind, which may be another process's by now.
        (self.folder / "docker.pid").unlink(missing_ok=True)
        self.daemon = self._spawn(
            self.PROGRAMS["dockerd"], "--containerd", self.folder / "containerd.sock", "--data-root", self.folder / "data",
            "--exec-root", self.folder / "exec", "--pidfile", self.folder / "docker.pid", "--host",
            f"unix://{self.socket}", "--bridge", self.bridge, "--iptables=false", "--ip-masq=false",
            "--userland-proxy=false", *(["--live-restore"] if self.lives_on else []))
        wait_until(f"the second daemon answers (see {self.folder}/log)", self.answers, seconds=60)

    def end(self, word):
        """Ends it by a signal and waits until it is gone."""
        self.daemon.send_signal(self.SIGNALS[word])
        self.daemon.wait(60)

    def log_bytes(self, container):
        """How much of a container's log it has written."""
        logs = list((self.folder / "data/containers").glob(f"{container}*/{container}*-json.log"))
        return logs[0].stat().st_size if logs else 0

    def close(self):
        """Ends everything and removes it."""
        for process in (self.daemon, self.containerd):
            if process and process.poll() is None:
                process.terminate()
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        subprocess.run([self.PROGRAMS["ip"], "link", "delete", self.bridge], check=False, stderr=subprocess.DEVNULL)
        # A killed daemon leaves mounts behind: its folder over itself, layers of containers.
        for place in reversed([line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]):
            if place.startswith(f"{self.folder}/"):
                subprocess.run(["umount", place], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

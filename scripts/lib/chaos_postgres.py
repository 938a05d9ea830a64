"""A PostgreSQL server of the script's own, which chaos may be done to."""
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from chaos_waiting import wait_until


class OwnPostgres:
    """A cluster in a folder of its own, reached by its unix socket alone."""

    SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "kill": signal.SIGKILL}
    PORT = 5432

    @staticmethod
    def programs():
        """The folder of the newest server's programs; None where there is none."""
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
        return folders[-1] if folders else None

    @classmethod
    def lacks(cls):
        """Why there can be none here; empty where there can."""
        return "" if cls.programs() else "PostgreSQL's server is missing; run: apt-get install postgresql-15"

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="orch-chaos-pg-", dir="/tmp"))
        self.server = None
        if os.getuid() == 0:
            # It refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
        self.user = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        subprocess.run(
            [self.programs() / "initdb", "-D", self.folder / "data", "-U", "postgres", "--no-sync", "--encoding=UTF8",
             "--locale=C", "--auth=trust"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            cwd="/", **self.user)
        self.start()

    @property
    def url(self):
        return f"postgresql://postgres@/postgres?host={self.folder}&port={self.PORT}"

    def start(self):
        """Starts it and waits until it answers; where an older one's processes are still ending, again and again."""
        def comes_up():
            if self.server is None or self.server.poll() is not None:
                with open(self.folder / "log", "ab") as log:
                    # No fsync: the machine itself does not fall.
                    self.server = subprocess.Popen(
                        [self.programs() / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p",
                         str(self.PORT), "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"],
                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/", **self.user)
            ready = subprocess.run([self.programs() / "pg_isready", "-q", "-h", self.folder, "-p", str(self.PORT)])
            return ready.returncode == 0
        wait_until(f"PostgreSQL answers (see {self.folder}/log)", comes_up, seconds=60)

    def end(self, word):
        """Ends it by a signal and waits until its first process is gone."""
        self.server.send_signal(self.SIGNALS[word])
        self.server.wait(60)
        self.server = None

    def close(self):
        if self.server and self.server.poll() is None:
            self.end("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

"""A unix socket in front of the engine's own, which stops a call of one kind where a test wants it."""
import re
import select
import socket
import threading
from collections import Counter

# The calls that matter, by method and path without its version.
CALLS = [
    ("create", re.compile(r"POST /containers/create\b")),
    ("start", re.compile(r"POST /containers/[^/?]+/start\b")),
    ("wait", re.compile(r"POST /containers/[^/?]+/wait\b")),
    # The end of the log is read once more after the exit.
    ("tail", re.compile(r"GET /containers/[^/?]+/logs\?(.*&)?tail=\d")),
    ("logs", re.compile(r"GET /containers/[^/?]+/logs\b")),
    ("remove", re.compile(r"DELETE /containers/[^/?]+")),
]


class Gate:
    """Holds the first call of its kind: its request, its answer, or the body of an answer whose head has passed."""

    def __init__(self, kind, point):
        self.kind = kind
        self.point = point
        self.reached = threading.Event()
        self.left = threading.Event()
        self.dropped = False

    def leave(self, drop=False):
        """Lets the call go on; with `drop` its connection breaks off instead. The first word counts."""
        if not self.left.is_set():
            self.dropped = drop
            self.left.set()

    def hold(self):
        """Called by the proxy: False where the call is to be dropped."""
        self.reached.set()
        self.left.wait()
        return not self.dropped


class EngineProxy:
    """One call per connection: the engine is told to close, so that no answer needs to be understood."""

    def __init__(self, path, engine):
        self.engine = engine
        self.lock = threading.Lock()
        self.gate = None
        self.gates = []
        # Containers made and started, by name and by identifier: 201 and 204 of the engine.
        self.created = Counter()
        self.started = Counter()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, kind, point):
        """A gate for the next call of this kind."""
        with self.lock:
            self.gate = Gate(kind, point)
            self.gates.append(self.gate)
            return self.gate

    def close(self):
        """Lets nothing pass any more that is held."""
        self.listener.close()
        with self.lock:
            for gate in self.gates:
                gate.leave(drop=True)

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve_and_close, args=(client,), daemon=True).start()

    def _serve_and_close(self, client):
        with client, socket.socket(socket.AF_UNIX) as engine:
            try:
                self._serve(client, engine)
            except OSError:
                pass  # One side went away: so does the other.

    def _serve(self, client, engine):
        line, request = read_request(client)
        if line is None:
            return
        kind = next((name for name, pattern in CALLS if pattern.match(line)), None)
        gate = self._take_gate(kind)
        point = gate.point if gate else None
        if point == "request" and not gate.hold():
            return
        engine.connect(self.engine)
        engine.sendall(request)
        head, rest = read_head(engine)
        self._count(kind, line, head)
        if point == "answer" and not gate.hold():
            return
        client.sendall(head)
        if point == "body":
            # Not before there is something to hold back.
            rest = rest or engine.recv(65536)
            if not gate.hold():
                return
        client.sendall(rest)
        relay(engine, client)

    def _take_gate(self, kind):
        with self.lock:
            if self.gate is None or self.gate.kind != kind:
                return None
            gate, self.gate = self.gate, None
            return gate

    def _count(self, kind, line, head):
        status = head.split(b" ", 2)[1]
        if kind == "create" and status == b"201":
            name = re.search(r"[?&]name=([^& ]+)", line)
            self.created[name.group(1) if name else "without a name"] += 1
        if kind == "start" and status == b"204":
            self.started[line.split("/")[2]] += 1


def read_head(source):
    """Everything to the first blank line, and what came behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = source.recv(65536)
        if not more:
            raise ConnectionResetError
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    return head + b"\r\n\r\n", rest


def read_request(client):
    """A whole request as the engine is to get it, its line without the API's version; (None, b"") where none came."""
    try:
        head, body = read_head(client)
    except ConnectionResetError:
        return None, b""
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if fields.get("expect", "").lower() == "100-continue":
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(fields.get("content-length", "0"))
    is_chunked = "chunked" in fields.get("transfer-encoding", "").lower()
    while len(body) < length or (is_chunked and not body.endswith(b"0\r\n\r\n")):
        more = client.recv(65536)
        if not more:
            raise ConnectionResetError
        body += more
    kept = [line for line in lines[:-2] if not line.lower().startswith(("connection:", "expect:"))]
    head = "\r\n".join([*kept, "Connection: close", "", ""]).encode("latin-1")
    return re.sub(r"^(\w+) /v[0-9.]+/", r"\1 /", lines[0]), head + body


def relay(source, sink):
    """Passes bytes on until either side ends."""
    while True:
        ready, _, _ = select.select([source, sink], [], [])
        if sink in ready and not sink.recv(1, socket.MSG_PEEK):
            return
        if source in ready:
            data = source.recv(65536)
            if not data:
                return
            sink.sendall(data)
        elif sink in ready:
            return  # A second request on this connection: none is due before the first is answered.

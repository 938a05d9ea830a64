"""A server that speaks as much of Cloud Storage as an upload and a download need, and is no bottleneck: it throws away
what it is sent inside the kernel (MSG_TRUNC), and sends files from the page cache (sendfile).

usage: sink.py [--rate MB_PER_S] FILE...    serves each FILE as an object of its base name; prints its port, and ends
with its stdin. With a rate it takes bodies no faster.
"""
import argparse
import json
import mmap
import os
import re
import socket
import sys
import threading
import time

DISCARD = socket.MSG_TRUNC
BLOCK = 8 << 20


class Connection:
    """One kept connection; requests come one after the other."""

    def __init__(self, sink, connection):
        self.sink = sink
        self.connection = connection
        self.scratch = memoryview(mmap.mmap(-1, BLOCK))
        self.rest = b""

    def serve(self):
        with self.connection:
            while request := self.head():
                method, target, headers = request
                self.discard(int(headers.get("content-length", 0)))
                self.answer(method, target, headers)

    def head(self):
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            more = self.connection.recv(65536)
            if not more:
                return None
            self.rest += more
        lines = self.rest[:end].decode("latin-1").split("\r\n")
        self.rest = self.rest[end + 4:]
        method, target, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return method, target, headers

    def discard(self, count):
        count -= len(self.rest[:count])
        self.rest = self.rest[-count:] if count < 0 else b""
        block = BLOCK if self.sink.rate is None else 1 << 16
        while count > 0:
            got = self.connection.recv_into(self.scratch[:min(count, block)], 0, DISCARD)
            if not got:
                raise ConnectionError("the body was cut")
            count -= got
            self.sink.hold_back(got)

    def answer(self, method, target, headers):
        path = target.partition("?")[0]
        if method == "POST" and "uploadType=multipart" in target:
            self.send(200, {}, self.resource("uploaded", int(headers["content-length"])))
        elif method == "POST":
            self.send(200, {"Location": f"http://127.0.0.1:{self.sink.port}/session"})
        elif method == "DELETE":
            self.send(404, {})
        elif method == "PUT":
            last, total = re.fullmatch(r"bytes (?:\d+-(\d+)|\*)/(\d+|\*)", headers["content-range"]).groups()
            if last is None or total == "*" or int(last) + 1 < int(total):
                self.send(308, {"Range": f"bytes=0-{last}"} if last else {})
            else:
                self.sink.checksum = headers.get("x-goog-hash")
                self.send(200, {}, self.resource("uploaded", int(total)))
        elif path.rpartition("/")[2] not in self.sink.files:
            self.send(404, {})
        elif "/download/" in path:
            self.send_file(self.sink.files[path.rpartition("/")[2]])
        else:
            name = path.rpartition("/")[2]
            self.send(200, {}, self.resource(name, os.path.getsize(self.sink.files[name])))

    def resource(self, name, size):
        return {"bucket": "sink", "name": name, "size": str(size), "generation": "1"}

    def send(self, status, headers, body=None):
        content = json.dumps(body).encode() if body else b""
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.connection.sendall(
            f"HTTP/1.1 {status} Sink\r\n{fields}Content-Length: {len(content)}\r\n\r\n".encode() + content)

    def send_file(self, path):
        checksum = f"X-Goog-Hash: {self.sink.checksum}\r\n" if self.sink.checksum else ""
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            self.connection.sendall(
                f"HTTP/1.1 200 OK\r\n{checksum}X-Goog-Generation: 1\r\nContent-Length: {size}\r\n\r\n".encode())
            offset = 0
            while offset < size:
                offset += os.sendfile(self.connection.fileno(), file.fileno(), offset, size - offset)


class Sink:
    """Listens on a free port of the loopback."""

    def __init__(self, files, rate=None):
        # In bytes per second; None for as fast as they come.
        self.rate = rate
        self.due = 0.0
        self.files = {os.path.basename(path): path for path in files}
        self.checksum = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def hold_back(self, count):
        """Waits until so many more bytes are due, by a schedule that does not slip where a pause is too long."""
        if self.rate is None:
            return
        now = time.monotonic()
        self.due = max(self.due, now - 0.1) + count / self.rate
        if self.due > now:
            time.sleep(self.due - now)

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            Connection(self, connection).serve()
        except ConnectionError:
            pass  # the peer went away, as it may


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    sink = Sink(options.files, options.rate and options.rate * 1e6)
    print(sink.port, flush=True)
    threading.Thread(target=sink.run, daemon=True).start()
    sys.stdin.read()

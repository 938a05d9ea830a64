"""Ports for programs that are told one."""
import random
import socket
from pathlib import Path

# Where the kernel's own choice begins, for connections and for listeners that ask for any.
RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port():
    """A port of loopback that is free, and that the kernel gives to nobody by itself until it is bound."""
    first = int(RANGE.read_text().split()[0]) if RANGE.exists() else 32768
    for port in random.sample(range(10_000, first), 100) if first >= 11_000 else [0]:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise AssertionError(f"100 ports between 10000 and {first} were taken")

"""Ports on the loopback interface: opening one, and saying who has it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

LOOPBACK = "127.0.0.1"
_BACKLOG = 256
_LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp


class PortTakenError(Exception):
    """Another process listens on the port; the message says which one, where that can be found out."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.owner = owner_of(port)
        super().__init__(f"port {port} is in use by {self.owner or 'another process'}")


def listen(port: int) -> socket.socket:
    """Open a listening socket on the loopback interface; 0 takes any free port.

    Raises
    ------
    PortTakenError
        If somebody listens there already.
    """
    # macOS lets a socket on 127.0.0.1 share a port with one on all interfaces, and takes its connections away.
    if port and answers(port):
        raise PortTakenError(port)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(port) from error
    listener.listen(_BACKLOG)
    return listener


def free_port() -> int:
    """Return a port that was free a moment ago."""
    (port,) = free_ports(1)
    return port


def free_ports(count: int) -> list[int]:
    """Return ports that were free a moment ago, each another one."""
    with ExitStack() as opened:
        return [port_of(opened.enter_context(listen(0))) for _ in range(count)]


def port_of(listener: socket.socket) -> int:
    """Return the port a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Return whether somebody accepts connections."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def owner_of(port: int) -> str | None:
    """Return the command and process id of the listener, or None if it is not ours to know."""
    return _owner_in_proc(port) if sys.platform == "linux" else _owner_by_lsof(port)


def _owner_in_proc(port: int) -> str | None:
    inodes = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) in inodes for fd in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue  # ended meanwhile, or another user's
    return None


def _owner_by_lsof(port: int) -> str | None:
    command = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout
    except OSError:
        return None
    found = re.search(r"^p(\d+)\nc(.+)$", answer, re.MULTILINE)
    return f"{found[2]} (pid {found[1]})" if found else None

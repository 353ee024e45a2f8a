"""Which process uses a port of this host. Speaks no HTTP."""

from __future__ import annotations

import errno
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from inferometer.words import Said

CONNECT_TIMEOUT_S = 2.0
PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Listener:
    """The process that listens on a port. `started_s`: seconds since 1970."""

    pid: int
    name: str
    started_s: float


def host_and_port(base_url: str) -> tuple[str, int]:
    """Where a client of `base_url` connects to."""
    parts = urlsplit(base_url)
    return parts.hostname or "127.0.0.1", parts.port or (
        443 if parts.scheme == "https" else 80
    )


def is_served(base_url: str) -> bool:
    """Whether connections are accepted there."""
    try:
        socket.create_connection(
            host_and_port(base_url), CONNECT_TIMEOUT_S
        ).close()
    except OSError:
        return False
    return True


def _try_to_bind(host: str, port: int) -> None:
    """Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    )[0]
    with socket.socket(family, kind, protocol) as trial:
        # connections that linger are no servers
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)


def why_not_free(base_url: str) -> str | None:
    """Why a server of ours cannot listen there, as the first half of a sentence; or None."""
    host, port = host_and_port(base_url)
    if is_served(base_url):
        return Said("port.served", {"who": _who(port), "port": port})
    try:
        _try_to_bind(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return Said("port.held", {"who": _who(port), "port": port})
        if error.errno == errno.EACCES:
            return Said("port.forbidden", {"port": port})
        return Said("port.no_address", {"host": host})
    return None


def wait_until_free(base_url: str, timeout_s: float) -> bool:
    """Whether the port is free, now or within `timeout_s`."""
    deadline_s = time.monotonic() + timeout_s
    while why_not_free(base_url) is not None:
        if time.monotonic() > deadline_s:
            return False
        time.sleep(PAUSE_S)
    return True


def listener(base_url: str) -> Listener | None:
    """The process that listens there, if it is on this host and visible to us."""
    import psutil

    host, port = host_and_port(base_url)
    if host not in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
        return None
    try:
        pids = {
            each.pid
            for each in psutil.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
            and each.laddr
            and each.laddr[1] == port
            and each.pid
        }
        for pid in sorted(pids):
            process = psutil.Process(pid)
            return Listener(pid, process.name(), process.create_time())
    except (
        psutil.Error,
        OSError,
    ):  # another user's, gone by now, or not to be told on this system
        pass
    return None


def _who(port: int) -> str:
    found = listener(f"http://127.0.0.1:{port}")
    if found is None:
        return Said("port.unknown")
    return Said("port.process", {"name": found.name, "pid": found.pid})

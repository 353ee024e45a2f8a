"""Address: where the connections go, looked up once and before the clock starts."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Address:
    """A server's socket address, and the names it goes by."""

    family: int
    socket_address: tuple[str | int, ...]
    hostname: str
    """As in the URL, to check a certificate against."""
    host_header: str
    tls: bool = False
    insecure: bool = False
    """Accept any certificate."""


def resolve(base_url: str, *, insecure: bool = False, timeout_s: float = 10.0) -> Address:
    """The first address of the URL's host that takes a connection. Raises OSError if none does."""
    parts = urlsplit(base_url)
    tls = parts.scheme == "https"
    hostname = parts.hostname or ""
    with socket.create_connection((hostname, parts.port or (443 if tls else 80)), timeout_s) as trial:
        return Address(trial.family, trial.getpeername(), hostname, parts.netloc, tls, insecure)

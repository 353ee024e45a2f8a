"""Where connections go; resolved once, before the clock starts.

A name may have an address per replica of a service: connections then use them in turn, like clients
that resolve the name for each connection. Addresses of the other IP version are not used: a host
with one of each would be measured over two networks.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from inferometer.words import Said

SocketAddress = tuple[str | int, ...]

MAX_ADDRESSES = 256


def endpoint(address: SocketAddress) -> tuple[str, int]:
    """IP address, without the interface that a link-local one names, and port."""
    return str(address[0]).partition("%")[0], int(address[1])


@dataclass(frozen=True, slots=True)
class Address:
    """A server's socket address, and the names it goes by."""

    family: int
    socket_address: SocketAddress
    hostname: str
    """As in the URL, to verify a certificate."""
    host_header: str
    tls: bool = False
    insecure: bool = False
    """Accept any certificate."""
    others: tuple[SocketAddress, ...] = ()
    """Other addresses of the same name that accept connections."""

    @property
    def all(self) -> tuple[SocketAddress, ...]:
        return (self.socket_address, *self.others)


def resolve(
    base_url: str, *, insecure: bool = False, timeout_s: float = 10.0
) -> Address:
    """The addresses of the URL's host that accept a connection within `timeout_s`. Raises OSError
    if none does.
    """
    parts = urlsplit(base_url)
    tls = parts.scheme == "https"
    hostname, port = parts.hostname or "", parts.port or (443 if tls else 80)
    found = list(
        dict.fromkeys(
            socket.getaddrinfo(hostname, port, type=socket.SOCK_STREAM)
        )
    )[:MAX_ADDRESSES]
    deadline_s = time.monotonic() + timeout_s
    failed: OSError = OSError(Said("measure.no_address"))
    family, taken = 0, []
    for each_family, _, _, _, address in found:
        if family not in (0, each_family):
            continue
        try:
            taken.append(_tried(each_family, address, deadline_s))
            family = each_family
        except OSError as error:
            failed = error
    if not taken:
        raise failed
    return Address(
        family,
        taken[0],
        hostname,
        parts.netloc,
        tls,
        insecure,
        tuple(taken[1:]),
    )


def _tried(
    family: int, address: tuple[Any, ...], deadline_s: float
) -> SocketAddress:
    """The address, after it has accepted a connection."""
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.settimeout(max(0.001, deadline_s - time.monotonic()))
        trial.connect(address)
        peer: SocketAddress = trial.getpeername()
        return peer

"""What the kernel tells of a connection, and what is made of less."""

from __future__ import annotations

import socket
import struct
import sys

import pytest

from inferometer.system import tcp_facts as module
from inferometer.system.tcp_facts import TcpFacts, tcp_facts


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO is Linux's")
def test_a_connection_on_this_host_has_a_round_trip_and_lost_nothing() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        facts = tcp_facts(client)
    assert facts is not None
    assert facts.rtt_ns > 0
    assert facts[1:] == (0, 0, 0)


def told(rtt_us: int, came_twice: int = 0) -> bytes:
    info = bytearray(232)
    struct.pack_into("@I", info, 100, 3)
    struct.pack_into("@I", info, 148, rtt_us)
    struct.pack_into("@Q", info, 176, 5)
    struct.pack_into("@I", info, 216, came_twice)
    struct.pack_into("@I", info, 224, 4)
    return bytes(info)


class Socket:
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def getsockopt(self, *asked: int) -> bytes:
        return self._answer


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (told(250), TcpFacts(250_000, 3, 4, 5_000)),
        (told(2**32 - 1), TcpFacts(0, 3, 4, 5_000)),
        (told(250, came_twice=1), TcpFacts(250_000, 2, 4, 5_000)),
        (told(250, came_twice=9), TcpFacts(250_000, 0, 4, 5_000)),
        (told(250)[:224], None),
        (b"", None),
    ],
    ids=[
        "all",
        "no round trip",
        "one that the server had",
        "the network doubles packets",
        "an older kernel",
        "nothing",
    ],
)
def test_fields_stand_where_the_kernel_has_them(
    answer: bytes, facts: TcpFacts | None
) -> None:
    assert tcp_facts(Socket(answer)) == facts  # type: ignore[arg-type]


def test_elsewhere_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_INFO", None)
    assert tcp_facts(Socket(told(1))) is None  # type: ignore[arg-type]

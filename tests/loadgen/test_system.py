"""What is asked of the operating system, and doing without where it has less than Linux."""

from __future__ import annotations

import resource
import socket
import sys
import time

import pytest

from inferometer.loadgen import loop as loop_module
from inferometer.system import stamps
from inferometer.system.descriptors import raise_descriptor_limit
from inferometer.system.poller import PollPoller
from inferometer.trace import StampSource
from tests.loadgen.loop_runner import job_for, requests, run_loop
from tests.loadgen.scripted_server import Asked, Peer, ScriptedServer, answer

# Open files


class Limits:
    """The limit of open files, as the system would keep it."""

    def __init__(self, soft: int, hard: int, *, grants: bool = True) -> None:
        self.now = (soft, hard)
        self._grants = grants

    def getrlimit(self, _: int) -> tuple[int, int]:
        return self.now

    def setrlimit(self, _: int, limits: tuple[int, int]) -> None:
        if not self._grants:
            raise ValueError("current limit exceeds maximum limit")
        self.now = limits


@pytest.mark.parametrize(
    ("limits", "told", "then"),
    [
        (Limits(1024, 4096), 4096, (4096, 4096)),
        (Limits(4096, 4096), 4096, (4096, 4096)),
        (Limits(256, 1 << 60, grants=False), 256, (256, 1 << 60)),
    ],
    ids=["raised", "there already", "not granted"],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch,
    limits: Limits,
    told: int,
    then: tuple[int, int],
) -> None:
    monkeypatch.setattr(resource, "getrlimit", limits.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", limits.setrlimit)
    assert raise_descriptor_limit() == told
    assert limits.now == then


# Systems that have less than Linux


def script(peer: Peer, asked: Asked) -> None:
    answer(peer, asked)
    if asked.id == 4:
        peer.close()


def test_a_loop_without_epoll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "make_poller", PollPoller)
    with ScriptedServer(script) as server:
        ran = run_loop(
            job_for(
                server.port,
                n=12,
                concurrency=3,
                prompts=requests(12, "x" * 1_000_000),
            )
        )
    assert ran.all_ok
    assert ran.column("event_count") == [3] * 12


def test_a_loop_without_kernel_stamps_stamps_after_the_read_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stamps, "enable", lambda sock: False)
    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=6, concurrency=2))
    assert ran.all_ok
    assert not ran.loop.connections.kernel_stamps
    assert set(ran.trace.events["stamp_source"].tolist()) == {StampSource.USER}
    assert set(ran.trace.events["read_delay_ns"].tolist()) == {0}
    assert all(
        sent <= first <= end
        for sent, first, end in zip(
            *map(ran.column, ("sent_ns", "first_ns", "end_ns")), strict=True
        )
    )


def await_a_stamp(sock: socket.socket) -> None:
    """Until the kernel stamps what arrives: it begins some time after it is asked."""
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(10)
    for _ in range(10_000):
        sock.sendto(b"?", sock.getsockname())
        if stamps.arrival_ns(sock.recvmsg(1, stamps.ANCILLARY_BYTES)[1]):
            return
        time.sleep(0.001)
    pytest.fail("this kernel stamps nothing")


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux stamps what arrives"
)
def test_a_loop_with_kernel_stamps_says_so() -> None:
    with ScriptedServer(script) as server, stamps.keep_on() as sock:
        await_a_stamp(sock)
        ran = run_loop(job_for(server.port, n=6, concurrency=2))
    assert ran.loop.connections.kernel_stamps
    assert StampSource.KERNEL in ran.trace.events["stamp_source"].tolist()

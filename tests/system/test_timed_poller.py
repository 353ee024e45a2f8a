from __future__ import annotations

import select
import socket

import pytest

from inferometer.system.poller import READ, WRITE, TimedPoller


@pytest.fixture(params=["epoll", "poll", "awake"])
def poller(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> TimedPoller:
    if request.param == "poll":
        monkeypatch.delattr(select, "epoll", raising=False)
    elif not hasattr(select, "epoll"):
        pytest.skip("no epoll on this system")
    return TimedPoller(awake_s=0.0005 if request.param == "awake" else 0)


def test_what_is_ready_is_told(poller: TimedPoller) -> None:
    a, b = socket.socketpair()
    with a, b:
        poller.register(a.fileno(), READ)
        assert poller.wait(0) == []
        assert poller.wait(0.0015) == []
        b.send(b"x")
        assert poller.wait(None) == [(a.fileno(), READ)]
        poller.modify(a.fileno(), READ | WRITE)
        assert poller.wait(10) == [(a.fileno(), READ | WRITE)]
        poller.unregister(a.fileno())
        assert poller.wait(0) == []
    poller.close()


def test_what_comes_soon_finds_it_awake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not hasattr(select, "epoll"):
        pytest.skip("no epoll on this system")
    poller = TimedPoller(awake_s=1000)
    monkeypatch.delattr(select, "select")  # in which it sleeps
    a, b = socket.socketpair()
    with a, b:
        poller.register(a.fileno(), READ)
        assert poller.wait(0.001) == []
        b.send(b"x")
        assert poller.wait(None) == [(a.fileno(), READ)]
    poller.close()

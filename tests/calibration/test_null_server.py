"""The null server: what it answers, what it notes, and that it ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest

from inferometer.calibration import null_server
from inferometer.calibration.null_loop import next_beat_ns
from inferometer.calibration.null_server import NullServer
from inferometer.clock import MS, monotonic_ns
from inferometer.protocol import PROTOCOLS
from tests.processes import Forked

TIMEOUT_S = 20.0


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its processes need no new interpreter, but where the one that started them is killed."""
    forking = SimpleNamespace(**{**vars(subprocess), "Popen": Forked})
    monkeypatch.setattr(null_server, "subprocess", forking)


def ask(
    server: NullServer, request_id: str, max_tokens: int, gap_ms: float = 1.0
) -> bytes:
    """One request on a connection of its own; the answer's body."""
    connection = HTTPConnection(
        urlsplit(server.base_url).netloc, timeout=TIMEOUT_S
    )
    body = json.dumps(
        {"prompt": [1, 2], "max_tokens": max_tokens, "gap_ms": gap_ms}
    )
    connection.request(
        "POST", "/v1/completions", body, {"X-Request-Id": request_id}
    )
    response = connection.getresponse()
    data = response.read()
    connection.close()
    assert response.status == 200, data
    return data


def test_an_answer_is_a_whole_stream_of_completions() -> None:
    with NullServer() as server:
        for tokens in (1, 2, 7):
            decoder = PROTOCOLS["openai"].decoder()
            events = [*decoder.feed(ask(server, "a", tokens)), *decoder.close()]
            assert sum(1 for event in events if event.text) == tokens
            assert [
                event.finish_reason for event in events if event.finish_reason
            ] == ["length"]
            assert [
                event.usage.completion_tokens for event in events if event.usage
            ] == [tokens]
            assert events[-1].done


def test_it_notes_when_each_event_left_and_begins_anew_when_asked() -> None:
    with NullServer() as server:
        before_ns = monotonic_ns()
        ask(server, "x-1", 5, gap_ms=2.0)
        ask(server, "x-2", 1)
        truth = server.truth()
        after_ns = monotonic_ns()
        assert truth.request_id == ("x-1", "x-2")
        assert truth.event_count.tolist() == [5, 1]
        assert truth.handed_ns is not None
        first = truth.departures_ns(0)
        assert (
            before_ns < truth.arrival_ns[0] <= first[0] <= first[-1] < after_ns
        )
        assert (
            np.diff(first) >= 1 * MS
        ).all()  # at least half a gap, however late one was
        assert (truth.handed_ns > truth.departure_ns).all()
        assert (truth.departure_ns >= truth.due_ns).all()
        assert (truth.due_ns[:5] % (2 * MS) == 0).all()
        assert len(server.truth()) == 0


def test_several_processes_share_a_port_and_make_one_record() -> None:
    with NullServer(3) as server:
        names = [f"r{i}" for i in range(24)]
        for i, name in enumerate(names):
            ask(server, name, 1 + i % 3)
        truth = server.truth()
    assert sorted(truth.request_id) == sorted(names)
    for row, name in enumerate(truth.request_id):
        assert truth.event_count[row] == 1 + int(name[1:]) % 3
        assert (np.diff(truth.departures_ns(row)) > 0).all()
    assert (
        truth.event_start.tolist()
        == (np.cumsum(truth.event_count) - truth.event_count).tolist()
    )


def test_a_request_that_it_does_not_understand_is_refused_and_the_server_goes_on() -> (
    None
):
    with NullServer() as server:
        connection = HTTPConnection(
            urlsplit(server.base_url).netloc, timeout=TIMEOUT_S
        )
        for body in (
            b"{}",
            b"not json",
            b'{"max_tokens": 1}',
            b'{"max_tokens": "a", "gap_ms": 1}',
            b'{"max_tokens": 0, "gap_ms": 1}',
        ):
            connection.request("POST", "/", body)
            response = connection.getresponse()
            assert (
                response.status,
                b"max_tokens and gap_ms" in response.read(),
            ) == (400, True), body
        connection.close()
        with socket.create_connection(
            ("127.0.0.1", urlsplit(server.base_url).port or 0), TIMEOUT_S
        ) as raw:
            raw.sendall(b"not http at all\r\n\r\n")
            assert raw.recv(1 << 16).startswith(b"HTTP/1.1 400")
        assert ask(server, "still", 1)


def test_a_client_that_goes_away_takes_nobody_with_it() -> None:
    with NullServer() as server:
        body = b'{"max_tokens": 100000, "gap_ms": 1}'
        with socket.create_connection(
            ("127.0.0.1", urlsplit(server.base_url).port or 0), TIMEOUT_S
        ) as raw:
            raw.sendall(
                b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b"
                % (len(body), body)
            )
            assert raw.recv(1 << 16)
        for n in range(
            20
        ):  # one of them has its descriptor while what was due to it still is
            assert ask(server, f"after-{n}", 3)


@pytest.mark.parametrize("now", [0, 1, 4, 5, 6, 9, 10, 11, 1_000_003])
def test_a_beat_is_a_multiple_at_least_half_a_gap_away(now: int) -> None:
    beat = next_beat_ns(now, 10)
    assert beat % 10 == 0
    assert 5 <= beat - now <= 15


def processes_of(server: NullServer) -> list[psutil.Process]:
    return [psutil.Process(child.pid) for child in server._children]


def test_it_ends_with_its_block() -> None:
    with NullServer(2) as server:
        children = processes_of(server)
        assert len(children) == 2
    assert not any(
        child.is_running() and child.status() != psutil.STATUS_ZOMBIE
        for child in children
    )
    server.stop()


def test_it_says_so_when_it_died() -> None:
    with NullServer() as server:
        for child in processes_of(server):
            child.kill()
        with pytest.raises(RuntimeError, match="has ended"):
            server.truth()


PARENT = """
import sys, psutil
from inferometer.calibration.null_server import NullServer
server = NullServer()
server.start()
print(psutil.Process().children()[0].pid, flush=True)
sys.stdin.read()
"""


def test_it_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + TIMEOUT_S
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, (
                "the null server outlived its parent"
            )
            time.sleep(0.01)

"""Ctrl-C, SIGTERM and SIGHUP: what was measured is kept, what was in flight is cancelled, and a
second signal ends it at once.

The run is in a process of its own, as a user's would be; the server that it measures tells when it
is in the middle.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import psutil
import pytest

from inferometer.clock import NS
from inferometer.system.interruption import SECOND_THOUGHT_NS
from inferometer.trace import Outcome
from tests.loadgen.scripted_server import (
    STREAM,
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    answer,
    chunked,
    until,
)
from tests.processes import Forked, environment, run_forked

RUN = """
import json, sys
from tests.loadgen.loop_runner import check_books, closed_loop, jobs_for
from inferometer.loadgen import measure
port, n, concurrency, workers = map(int, sys.argv[1:])
try:
    trace = measure(jobs_for(port, closed_loop(n, concurrency), workers=workers))
except KeyboardInterrupt:
    print(json.dumps("stopped before it began"))
else:
    check_books(trace, range(n))
    print(json.dumps({"outcomes": trace.requests["outcome"].tolist(), "interrupted": trace.interrupted}))
"""

SIGNALS = pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)


def send(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """As it happens: Ctrl-C and the end of a terminal reach the whole group, SIGTERM one
    process.
    """
    if number == signal.SIGTERM:
        process.send_signal(number)
    else:
        os.killpg(process.pid, number)


@contextmanager
def running(
    port: int, n: int, concurrency: int, workers: int = 1
) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-c",
        RUN,
        *map(str, (port, n, concurrency, workers)),
    ]
    process = Forked(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def result_of(process: subprocess.Popen[str]) -> Any:
    told, _ = process.communicate(timeout=20)
    return json.loads(told)


def hanging_from(
    number: int, hanging: int
) -> tuple[Callable[[Peer, Asked], None], Event]:
    """A server that answers requests below `number` and leaves the others in mid-stream; and when
    so many of them hang.
    """
    stuck: list[int] = []
    all_stuck = Event()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id < number:
            answer(peer, asked)
            return
        peer.send(*chunked(*STREAM)[:2])
        stuck.append(asked.id)
        if len(stuck) == hanging:
            all_stuck.set()
        peer.wait_for_hangup()
        raise Hangup

    return script, all_stuck


@SIGNALS
@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_signal_keeps_what_is_there(
    number: signal.Signals, workers: int
) -> None:
    script, all_stuck = hanging_from(6, hanging=2)
    with (
        ScriptedServer(script) as server,
        running(server.port, 12, 2, workers) as process,
    ):
        assert all_stuck.wait(20)
        send(process, number)
        result = result_of(process)
    ok, cancelled, unsent = Outcome.OK, Outcome.CANCELLED, Outcome.UNSENT
    assert result == {
        "outcomes": [ok] * 6 + [cancelled] * 2 + [unsent] * 4,
        "interrupted": True,
    }
    assert process.returncode == 0


def test_the_second_signal_does_not_wait_for_workers_that_do_not_listen() -> (
    None
):
    script, all_stuck = hanging_from(0, hanging=2)
    with (
        ScriptedServer(script) as server,
        running(server.port, 5, 2, workers=2) as process,
    ):
        assert all_stuck.wait(20)
        workers = psutil.Process(process.pid).children()
        for worker in workers:
            worker.suspend()
        until(
            lambda: all(
                worker.status() == psutil.STATUS_STOPPED for worker in workers
            )
        )
        process.send_signal(signal.SIGTERM)
        process.send_signal(
            signal.SIGINT
        )  # not the same one twice, of which the system may make one
        assert all(
            worker.status() == psutil.STATUS_STOPPED for worker in workers
        )  # too soon: nothing is thrown away yet
        time.sleep(SECOND_THOUGHT_NS / NS + 0.1)
        process.send_signal(signal.SIGINT)
        result = result_of(process)
    assert set(result["outcomes"]) <= {Outcome.UNFINISHED, Outcome.UNSENT}
    assert len(result["outcomes"]) == 5
    assert result["interrupted"]


@SIGNALS
def test_a_signal_while_connections_are_opened_ends_it_at_once(
    number: signal.Signals,
) -> None:
    """Nobody takes the connections; without the signal it would go on until the connect
    time-out.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        with running(port, 8, 8) as process:
            parent = psutil.Process(process.pid)
            until(
                lambda: any(
                    worker.net_connections("tcp")
                    for worker in parent.children()
                )
            )
            send(process, number)
            assert result_of(process) == "stopped before it began"


def test_signals_do_as_they_did_before_when_the_run_is_over() -> None:
    code = """
import signal, sys
from tests.loadgen.loop_runner import closed_loop, jobs_for
from inferometer.loadgen import measure
numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
before = [signal.getsignal(number) for number in numbers]
measure(jobs_for(int(sys.argv[1]), closed_loop(1, 1)))
assert [signal.getsignal(number) for number in numbers] == before
"""
    with ScriptedServer(answer) as server:
        run_forked(
            [sys.executable, "-c", code, str(server.port)],
            env=environment(),
            check=True,
            timeout=20,
        )

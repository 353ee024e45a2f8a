"""Several workers: exact shares, one trace, and what happens to it when one of them dies."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import Mock

import numpy as np
import psutil
import pytest

from inferometer.arrival import plan_load
from inferometer.clock import MS
from inferometer.loadgen import MeasurementError, Snapshot, measure, pool
from inferometer.loadgen.loop import Loop
from inferometer.trace import MISSING, Outcome, Trace
from tests.loadgen.loop_runner import (
    BOUNDED,
    check_books,
    closed_loop,
    jobs_for,
    open_loop,
    requests,
)
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
from tests.processes import Forked, environment

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The scripted server's threads are no concern of the forked workers."""


def worker_processes() -> list[BaseProcess]:
    """In the order in which they were started."""
    return sorted(
        multiprocessing.active_children(),
        key=lambda process: int(process.name.rpartition("-")[2]),
    )


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_share_the_work_exactly_and_their_records_become_one(
    workers: int,
) -> None:
    with ScriptedServer(answer) as server:
        trace = measure(
            jobs_for(server.port, closed_loop(11, 5), workers=workers)
        )
    check_books(trace, range(11))
    r = trace.requests
    assert r["worker"].tolist() == [
        i % 5 % workers for i in range(11)
    ]  # each of the five slots is one worker's
    assert set(r["outcome"].tolist()) == {Outcome.OK}
    assert server.connections == 5
    assert [w.worker for w in trace.workers] == list(range(workers))
    assert (
        sum(w.assigned for w in trace.workers)
        == sum(w.sent for w in trace.workers)
        == 11
    )
    assert r["sent_ns"].min() >= -MS // 100
    assert not trace.interrupted
    assert worker_processes() == []


@pytest.mark.parametrize("room", ["no folder", "a folder that is full"])
def test_nothing_is_lost_where_the_disk_is_full(
    room: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if room == "no folder":
        (tmp_path / "file").touch()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    else:
        monkeypatch.setattr(
            np,
            "save",
            Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")),
        )
    with ScriptedServer(answer) as server:
        trace = measure(jobs_for(server.port, closed_loop(11, 5), workers=2))
    check_books(trace, range(11))
    assert set(trace.requests["outcome"].tolist()) == {Outcome.OK}
    assert sum(w.sent for w in trace.workers) == 11


@pytest.mark.parametrize(
    "when",
    ["while workers measure", "after they have left their columns there"],
)
def test_a_temporary_folder_may_vanish(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    if when == "while workers measure":

        def answer_once_it_is_gone(peer: Peer, asked: Asked) -> None:
            shutil.rmtree(folder, ignore_errors=True)
            answer(peer, asked)

        with ScriptedServer(answer_once_it_is_gone) as server:
            trace = measure(
                jobs_for(server.port, closed_loop(11, 5), workers=2)
            )
        assert set(trace.requests["outcome"].tolist()) == {Outcome.OK}
    else:
        usual = pool._collect

        def collect(*arguments: Any, **more: Any) -> Trace:
            shutil.rmtree(next(folder.iterdir()) / "1")
            return usual(*arguments, **more)

        monkeypatch.setattr(pool, "_collect", collect)
        with ScriptedServer(answer) as server:
            trace = measure(
                jobs_for(server.port, closed_loop(11, 5), workers=2)
            )
        r = trace.requests
        assert set(r["outcome"][r["worker"] == 0].tolist()) == {Outcome.OK}
        assert set(r["outcome"][r["worker"] == 1].tolist()) == {
            Outcome.UNFINISHED
        }
        assert (
            "gone from the temporary folder"
            in r["detail"][r["worker"] == 1].tolist()[0]
        )
    check_books(trace, range(11))


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
)
def test_a_signal_to_a_worker_alone_changes_nothing(
    number: signal.Signals,
) -> None:
    sent: list[int] = []

    def interrupt_all(now: Snapshot) -> None:
        if now.ok and not sent:
            sent.extend(process.pid or 0 for process in worker_processes())
            for process in sent:
                os.kill(process, number)

    def slowly(peer: Peer, asked: Asked) -> None:
        time.sleep(0.02)
        answer(peer, asked)

    with ScriptedServer(slowly) as server:
        trace = measure(
            jobs_for(server.port, closed_loop(80, 4), workers=2), interrupt_all
        )
    assert sent
    assert not trace.interrupted
    assert set(trace.requests["outcome"].tolist()) == {Outcome.OK}


def test_workers_keep_the_cap_together() -> None:
    with ScriptedServer(answer) as server:
        measure(jobs_for(server.port, closed_loop(40, 5), workers=3))
    assert server.most_at_once <= 5
    assert sorted(asked.id for asked in server.asked) == list(range(40))


def test_workers_keep_the_order_of_an_open_loop_each_in_its_share() -> None:
    due_ns = [i * 2 * MS for i in range(12)]
    with ScriptedServer(answer) as server:
        trace = measure(jobs_for(server.port, open_loop(due_ns), workers=3))
    r = trace.requests
    assert r["intended_ns"].tolist() == due_ns
    assert (r["sent_ns"] >= r["intended_ns"] - MS // 100).all()
    for worker in range(3):
        sent = r["sent_ns"][r["worker"] == worker]
        assert (np.diff(sent) > 0).all()


def test_warm_ups_before_a_burst_are_drained_by_all_workers() -> None:
    plan = plan_load(6, num_warmups=4, rng=np.random.default_rng(0))
    with ScriptedServer(answer) as server:
        trace = measure(jobs_for(server.port, plan, workers=2))
    r = trace.requests
    check_books(trace, range(10))
    assert r["warmup"].tolist() == [True] * 4 + [False] * 6
    assert r["end_ns"][:4].max() < 0 <= r["sent_ns"][4:].min() + MS // 100
    assert [asked.id < 4 for asked in server.asked] == [True] * 4 + [False] * 6


def test_progress_is_told_and_ends_with_everything_done() -> None:
    def piece_by_piece(peer: Peer, asked: Asked) -> None:
        for piece in chunked(*STREAM):
            peer.send(piece)
            time.sleep(0.03)

    snapshots: list[Snapshot] = []
    with ScriptedServer(piece_by_piece) as server:
        measure(
            jobs_for(server.port, closed_loop(9, 3), workers=2),
            snapshots.append,
        )
    last = snapshots[-1]
    assert (
        last.sent,
        last.ok,
        last.failed,
        last.in_flight,
        last.output_tokens,
    ) == (9, 9, 0, 0, 27)
    assert (last.ttft_count, last.tpot_count) == (9, 9)


def test_workers_that_cannot_connect_stop_the_run_before_it_begins() -> None:
    with ScriptedServer(answer) as server:
        port = server.port
    with pytest.raises(
        MeasurementError,
        match=r"Only 0 of 2 connections to .* \(Connection refused\)",
    ):
        measure(jobs_for(port, closed_loop(4, 4), workers=2))
    assert worker_processes() == []


def test_a_prompt_that_the_wire_cannot_carry_stops_the_run_before_it_begins() -> (
    None
):
    chat = [
        request.__class__(0, [{"role": "user", "content": "hi"}], 1, 1)
        for request in requests(1)
    ]
    with (
        ScriptedServer(answer) as server,
        pytest.raises(
            MeasurementError, match="completions carry text or token ids"
        ),
    ):
        measure(jobs_for(server.port, closed_loop(1, 1), prompts=chat))


def hanging_from(number: int) -> tuple[list[int], object]:
    """A server that answers those below `number` of worker 0's (even) requests and all of worker
    1's (odd) never.
    """
    came: list[int] = []

    def script(peer: Peer, asked: Asked) -> None:
        came.append(asked.id)
        if asked.id % 2:
            peer.wait_for_hangup()
            raise Hangup
        answer(peer, asked)

    return came, script


def test_a_killed_worker_costs_its_own_requests_only() -> None:
    came, script = hanging_from(1)
    killed: list[int] = []

    def kill_the_second(now: Snapshot) -> None:
        if (
            now.sent == 5 and now.ok == 4 and not killed
        ):  # it has told of its request, and the other one is done
            killed.append(
                worker_processes()[-1].pid or 0
            )  # the first may have ended
            os.kill(killed[0], signal.SIGKILL)

    with ScriptedServer(script) as server:  # type: ignore[arg-type]
        jobs = jobs_for(
            server.port, closed_loop(8, 2), workers=2, keep_texts=True
        )
        trace = measure(jobs, kill_the_second)
    assert killed
    check_books(trace, range(8))
    ok, unfinished, unsent = Outcome.OK, Outcome.UNFINISHED, Outcome.UNSENT
    assert trace.requests["outcome"].tolist() == [
        ok,
        unfinished,
        ok,
        unsent,
        ok,
        unsent,
        ok,
        unsent,
    ]
    assert trace.requests["detail"].tolist()[1] == "the worker process died"
    assert trace.requests["sent_ns"].tolist()[1] == MISSING
    assert trace.texts == (" a b c", "") * 4
    assert [w.sent for w in trace.workers] == [4, 1]
    assert not trace.interrupted
    assert sorted(came) == [0, 1, 2, 4, 6]


def test_a_worker_that_fails_in_mid_run_costs_its_own_requests_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bug in one worker, or no memory for it: the measurement of the others is not thrown
    away.
    """
    begin = Loop._begin

    def fail_at_the_third_of_worker_one(loop: Loop) -> object:
        if loop._job.shard.worker == 1 and loop.sent == 2:
            raise MemoryError("no memory left")
        return begin(loop)

    monkeypatch.setattr(Loop, "_begin", fail_at_the_third_of_worker_one)
    with ScriptedServer(answer) as server:
        trace = measure(jobs_for(server.port, closed_loop(12, 2), workers=2))
    check_books(trace, range(12))
    r = trace.requests
    assert set(r["outcome"][r["worker"] == 0].tolist()) == {Outcome.OK}
    assert set(r["outcome"][r["worker"] == 1].tolist()) <= {
        Outcome.UNFINISHED,
        Outcome.UNSENT,
    }
    assert {detail for detail in r["detail"].tolist() if detail} <= {
        "the worker failed: MemoryError: no memory left"
    }


def test_all_workers_killed_is_a_trace_of_what_is_known() -> None:
    killed: list[int] = []

    def script(peer: Peer, asked: Asked) -> None:
        peer.wait_for_hangup()
        raise Hangup

    def kill_all(now: Snapshot) -> None:
        if now.sent == 2 and not killed:
            for process in worker_processes():
                killed.append(process.pid or 0)
                process.kill()

    with ScriptedServer(script) as server:
        trace = measure(
            jobs_for(server.port, closed_loop(6, 2), workers=2), kill_all
        )
    assert len(killed) == 2
    assert (
        trace.requests["outcome"].tolist()
        == [Outcome.UNFINISHED] * 2 + [Outcome.UNSENT] * 4
    )


@pytest.mark.skipif(
    sys.platform != "linux",
    reason="only Linux tells a process that its parent has died",
)
def test_workers_die_with_their_parent() -> None:
    """Nobody would hear of what they measure, and the server would be under load for nothing."""
    code = """
import sys
from tests.loadgen.loop_runner import closed_loop, jobs_for
from inferometer.loadgen import measure
from inferometer.spec.run import Timeouts
measure(jobs_for(int(sys.argv[1]), closed_loop(4, 2), workers=2, timeouts=Timeouts()))  # longer than this test waits
"""
    both_here = Event()
    hung_up = []

    def script(peer: Peer, asked: Asked) -> None:
        if asked.number == 1:
            both_here.set()
        peer.wait_for_hangup()
        hung_up.append(asked.id)
        raise Hangup

    with ScriptedServer(script) as server:
        parent = Forked(
            [sys.executable, "-c", code, str(server.port)], env=environment()
        )
        assert both_here.wait(20)
        workers = psutil.Process(parent.pid).children()
        assert len(workers) == 2
        parent.kill()
        parent.wait(10)
        try:
            until(lambda: len(hung_up) == 2)
        finally:
            for worker in workers:
                with suppress(psutil.NoSuchProcess):
                    worker.kill()


def test_time_outs_end_a_run_of_several_workers() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.wait_for_hangup()
        raise Hangup

    with ScriptedServer(script) as server:
        limits = BOUNDED.model_copy(update={"first_token_s": 0.1})
        trace = measure(
            jobs_for(server.port, closed_loop(4, 2), workers=2, timeouts=limits)
        )
    assert trace.requests["outcome"].tolist() == [Outcome.FAILED] * 4

"""From worker to parent: what is written comes back the same; what is lost is made up for, row by
row.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inferometer.loadgen.handover import hand_over, load_columns, lost_share
from inferometer.trace import (
    EVENT_COLUMNS,
    MISSING,
    REQUEST_COLUMNS,
    Outcome,
    Trace,
)
from inferometer.trace.trace import empty_events, empty_requests, merge
from tests.loadgen.loop_runner import (
    check_books,
    closed_loop,
    job_for,
    jobs_for,
    worker_record,
)


def columns(
    ids: list[int], events: int = 0
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Some requests, the first of which has all the events; every number is another one."""
    requests = empty_requests(len(ids))
    for number, column in enumerate(REQUEST_COLUMNS):
        if column.dtype != "object":
            requests[column.name][:] = number % 100
    requests["id"][:] = ids
    for name in ("event_start", "event_count", "failure"):
        requests[name][:] = 0
    requests["outcome"][:] = Outcome.OK
    requests["event_count"][:1] = events
    requests["detail"][:] = [f"naïve \n {i}" if i % 2 else None for i in ids]
    table = {c.name: np.arange(events, dtype=c.dtype) for c in EVENT_COLUMNS}
    return requests, table


def handed_over(
    directory: Path,
    ids: list[int],
    events: int,
    texts: tuple[str, ...],
    *,
    stopped: bool = False,
) -> Trace:
    requests, table = columns(ids, events)
    record = worker_record(worker=3, sent=len(ids))
    share = hand_over(
        directory,
        requests,
        table,
        {"record": record, "texts": texts, "stopped": stopped},
    )
    assert (share == directory) == directory.is_dir()
    return load_columns(
        pickle.loads(pickle.dumps(share)), job_for(1, n=len(ids)), 123
    )


@pytest.mark.parametrize("there_is_room", [True, False])
def test_what_is_handed_over_comes_back_the_same(
    tmp_path: Path, there_is_room: bool
) -> None:
    requests, table = columns([4, 5, 6], events=7)
    directory = tmp_path / "share"
    if not there_is_room:
        (tmp_path / "file").touch()
        directory = tmp_path / "file" / "share"
    trace = handed_over(directory, [4, 5, 6], 7, ("a", "", "ü"), stopped=True)
    for c in REQUEST_COLUMNS:
        assert trace.requests[c.name].dtype == np.dtype(c.dtype)
        assert trace.requests[c.name].tolist() == requests[c.name].tolist()
    for c in EVENT_COLUMNS:
        assert trace.events[c.name].dtype == np.dtype(c.dtype)
        assert trace.events[c.name].tolist() == table[c.name].tolist()
    assert trace.workers == (worker_record(worker=3, sent=3),)
    assert (
        trace.start_realtime_ns,
        trace.closed_loop,
        trace.interrupted,
        trace.texts,
    ) == (
        123,
        True,
        True,
        ("a", "", "ü"),
    )


def test_a_share_without_events_or_texts_comes_back_too(tmp_path: Path) -> None:
    trace = handed_over(tmp_path / "share", [0], 0, ("",))
    assert {len(column) for column in trace.events.values()} == {0}
    assert trace.texts is None


def test_columns_outlive_the_folder_they_were_read_from(tmp_path: Path) -> None:
    trace = handed_over(tmp_path / "share", [0], 5, ("",))
    for file in (tmp_path / "share").iterdir():
        file.unlink()
    assert trace.events["arrival_ns"].tolist() == [0, 1, 2, 3, 4]


def test_a_dead_workers_requests_are_unfinished_as_far_as_they_were_sent() -> (
    None
):
    job, _ = jobs_for(1, closed_loop(9, 2, warmups=3), workers=2)
    trace = lost_share(
        job, sent=3, start_realtime_ns=5, why="the worker process died"
    )
    r = trace.requests
    assert r["id"].tolist() == [0, 2, 4, 6, 8]
    assert (
        r["outcome"].tolist() == [Outcome.UNFINISHED] * 3 + [Outcome.UNSENT] * 2
    )
    assert r["detail"].tolist() == ["the worker process died"] * 3 + [None] * 2
    assert r["warmup"].tolist() == [True, True, False, False, False]
    assert r["asked_output_tokens"].tolist() == [3] * 5
    for column in REQUEST_COLUMNS:
        if column.unit == "ns":
            assert set(r[column.name].tolist()) == {MISSING}, column.name
    assert (
        trace.workers[0].assigned,
        trace.workers[0].sent,
        trace.interrupted,
    ) == (5, 3, False)
    assert trace.workers[0].lost
    check_books(trace, [0, 2, 4, 6, 8])


def test_shares_merge_in_order_of_id_and_their_events_stay_theirs(
    tmp_path: Path,
) -> None:
    even = handed_over(tmp_path / "even", [0, 2], 2, ("zero", "two"))
    odd = handed_over(tmp_path / "odd", [1, 3], 3, ("one", "three"))
    merged = merge([odd, even])
    check_books(merged, [0, 1, 2, 3])
    r = merged.requests
    assert merged.texts == ("zero", "one", "two", "three")
    first, second = (
        merged.events["arrival_ns"][r["event_start"][i] :][
            : r["event_count"][i]
        ].tolist()
        for i in (0, 1)
    )
    assert (first, second) == ([0, 1], [0, 1, 2])


def test_texts_of_one_share_survive_the_loss_of_another(tmp_path: Path) -> None:
    kept = handed_over(tmp_path / "a", [0, 2], 0, ("zero", "two"))
    _, job = jobs_for(1, closed_loop(3, 2), workers=2)
    merged = merge(
        [
            kept,
            lost_share(
                job,
                sent=1,
                start_realtime_ns=5,
                why="it died",
                interrupted=True,
            ),
        ]
    )
    assert merged.texts == ("zero", "", "two")
    assert merged.interrupted


def test_where_no_share_has_texts_there_are_none(tmp_path: Path) -> None:
    empty = Trace(columns([1])[0], empty_events(), (), 0, closed_loop=True)
    assert (
        merge([handed_over(tmp_path / "b", [0], 0, ("",)), empty]).texts is None
    )

"""Streams that arrive in blocks of equal size: what collects them, and that the client is not
blamed for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inferometer.metrics import Level
from inferometer.metrics.blocks import blocks_of
from tests.metrics.test_verdict import finding
from tests.metrics.trace_builder import build, request

ANSWERS = 20


def stream(at_ms: float, gaps_ms: Any, **columns: Any) -> dict[str, Any]:
    events_ms = (
        at_ms
        + 50
        + np.concatenate(([0.0], np.cumsum(np.asarray(gaps_ms, float))))
    )
    return request(at_ms, *events_ms.tolist(), **columns)


def answers(gaps_ms: Any, **columns: Any) -> Any:
    """Of each, `gaps_ms` is a list, or gives one."""
    return build(
        [
            stream(
                10.0 * i, gaps_ms() if callable(gaps_ms) else gaps_ms, **columns
            )
            for i in range(ANSWERS)
        ]
    )


def in_blocks(
    size: int, n: int = 100, pause_ms: float = 200, within_ms: float = 0.02
) -> list[float]:
    return [
        pause_ms if (i + 1) % size == 0 else within_ms for i in range(n - 1)
    ]


@pytest.mark.parametrize("size", [3, 5, 21, 40])
@pytest.mark.parametrize("within_ms", [0.0, 0.02, 1.0])
def test_blocks_of_equal_size(size: int, within_ms: float) -> None:
    found = blocks_of(answers(in_blocks(size, within_ms=within_ms)))
    assert found is not None
    assert (found.share, found.events) == (1.0, size)
    assert found.pause_ms == pytest.approx(200)


def test_blocks_of_so_many_bytes_hold_about_as_many_events() -> None:
    dice = np.random.default_rng(1)

    def gaps() -> list[float]:
        sizes = dice.integers(20, 24, 5)
        return [gap for size in sizes for gap in [0.02] * (size - 1) + [200]]

    found = blocks_of(answers(gaps))
    assert found is not None
    assert found.events == pytest.approx(21.5, abs=1)


def test_whole_answers_at_once() -> None:
    found = blocks_of(answers([0.0] * 63))
    assert found is not None
    assert found.events is None
    assert found.pause_ms == pytest.approx(50)
    in_two_reads = blocks_of(answers([0.0] * 50 + [0.4] + [0.0] * 12))
    assert in_two_reads is not None
    assert in_two_reads.events is None


def test_whole_answers_in_one_event() -> None:
    found = blocks_of(answers([], output_tokens=64))
    assert found is not None
    assert (found.share, found.events) == (1.0, None)
    assert found.pause_ms == pytest.approx(50)
    verdict = finding("shared_stamps", answers([], output_tokens=64))
    assert verdict.level is Level.SUSPECT
    assert verdict.sentence.startswith("Whole answers arrive at once")


@pytest.mark.parametrize(
    "columns",
    [
        {"output_tokens": 7},
        {"output_tokens": 64, "hidden_tokens": 60},
        {"output_tokens": -1},
    ],
)
def test_an_answer_of_one_event_may_be_a_short_one(
    columns: dict[str, Any],
) -> None:
    assert blocks_of(answers([], **columns)) is None


DICE = np.random.default_rng(7)


def speculative() -> list[float]:
    """Steps of 20 ms, each with one to four tokens, an event each."""
    return [
        gap
        for size in DICE.integers(1, 5, 30)
        for gap in [20.0] + [0.01] * (size - 1)
    ]


@pytest.mark.parametrize(
    "gaps_ms",
    [
        [20.0] * 63,
        lambda: DICE.exponential(20, 63),
        lambda: DICE.lognormal(3, 1, 63),
        speculative,
        [20.0] * 20 + [2_000.0] + [20.0] * 42,  # a pause for somebody's prompt
        [20.0, 40.0] * 30,
        [20.0] * 6,  # too few to tell
        [0.01] * 6,
        [],
    ],
)
def test_streams_that_are_no_blocks(gaps_ms: Any) -> None:
    assert blocks_of(answers(gaps_ms)) is None


def test_a_few_answers_in_blocks_are_not_the_run() -> None:
    rows = [
        stream(10.0 * i, in_blocks(20) if i < 5 else [20.0] * 99)
        for i in range(ANSWERS)
    ]
    assert blocks_of(build(rows)) is None
    assert blocks_of(build([])) is None


@pytest.mark.parametrize(
    "gaps_ms", [in_blocks(21), in_blocks(21, within_ms=0.3), [0.0] * 99]
)
def test_what_buffers_is_named_and_the_client_is_not(
    gaps_ms: list[float],
) -> None:
    found = finding("shared_stamps", answers(gaps_ms))
    assert found.level >= Level.SUSPECT
    assert "a proxy or gateway buffers the stream" in found.sentence
    assert "proxy_buffering" in found.next_step
    assert "cores" not in found.next_step


def test_a_client_that_reads_late_may_have_made_the_blocks_itself() -> None:
    late: dict[str, Any] = {
        "delay_ms": [150.0] * 100,
        "ambiguity_ms": [150.0] * 100,
    }
    found = finding("shared_stamps", answers(in_blocks(21), **late))
    assert found.level == Level.INVALID
    assert "buffers" not in found.sentence
    assert "cores" in found.next_step


def test_one_first_event_in_doubt_by_little_does_not_make_a_point_of_one_request_invalid() -> (
    None
):
    def of_one(ambiguity_ms: float, requests: int = 1) -> Any:
        return build(
            [request(0, 1.5, 21.5, ambiguity_ms=[ambiguity_ms, 0])] * requests
        )

    assert (
        finding("shared_stamps", of_one(0.1)).level == Level.SUSPECT
    )  # 7% of its TTFT
    assert finding("shared_stamps", of_one(0.05)).level == Level.OK
    assert finding("shared_stamps", of_one(0.5)).level == Level.INVALID
    assert [finding("shared_stamps", of_one(0.1, n)).level for n in (3, 4)] == [
        Level.SUSPECT,
        Level.INVALID,
    ]

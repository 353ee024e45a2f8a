"""The clocks: what an anchor is, how stamps are mapped by it, and that a step of the system's time
is seen.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer import clock
from inferometer.clock import (
    MS,
    NS,
    Anchor,
    clock_step_ns,
    take_anchor,
    to_monotonic,
)

OFFSET = 1_700_000_000 * NS


def stamps(*values: int) -> npt.NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def readings(
    monkeypatch: pytest.MonkeyPatch, monotonic: list[int], realtime: list[int]
) -> tuple[Iterator[int], Iterator[int]]:
    """Both clocks read what is written here, in this order."""
    mono, real = iter(monotonic), iter(realtime)
    monkeypatch.setattr(clock, "monotonic_ns", lambda: next(mono))
    monkeypatch.setattr(clock, "realtime_ns", lambda: next(real))
    return mono, real


def test_an_anchor_belongs_to_the_middle_of_its_bracket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readings(monkeypatch, [100, 110], [5000])
    assert take_anchor(tries=1) == Anchor(5000, 105)
    assert Anchor(5000, 105).offset_ns == 4895


def test_the_tightest_bracket_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    mono, real = readings(
        monkeypatch, [100, 900, 1000, 1004, 1100, 1150], [1, 2, 3]
    )
    assert take_anchor(tries=3) == Anchor(2, 1002)
    assert (list(mono), list(real)) == ([], [])  # each try reads once


def test_an_anchor_of_the_real_clocks_lies_between_two_readings() -> None:
    before = clock.monotonic_ns()
    anchor = take_anchor()
    assert before <= anchor.monotonic_ns <= clock.monotonic_ns()


def test_stamps_are_mapped_by_one_subtraction_while_the_offset_stays() -> None:
    anchors = [Anchor(OFFSET + t * NS, t * NS) for t in range(3)]
    at = stamps(OFFSET - 5, OFFSET, OFFSET + 1_500 * MS, OFFSET + 10 * NS)
    assert to_monotonic(at, anchors).tolist() == [-5, 0, 1_500 * MS, 10 * NS]
    assert to_monotonic(at, anchors).dtype == np.int64
    assert to_monotonic(stamps(), anchors).tolist() == []


def test_each_stamp_is_mapped_by_the_newest_anchor_before_it() -> None:
    later = OFFSET + 3 * MS  # stepped forward by 3 ms between the anchors
    anchors = [Anchor(OFFSET, 0), Anchor(later + NS, NS)]
    at = stamps(
        OFFSET - 7,
        OFFSET + 500 * MS,
        later + NS - 1,
        later + NS,
        later + 2 * NS,
    )
    assert to_monotonic(at, anchors).tolist() == [
        -7,
        500 * MS,
        NS + 3 * MS - 1,
        NS,
        2 * NS,
    ]


def test_a_backward_step_leaves_the_mapping_defined() -> None:
    stepped = OFFSET - 2 * NS
    anchors = [
        Anchor(OFFSET, 0),
        Anchor(OFFSET + NS, NS),
        Anchor(stepped + 2 * NS, 2 * NS),
        Anchor(stepped + 4 * NS, 4 * NS),
    ]
    assert to_monotonic(stamps(stepped + 5 * NS), anchors).tolist() == [5 * NS]
    assert to_monotonic(stamps(OFFSET + 500 * MS), anchors).tolist() == [
        500 * MS
    ]


def test_a_step_is_the_largest_change_of_the_offset_in_either_direction() -> (
    None
):
    assert clock_step_ns([]) == clock_step_ns([Anchor(OFFSET, 0)]) == 0
    offsets = [0, 3, 1, 1 - 8 * MS, 1 - 8 * MS + 2 * MS]
    anchors = [
        Anchor(OFFSET + t * NS + offset, t * NS)
        for t, offset in enumerate(offsets)
    ]
    assert clock_step_ns(anchors) == 8 * MS
    assert clock_step_ns(iter(anchors)) == 8 * MS
    assert clock_step_ns(anchors[:3]) == 3


@given(st.integers(0, 2**60), st.lists(st.integers(0, 2**40), max_size=20))
def test_mapping_without_a_step_undoes_the_offset_exactly(
    offset: int, times: list[int]
) -> None:
    anchors = [Anchor(offset, 0), Anchor(offset + NS, NS)]
    assert (
        to_monotonic(stamps(*(offset + t for t in times)), anchors).tolist()
        == times
    )

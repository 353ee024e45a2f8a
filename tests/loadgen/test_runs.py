"""Packets given to their connections in runs: as if each had been looked at alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.loadgen.flow import ENOUGH_BYTES, MODULUS, Flow
from inferometer.loadgen.packet_reader import PacketReader
from inferometer.loadgen.runs import runs_of, runs_of_few
from inferometer.system.packet_filter import FIN, SYN
from inferometer.system.packets import ENDS, Columns, Packet

KEYS = (
    0xC0A80001_1F90_0001,
    0xC0A80001_1F90_0002,
    0xC0A80002_1F90_0001,
    3,
)
"""Three connections, two of them from one port of ours; of the last nobody knows."""

START = MODULUS - 40
"""Numbers wrap soon."""


def columns(packets: list[Packet]) -> Columns:
    keys, *others = zip(*packets, strict=True)
    return Columns(
        np.array(keys, np.uint64),
        *[np.array(column, np.int64) for column in others],
    )


def reader(*, eager: bool, enough: int, seen: bool) -> Any:
    """One that has nothing but its connections' packets."""
    made: Any = object.__new__(PacketReader)
    flows = {key: Flow(fd) for fd, key in enumerate(KEYS[:-1], 1)}
    for flow in flows.values():
        if seen:
            flow.open(START - 1)
        flow.enough = enough
    made._connections = SimpleNamespace(flows=flows)
    made._eager, made._most = eager, 0
    made._ended, made._now, made._soon = {}, {}, {}
    return made


def state(of: Any) -> Any:
    flows = [
        (f.expected, f.lengths, f.times_ns, f.ahead, f.repeated)
        for f in of._connections.flows.values()
    ]
    return flows, *[sorted(each) for each in (of._ended, of._now, of._soon)]


@st.composite
def some_packets(draw: st.DrawFn) -> list[Packet]:
    """Most of them the next ones of their connection."""
    following = dict.fromkeys(KEYS, START)
    packets = []
    for n in range(draw(st.integers(1, 20))):
        key = draw(st.sampled_from(KEYS))
        odd = draw(st.sampled_from([0, 0, 0, 0, -7, 7]))
        length = draw(st.sampled_from([*[1, 5, 9] * 5, ENOUGH_BYTES // 2]))
        kind = draw(st.sampled_from([*[0] * 15, ENDS, FIN, SYN]))
        sequence = (following[key] + odd) % MODULUS
        packets.append(Packet(key, sequence, length, 1000 + n, kind))
        following[key] = (sequence + length) % MODULUS
    return packets


@given(some_packets(), st.booleans(), st.sampled_from([3, 32]), st.booleans())
def test_runs_leave_connections_as_single_packets_do(
    packets: list[Packet], eager: bool, enough: int, seen: bool
) -> None:
    alone, together = (
        reader(eager=eager, enough=enough, seen=seen) for _ in range(2)
    )
    alone._note(runs_of_few(packets))
    together._note(runs_of(columns(packets)))
    assert state(together) == state(alone)


@pytest.mark.parametrize("in_runs", [False, True])
@pytest.mark.parametrize("repeated", [False, True])
def test_what_came_after_a_gap_has_arrived_when_that_is_closed(
    *, in_runs: bool, repeated: bool
) -> None:
    """Whether or not it is sent again then."""
    of = reader(eager=False, enough=32, seen=True)
    key, flow = KEYS[0], of._connections.flows[KEYS[0]]
    of._note(runs_of_few([Packet(key, START + 5, 5, 1, 0)]))
    packets = [Packet(key, START, 5, 2, 0), Packet(key, START + 5, 5, 3, 0)]
    del packets[1 + repeated :]
    of._note(runs_of(columns(packets)) if in_runs else runs_of_few(packets))
    assert flow.take(10) == ([5, 10], [2, 2])
    assert flow.repeated == repeated


def test_packets_with_a_gap_between_them_are_no_run() -> None:
    key = KEYS[0]
    packets = [Packet(key, START, 5, 1, 0), Packet(key, START + 6, 5, 2, 0)]
    assert runs_of(columns(packets)).runs == [
        (key, START, START + 5, 0, 1, 0),
        (key, START + 6, START + 11, 1, 2, 0),
    ]


def test_a_connection_is_touched_once_for_all_its_plain_packets() -> None:
    first, second, *_ = KEYS
    runs = runs_of(
        columns(
            [
                Packet(first, 10, 5, 1, 0),
                Packet(second, 70, 4, 2, 0),
                Packet(first, 15, 6, 3, 0),
                Packet(second, 74, 5, 4, ENDS),
            ]
        )
    )
    assert runs.runs == [
        (first, 10, 21, 0, 2, 0),
        (second, 70, 74, 2, 3, 0),
        (second, 74, 79, 3, 4, ENDS),
    ]
    assert (runs.lengths, runs.times_ns) == ([5, 6, 4, 5], [1, 3, 2, 4])
    assert runs.most == 2

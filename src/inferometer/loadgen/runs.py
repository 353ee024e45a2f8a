"""Packets of many connections, sorted by connection: each connection is then touched once for all
of its packets. Touching it costs more than the packets do, since a thousand connections do not fit
into a processor's nearest memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from inferometer.loadgen.flow import MODULUS
from inferometer.system.packets import Columns, FlowKey, Packet


class Runs(NamedTuple):
    """What some packets bring to each connection."""

    plain: list[tuple[FlowKey, int, int, int, int]]
    """For a connection whose packets do nothing but bring bytes, each the next ones: its key, TCP's
    number of the first byte and of the one after the last, and the part of the columns below.
    """
    lengths: list[int]
    times_ns: list[int]
    others: list[Packet]
    """All packets of the other connections."""
    most: int
    """The most packets of one connection."""


def runs_of(packets: Columns) -> Runs:
    """There has to be a packet."""
    order = np.argsort(packets.keys, kind="stable")
    sorted_packets = packets.part(order)
    keys, sequences, lengths, times_ns, kinds = sorted_packets
    after = (sequences + lengths) % MODULUS
    same = keys[1:] == keys[:-1]
    odd = (kinds != 0) | (lengths <= 0)
    odd[1:] |= same & (sequences[1:] != after[:-1])
    begins = np.flatnonzero(np.append(True, ~same))
    ends = np.append(begins[1:], len(keys))
    counts = ends - begins
    odd_run = np.logical_or.reduceat(odd, begins)
    others = np.repeat(odd_run, counts)
    begins, ends = begins[~odd_run], ends[~odd_run]
    columns = keys[begins], sequences[begins], after[ends - 1], begins, ends
    return Runs(
        list(zip(*[column.tolist() for column in columns], strict=True)),
        lengths.tolist(),
        times_ns.tolist(),
        sorted_packets.part(others).rows(),
        int(counts.max()),
    )

"""Packets of many connections, sorted by connection: each connection is then touched once for all
of its packets. Touching it costs more than the packets do, since a thousand connections do not fit
into a processor's nearest memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inferometer.loadgen.flow import MODULUS
from inferometer.system.packets import Columns, FlowKey, Packet

Run = tuple[FlowKey, int, int, int, int, int]
"""Packets of one connection of which each brings the next bytes and does nothing else; or one that
does. The connection's key, TCP's number of the first byte and of the one after the last, the part
of the columns beside it, and the packet's kind.
"""


class Runs(NamedTuple):
    """What some packets bring to each connection, in its order."""

    runs: list[Run]
    lengths: list[int]
    times_ns: list[int]
    most: int
    """The most packets of one connection; 0: not known."""


def runs_of(packets: Columns) -> Runs:
    """There has to be a packet."""
    # 16 bits, our port, are sorted in a fraction of the time. Connections to several servers may
    # share one, and then have shorter runs.
    order = np.argsort(packets.keys.astype(np.uint16), kind="stable")
    keys, sequences, lengths, times_ns, kinds = packets.part(order)
    after = (sequences + lengths) % MODULUS
    odd = (kinds != 0) | (lengths <= 0)
    other = np.append(True, keys[1:] != keys[:-1])
    first = other | odd
    first[1:] |= odd[:-1] | (sequences[1:] != after[:-1])
    begins = np.flatnonzero(first)
    ends = np.append(begins[1:], len(keys))
    columns = (
        keys[begins],
        sequences[begins],
        after[ends - 1],
        begins,
        ends,
        kinds[begins],
    )
    counts = np.diff(np.flatnonzero(other), append=len(keys))
    return Runs(
        list(zip(*[column.tolist() for column in columns], strict=True)),
        lengths.tolist(),
        times_ns.tolist(),
        int(counts.max()),
    )


def runs_of_few(packets: Sequence[Packet]) -> Runs:
    """Each alone: sooner done than sorted."""
    return Runs(
        [
            (key, sequence, (sequence + length) % MODULUS, at, at + 1, kind)
            for at, (key, sequence, length, _, kind) in enumerate(packets)
        ],
        [packet[2] for packet in packets],
        [packet[3] for packet in packets],
        0,
    )

"""Who reads the sockets, and where arrival times come from: chosen once, at the start."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, Protocol

from inferometer.loadgen.address import endpoint
from inferometer.loadgen.connection import Connection
from inferometer.loadgen.job import Job
from inferometer.system.packets import NoRingError, PacketRing, frames_for
from inferometer.trace.schema import StampSource

MAX_ALARMS = 4096
"""Room for packets that cannot wait. One that finds none is found in the other ring, later."""

MIN_OURS, MAX_OURS, OURS_A_STREAM = 1 << 12, 1 << 15, 8
"""Room for our own packets, which are few and looked at ten times a second."""


class ArrivalReader(Protocol):
    """Reads what arrives. The loop waits in `wait`, and reads only what that has found."""

    stamp_source: StampSource
    """Who usually stamps what it reads."""
    decodes_a_turn: int
    """Reads decoded before the loop looks for arrivals again."""
    blind: str
    """Why it does not learn of arrivals, as a name of `words`; empty: it does."""

    def begin(self) -> None:
        """A run begins."""
        ...

    def end(self) -> None:
        """A run has ended."""
        ...

    def wait(self, seconds: float) -> bool:
        """Whether something cannot wait, after waiting for it at most so long."""
        ...

    def read(self) -> None:
        """Read that."""
        ...

    def catch_up(self) -> None:
        """There is nothing else to do: read what could wait."""
        ...

    def read_all(self) -> None:
        """The run is over: read also what could wait, as far as it has arrived."""
        ...

    def tick(self) -> None:
        """Called ten times a second or more."""
        ...

    def holds(self, connection: Connection) -> bool:
        """Whether something has arrived at it that is not read."""
        ...

    def sees(self, connections: Iterable[Connection]) -> bool:
        """Whether it learns of what arrives at these, which are open."""
        ...


class Rings(NamedTuple):
    """The ring of all packets, that of those that cannot wait, and that of our own. The kernel lets
    each wait for some milliseconds when it is opened or closed, so all wait at once.
    """

    packets: PacketRing
    alarms: PacketRing
    ours: PacketRing

    @property
    def bytes(self) -> int:
        """Of memory, of all three."""
        return sum(ring.bytes for ring in self)

    def close(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda ring: ring.close(), self))


def open_rings(job: Job) -> Rings:
    """Raises NoRingError."""
    in_flight = job.shard.max_in_flight * job.workers
    our_frames = min(MAX_OURS, max(MIN_OURS, in_flight * OURS_A_STREAM))
    endpoints = [endpoint(address) for address in job.address.all]
    make = partial(PacketRing, endpoints, job.address.family)
    with ThreadPoolExecutor() as pool:
        making = [
            pool.submit(make, frames=frames_for(in_flight)),
            pool.submit(
                make, frames=min(MAX_ALARMS, in_flight), alarms_only=True
            ),
            pool.submit(make, frames=our_frames, outgoing=True),
        ]
    try:
        rings = Rings(*[each.result() for each in making])
        # Bound later is served first: an alarm's packet is then in the other ring.
        for ring in (rings.ours, rings.alarms, rings.packets):
            ring.listen()
    except NoRingError:
        for each in making:
            if each.exception() is None:
                each.result().close()
        raise
    return rings

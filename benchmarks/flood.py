"""100,000 events a second on one core, by the packet ring: for how long, and how exactly.

One core cannot send so many: three servers have a core, and a fourth shares the client's.
"""

from __future__ import annotations

import cores
from ring import Load, print_turns, turn

LOAD = Load(streams=2100, requests=2100, events=1000, itl_ms=20)
SERVERS_ON = (cores.SERVER, cores.SERVER, cores.SERVER, cores.CLIENT)


def run(repeats: int) -> None:
    turns = [turn(LOAD, "ring", servers_on=SERVERS_ON) for _ in range(repeats)]
    print_turns(
        "105,000 events/s on one core: 2,100 streams, ITL 20 ms, 20 s",
        {"packet ring": turns},
    )

"""What a server counted of itself, as it said just before and just after a run. Data and
subtraction, no I/O.

Its requests are everybody's: warm-ups, ours, and those of whoever else uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Counter = Literal[
    "requests",
    "prompt_tokens",
    "generation_tokens",
    "prefix_queries",
    "prefix_hits",
    "preemptions",
    "rejections",
    "queued",
    "queue_s",
]
"""What only grows. `requests` that it finished; `prefix_queries`: prompt tokens looked for in the
prefix cache, `prefix_hits`: those found; `rejections`: requests refused because its queue was full;
`queued` requests waited `queue_s` seconds in all.
"""

Gauge = Literal["running", "waiting", "kv_cache_usage"]
"""What goes up and down: requests in work, requests that wait for a place, the fullest KV cache's
use (1 is full).
"""

START_TOLERANCE_S = 2.0
"""A process's start is told to within a second (the system's boot time is in whole ones), and so is
the time of an answer.
"""


@dataclass(frozen=True, slots=True)
class MetricsReading:
    """One look at a server's metrics page. What it does not tell is not there."""

    engine: str
    """Whose names the page has."""
    at_s: float
    """When it was written, s since 1970: the server's own clock, where it tells."""
    started_s: float | None
    """When the process that answered was started, s since 1970, as it tells."""
    counters: Mapping[Counter, float]
    gauges: Mapping[Gauge, float]
    names: Mapping[str, tuple[str, ...]]
    """What each is called on the page; of several it is the sum."""

    @property
    def in_flight(self) -> float | None:
        """Requests in work or waiting; None where it does not tell."""
        if not self.gauges.keys() & {"running", "waiting"}:
            return None
        return self.gauges.get("running", 0.0) + self.gauges.get("waiting", 0.0)


@dataclass(frozen=True, slots=True)
class ServerCounters:
    """Two readings around a run. `after` is None where the page, there before, could not be read
    again.
    """

    before: MetricsReading
    after: MetricsReading | None

    @property
    def another_process(self) -> bool:
        """Whether `after` is of another process than `before`, such as one of several behind one
        address.
        """
        starts = self.before.started_s, self.after.started_s if self.after else None
        return None not in starts and starts[0] != starts[1]

    @property
    def ran_backwards(self) -> bool:
        if self.after is None:
            return False
        earlier, later = self.before.counters, self.after.counters
        return any(later[counter] < earlier[counter] for counter in later.keys() & earlier.keys())

    @property
    def restarted(self) -> bool:
        """Whether the server was started anew between the two: its process is younger than the
        first reading, or one of unknown age has counters that ran backwards.
        """
        if not self.another_process:
            return self.ran_backwards
        assert self.after is not None
        assert self.after.started_s is not None
        return self.after.started_s > self.before.at_s - START_TOLERANCE_S

    def grown(self, counter: Counter) -> float | None:
        """How much it grew; None if that is not to be known. A counter may appear with its first
        count.
        """
        if (
            self.after is None
            or self.another_process
            or self.ran_backwards
            or counter not in self.after.counters
        ):
            return None
        return self.after.counters[counter] - self.before.counters.get(counter, 0.0)

    @property
    def prefix_cache_hit_rate(self) -> float | None:
        """Share of the prompt tokens looked for in the prefix cache that were found there; None if
        none was looked for.
        """
        hits, queries = self.grown("prefix_hits"), self.grown("prefix_queries")
        return hits / queries if hits is not None and queries else None

    @property
    def mean_queue_ms(self) -> float | None:
        """Mean time from a request's arrival at the server to its being taken up; of those taken up
        meanwhile.
        """
        waited_s, requests = self.grown("queue_s"), self.grown("queued")
        return 1e3 * waited_s / requests if waited_s is not None and requests else None

    def to_dict(self) -> dict[str, Any]:
        """`engine` and `names`, both readings without these, and `delta`: what grew by how much."""
        readings = {
            "before": asdict(self.before),
            "after": asdict(self.after) if self.after else None,
        }
        named: dict[str, Any] = {}
        for reading in readings.values():
            if reading is not None:
                named = {key: reading.pop(key) for key in ("engine", "names")}
        grown = {counter: self.grown(counter) for counter in get_args(Counter)}
        return {
            **named,
            **readings,
            "delta": {counter: value for counter, value in grown.items() if value is not None},
        }

"""What a server counted, read just before and just after a run. Data and subtraction, no I/O.

The counts cover all requests: warm-ups, ours, and those of other users.
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
    "external_queries",
    "external_hits",
    "lmcache_queries",
    "lmcache_hits",
    "preemptions",
    "rejections",
    "queued",
    "queue_s",
]
"""Values that only grow. `requests`: finished ones; `prefix_queries`: prompt tokens looked up in
the prefix cache; `prefix_hits`: those found, there or in an external cache; `external_queries` and
`external_hits`: tokens looked up and found in an external cache, by the engine's count;
`lmcache_queries` and `lmcache_hits`: the same by LMCache's own; `rejections`: requests refused
because the queue was full; `queued`: requests that left the queue, after `queue_s` seconds in
total.
"""

Gauge = Literal["running", "waiting", "kv_cache_usage"]
"""Values that rise and fall: running and waiting requests, and use of the fullest KV cache (1:
full).
"""

START_TOLERANCE_S = 2.0
"""Precision of a process's start time (the boot time is in whole seconds) and of a reply's time."""


@dataclass(frozen=True, slots=True)
class MetricsReading:
    """One reading of a server's metrics page. What the page does not contain is absent."""

    engine: str
    """The engine that uses these metric names."""
    at_s: float
    """When the page was written, s since 1970; by the server's own clock where it is known."""
    started_s: float | None
    """When the replying process started, s since 1970, as the page reports it."""
    counters: Mapping[Counter, float]
    gauges: Mapping[Gauge, float]
    names: Mapping[str, tuple[str, ...]]
    """Names of each value on the page; several are added up."""

    @property
    def in_flight(self) -> float | None:
        """Running and waiting requests; None where the page has neither."""
        if not self.gauges.keys() & {"running", "waiting"}:
            return None
        return self.gauges.get("running", 0.0) + self.gauges.get("waiting", 0.0)


@dataclass(frozen=True, slots=True)
class ServerCounters:
    """Two readings around a run. `after` is None if the second one failed."""

    before: MetricsReading
    after: MetricsReading | None

    @property
    def another_process(self) -> bool:
        """Whether the readings are of different processes, such as several behind one address."""
        starts = (
            self.before.started_s,
            self.after.started_s if self.after else None,
        )
        return None not in starts and starts[0] != starts[1]

    @property
    def ran_backwards(self) -> bool:
        if self.after is None:
            return False
        earlier, later = self.before.counters, self.after.counters
        return any(
            later[counter] < earlier[counter]
            for counter in later.keys() & earlier.keys()
        )

    @property
    def restarted(self) -> bool:
        """Whether the server was restarted in between: its process is younger than the first
        reading, or counters of a process of unknown age ran backwards.
        """
        if not self.another_process:
            return self.ran_backwards
        assert self.after is not None
        assert self.after.started_s is not None
        return self.after.started_s > self.before.at_s - START_TOLERANCE_S

    def grown(self, counter: Counter) -> float | None:
        """How much a counter grew, or None if that is unknown. A counter may appear with its first
        count.
        """
        if (
            self.after is None
            or self.another_process
            or self.ran_backwards
            or counter not in self.after.counters
        ):
            return None
        return self.after.counters[counter] - self.before.counters.get(
            counter, 0.0
        )

    @property
    def prefix_cache_hit_rate(self) -> float | None:
        """Share of the prompt tokens looked up in the prefix cache that were found; None without
        look-ups.
        """
        return self._share("prefix_hits", "prefix_queries")

    @property
    def external_cache_hit_rate(self) -> float | None:
        """The same of an external cache, which is asked for what the prefix cache lacks."""
        return self._share("external_hits", "external_queries")

    @property
    def lmcache_hit_rate(self) -> float | None:
        """The same as LMCache counts it: of whole prompts."""
        return self._share("lmcache_hits", "lmcache_queries")

    def _share(self, part: Counter, whole: Counter) -> float | None:
        hits, queries = self.grown(part), self.grown(whole)
        return hits / queries if hits is not None and queries else None

    @property
    def mean_queue_ms(self) -> float | None:
        """Mean time from a request's arrival at the server to its start, of those started
        meanwhile.
        """
        waited_s, requests = self.grown("queue_s"), self.grown("queued")
        return (
            1e3 * waited_s / requests
            if waited_s is not None and requests
            else None
        )

    def to_dict(self) -> dict[str, Any]:
        """`engine`, `names`, both readings, and `delta`: how much each counter grew."""
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
            "delta": {
                counter: value
                for counter, value in grown.items()
                if value is not None
            },
        }

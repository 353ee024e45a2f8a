"""Simulated accelerators: what a card would show that does what the engine is doing. Reads no
clock, has no sockets; marked as simulated wherever it appears.

As real cards do, a card shows the mean power of the last moments, and its counter is the exact
integral: whoever samples either has a known answer, however quickly the load changes. The power of
the engine of set times rises from IDLE_W to FULL_W with the share of SATURATED sequences that run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from inferometer.clock import NS

SCHEMA = "inferometer.telemetry/1"
VENDOR, ADDRESS, NAME = "simulated", "simulated:{}", "simulated accelerator"
IDLE_W, FULL_W = 60.0, 360.0
SATURATED = 8
"""Sequences that fill it."""
MEMORY_BYTES = 32 * 2**30
WEIGHTS_SHARE = 0.5
"""Of the memory; the KV cache has the rest."""
AVERAGED_NS, AVERAGING = NS // 2, "500 ms"
"""Over what its power is the mean."""
IDLE_C, FULL_C = 40.0, 75.0
CLOCK_MHZ = 2100.0
LINK = {
    "speed_gts": 32.0,
    "width": 16,
    "max_speed_gts": 32.0,
    "max_width": 16,
}

UNITS = {
    "gpu_utilization": "%",
    "memory_used_bytes": "B",
    "memory_total_bytes": "B",
    "power_w": "W",
    "power_limit_w": "W",
    "power_limit_default_w": "W",
    "energy_j": "J",
    "temperature_c": "°C",
    "gpu_clock_mhz": "MHz",
    "max_gpu_clock_mhz": "MHz",
    "power_throttled_us": "us",
    "thermal_throttled_us": "us",
    "processes": "1",
}


class _Phase(NamedTuple):
    """A time in which the rate is the same."""

    since_ns: int
    total: float
    """Counted until then."""
    rate: float
    """Per second."""

    def total_at(self, at_ns: int) -> float:
        return self.total + self.rate * (at_ns - self.since_ns) / NS


class Meter:
    """A rate, such as power, that is told whenever it changes: its integral and recent mean."""

    def __init__(self, now_ns: int, rate: float) -> None:
        self._phases = deque([_Phase(now_ns, 0.0, rate)])
        """The last ones, beginning with one that was there AVERAGED_NS ago."""

    def change(self, rate: float, now_ns: int) -> None:
        """The rate from now on."""
        phases = self._phases
        if rate == phases[-1].rate:
            return
        phases.append(_Phase(now_ns, phases[-1].total_at(now_ns), rate))
        while len(phases) > 1 and phases[1].since_ns <= now_ns - AVERAGED_NS:
            phases.popleft()

    def total(self, at_ns: int) -> float:
        for phase in reversed(self._phases):
            if phase.since_ns <= at_ns:
                return phase.total_at(at_ns)
        return self._phases[0].total_at(at_ns)

    def mean(self, now_ns: int) -> float:
        """Of the last AVERAGED_NS."""
        grown = self.total(now_ns) - self.total(now_ns - AVERAGED_NS)
        return grown * NS / AVERAGED_NS


def card_sample(
    number: int,
    name: str,
    values: Mapping[str, float],
    link: Mapping[str, float] | None = LINK,
    *,
    source: str = ADDRESS,
) -> dict[str, Any]:
    """A card in the schema of `inferometer monitor --once --json`."""
    said = source.format(number)
    readings = {
        field: {"value": value, "unit": UNITS[field], "source": said}
        for field, value in values.items()
    }
    readings["power_w"]["averaging"] = AVERAGING
    way = None if link is None else {**link, "source": said}
    return {
        "vendor": VENDOR,
        "address": ADDRESS.format(number),
        "name": name,
        "simulated": True,
        "readings": readings,
        "link": dict.fromkeys(("slot", "narrowest", "vendor"), way),
    }


class Accelerator:
    """The card of an engine of set times, whose load is told to it whenever it changes."""

    def __init__(self, now_ns: int) -> None:
        self._running = 0
        self._power = Meter(now_ns, IDLE_W)

    def load(self, running: int, now_ns: int) -> None:
        """From now on so many sequences run."""
        self._running = running
        watts = IDLE_W + (FULL_W - IDLE_W) * self._share
        self._power.change(watts, now_ns)

    @property
    def _share(self) -> float:
        return min(1.0, self._running / SATURATED)

    def sample(self, now_ns: int, kv_cache_usage: float) -> dict[str, Any]:
        cache = (1 - WEIGHTS_SHARE) * kv_cache_usage
        values = {
            "gpu_utilization": 100 * self._share,
            "memory_used_bytes": MEMORY_BYTES * (WEIGHTS_SHARE + cache),
            "memory_total_bytes": float(MEMORY_BYTES),
            "power_w": self._power.mean(now_ns),
            "power_limit_w": FULL_W,
            "power_limit_default_w": FULL_W,
            "energy_j": self._power.total(now_ns),
            "temperature_c": IDLE_C + (FULL_C - IDLE_C) * self._share,
            "gpu_clock_mhz": CLOCK_MHZ if self._running else CLOCK_MHZ / 4,
            "max_gpu_clock_mhz": CLOCK_MHZ,
            "power_throttled_us": 0.0,
            "thermal_throttled_us": 0.0,
            "processes": 1.0,
        }
        return card_sample(0, NAME, values)

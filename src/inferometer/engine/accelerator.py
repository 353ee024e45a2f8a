"""The engine's simulated accelerator: what a card would show that does what the engine is doing.
Reads no clock, has no sockets; marked as simulated wherever it appears.

Power rises from IDLE_W to FULL_W with the share of SATURATED sequences that run. As real cards do,
it shows the mean of the last moments, and the counter is the exact integral: whoever samples either
has a known answer, however quickly the load changes.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

from inferometer.clock import NS

VENDOR, ADDRESS, NAME = "simulated", "simulated:0", "simulated accelerator"
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
    "source": ADDRESS,
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
    "thermal_throttled_us": "us",
    "processes": "1",
}


class _Phase(NamedTuple):
    """A time in which its power is the same."""

    since_ns: int
    joules: float
    """Counted until then."""
    watts: float

    def energy_j(self, at_ns: int) -> float:
        return self.joules + self.watts * (at_ns - self.since_ns) / NS


class Accelerator:
    """A card whose load is told to it whenever it changes."""

    def __init__(self, now_ns: int) -> None:
        self._running = 0
        self._phases = deque([_Phase(now_ns, 0.0, IDLE_W)])
        """The last ones, beginning with one that was there AVERAGED_NS ago."""

    def load(self, running: int, now_ns: int) -> None:
        """From now on so many sequences run."""
        if running == self._running:
            return
        self._running = running
        joules = self._phases[-1].energy_j(now_ns)
        watts = IDLE_W + (FULL_W - IDLE_W) * self._share
        self._phases.append(_Phase(now_ns, joules, watts))
        while (
            len(self._phases) > 1
            and self._phases[1].since_ns <= now_ns - AVERAGED_NS
        ):
            self._phases.popleft()

    @property
    def _share(self) -> float:
        return min(1.0, self._running / SATURATED)

    def _energy_j(self, at_ns: int) -> float:
        for phase in reversed(self._phases):
            if phase.since_ns <= at_ns:
                return phase.energy_j(at_ns)
        return self._phases[0].energy_j(at_ns)

    def _mean_w(self, now_ns: int) -> float:
        begun_j = self._energy_j(now_ns - AVERAGED_NS)
        return (self._energy_j(now_ns) - begun_j) * NS / AVERAGED_NS

    def sample(self, now_ns: int, kv_cache_usage: float) -> dict[str, Any]:
        """In the schema of `inferometer monitor --once --json`."""
        cache = (1 - WEIGHTS_SHARE) * kv_cache_usage
        values = {
            "gpu_utilization": 100 * self._share,
            "memory_used_bytes": MEMORY_BYTES * (WEIGHTS_SHARE + cache),
            "memory_total_bytes": float(MEMORY_BYTES),
            "power_w": self._mean_w(now_ns),
            "power_limit_w": FULL_W,
            "power_limit_default_w": FULL_W,
            "energy_j": self._energy_j(now_ns),
            "temperature_c": IDLE_C + (FULL_C - IDLE_C) * self._share,
            "gpu_clock_mhz": CLOCK_MHZ if self._running else CLOCK_MHZ / 4,
            "max_gpu_clock_mhz": CLOCK_MHZ,
            "thermal_throttled_us": 0.0,
            "processes": 1.0,
        }
        readings = {
            name: {"value": value, "unit": UNITS[name], "source": ADDRESS}
            for name, value in values.items()
        }
        readings["power_w"]["averaging"] = AVERAGING
        card = {
            "vendor": VENDOR,
            "address": ADDRESS,
            "name": NAME,
            "simulated": True,
            "readings": readings,
            "link": {"slot": LINK, "narrowest": LINK, "vendor": LINK},
        }
        return {"schema": "inferometer.telemetry/1", "cards": [card]}

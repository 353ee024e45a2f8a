"""What the cards of a twin show: utilisation, memory, power, energy and PCIe link. All of it is
simulated, and no factor of the power was fitted to a measurement.

With tensor parallelism all cards do the same. Times are those of the caller's clock: at twice the
speed a request takes half the time, and half the energy.
"""

from __future__ import annotations

from typing import Any

from inferometer.engine.accelerator import ADDRESS, Meter, card_sample
from inferometer.engine.twin.configuration import Twin
from inferometer.engine.twin.power import step_power_w
from inferometer.engine.twin.profiles import lanes_of
from inferometer.engine.twin.step_time import Busy

SOURCE = f"{ADDRESS}, unfitted"


class TwinCards:
    """Told of every step, in the order of time."""

    def __init__(self, twin: Twin) -> None:
        self._twin, self._card = twin, twin.card
        self._power = Meter(0, twin.card.idle_w)
        self._share = Meter(0, 0.0)
        self._end_ns = 0
        self._link = _pcie(twin.settings.link or twin.card.link)

    def work(self, busy: Busy, start_ns: int, end_ns: int) -> None:
        """Steps that keep the cards so busy."""
        self._rest(start_ns)
        self._power.change(step_power_w(self._card, busy), start_ns)
        longer_ps = max(busy.compute_ps, busy.memory_ps)
        self._share.change(min(1.0, longer_ps / busy.total_ps), start_ns)
        self._end_ns = end_ns

    def _rest(self, now_ns: int) -> None:
        """Nothing was computed between the last step and now."""
        if self._end_ns < now_ns:
            self._power.change(self._card.idle_w, self._end_ns)
            self._share.change(0.0, self._end_ns)

    def samples(self, now_ns: int) -> list[dict[str, Any]]:
        """All steps that have begun by now have to be known."""
        values, name = self.values(now_ns), f"simulated {self._card.name}"
        return [
            card_sample(number, name, values, self._link, source=SOURCE)
            for number in range(self._twin.settings.tp)
        ]

    def values(self, now_ns: int) -> dict[str, float]:
        """What each of them shows, as all do the same."""
        self._rest(now_ns)
        card = self._card
        return {
            "gpu_utilization": 100 * self._share.mean(now_ns),
            "memory_used_bytes": float(self._twin.memory.used),
            "memory_total_bytes": float(card.memory_bytes),
            "power_w": self._power.mean(now_ns),
            "power_limit_w": card.limit_w,
            "power_limit_default_w": card.limit_w,
            "energy_j": self._power.total(now_ns),
            "processes": 1.0,
        }


def _pcie(link: str) -> dict[str, float] | None:
    """A card's link to the host; None where the link between cards is another."""
    lanes = lanes_of(link)
    if lanes is None:
        return None
    generation, width = lanes
    speed = 2.0**generation  # 8, 16 and 32 GT/s of a lane, for PCIe 3 to 5
    return {
        "speed_gts": speed,
        "width": width,
        "max_speed_gts": speed,
        "max_width": width,
    }

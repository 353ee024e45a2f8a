"""The PCIe link of a card while the server worked, from its series. Pure.

At rest a link may be slower to save power: only samples under load count. A width never changes
for that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inferometer.metrics.energy import Window
from inferometer.trace.series import Declared, Telemetry, Values

GTS_OF_GENERATION = {
    1: 2.5,
    2: 5.0,
    3: 8.0,
    4: 16.0,
    5: 32.0,
    6: 64.0,
    7: 128.0,
}


@dataclass(frozen=True, slots=True)
class LinkUnderLoad:
    """What a card's link was in a window; None where nothing tells."""

    card: str
    width: int | None = None
    """Lanes, the least of slot and vendor's word."""
    speed_gts: float | None = None
    """The highest that was seen of the slower of slot and vendor's word."""
    lowest_gts: float | None = None
    max_width: int | None = None
    """What the card could use."""
    max_speed_gts: float | None = None
    narrowest_gb_per_s: float | None = None
    gb_per_s: float | None = None
    contradiction: bool = False
    """Whether slot and vendor name different links."""
    unverifiable: str | None = None
    """Why the slot's link is not known."""

    @property
    def generation(self) -> int | None:
        known = {speed: number for number, speed in GTS_OF_GENERATION.items()}
        return known.get(self.speed_gts or 0.0)

    @property
    def slowed_down(self) -> bool:
        return (self.lowest_gts or 0.0) < (self.speed_gts or 0.0)


def link_under_load(
    telemetry: Telemetry, card: str, window: Window | None
) -> LinkUnderLoad | None:
    """None where nothing tells of a link."""
    widths, speeds = (
        {
            by: held
            for by in ("slot", "vendor")
            if len(held := _held(telemetry, card, f"{by}_{figure}", window))
        }
        for figure in ("width", "speed_gts")
    )
    why = telemetry.reason(card, "slot_width")
    unverifiable = None if "slot" in widths or why == "no_source" else why
    if not widths and unverifiable is None:
        return None
    lanes = {int(each.min()) for each in widths.values()}
    most = _last(telemetry, card, "slot_max_width")
    return LinkUnderLoad(
        card,
        min(lanes, default=None),
        min((float(each.max()) for each in speeds.values()), default=None),
        min((float(each.min()) for each in speeds.values()), default=None),
        None if most is None else int(most),
        _last(telemetry, card, "slot_max_speed_gts"),
        _last(telemetry, card, "narrowest_gb_per_s"),
        _last(telemetry, card, "link_gb_per_s"),
        len(lanes) > 1,
        unverifiable,
    )


def is_mislabelled(link: LinkUnderLoad, declared: Declared) -> bool:
    """Whether its lanes are not the declared ones: then whatever is measured has a wrong label."""
    return None not in (link.width, declared.pcie_width) and (
        link.width != declared.pcie_width
    )


def _held(
    telemetry: Telemetry, card: str, name: str, window: Window | None
) -> Values:
    """Values in the window: those of its samples, and one that was the same before and after."""
    time_ns, value = telemetry.track(card, name)
    if window is None or not len(value):
        return value
    inside = window.holds(time_ns)
    before = int(np.searchsorted(time_ns, window.start_ns)) - 1
    if (
        not inside.any()
        and 0 <= before < len(value) - 1
        and value[before] == value[before + 1]
    ):
        return value[before : before + 1]
    return value[inside]


def _last(telemetry: Telemetry, card: str, name: str) -> float | None:
    _, value = telemetry.track(card, name)
    return float(value[-1]) if len(value) else None

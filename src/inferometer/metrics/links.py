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


def link_under_load(
    telemetry: Telemetry, card: str, window: Window | None
) -> LinkUnderLoad | None:
    """None where nothing tells of a link."""
    slot_speed, slot_width, vendor_speed, vendor_width = (
        _held(telemetry, card, name, window)
        for name in (
            "slot_speed_gts",
            "slot_width",
            "vendor_speed_gts",
            "vendor_width",
        )
    )
    why = telemetry.reason(card, "slot_width")
    unverifiable = None if len(slot_width) or why == "no_source" else why
    if not any(map(len, (slot_width, vendor_width))) and unverifiable is None:
        return None
    widths = [each.min() for each in (slot_width, vendor_width) if len(each)]
    most = _last(telemetry, card, "slot_max_width")
    speeds = [each for each in (slot_speed, vendor_speed) if len(each)]
    return LinkUnderLoad(
        card,
        int(min(widths)) if widths else None,
        float(min(each.max() for each in speeds)) if speeds else None,
        float(min(each.min() for each in speeds)) if speeds else None,
        None if most is None else int(most),
        _last(telemetry, card, "slot_max_speed_gts"),
        _last(telemetry, card, "narrowest_gb_per_s"),
        _last(telemetry, card, "link_gb_per_s"),
        bool(
            len(slot_width)
            and len(vendor_width)
            and slot_width.min() != vendor_width.min()
        ),
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

"""What is read of a card or a host at one moment: a value with its unit and source, or a reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA = "inferometer.telemetry/1"

CARD_FIELDS = {
    "gpu_utilization": "%",
    "memory_activity": "%",
    "memory_used_bytes": "B",
    "memory_total_bytes": "B",
    "memory_used_percent": "%",
    "power_w": "W",
    "power_instant_w": "W",
    "power_limit_w": "W",
    "power_limit_default_w": "W",
    "energy_j": "J",
    "temperature_c": "°C",
    "hotspot_temperature_c": "°C",
    "memory_temperature_c": "°C",
    "gpu_clock_mhz": "MHz",
    "max_gpu_clock_mhz": "MHz",
    "memory_clock_mhz": "MHz",
    "fan_percent": "%",
    "fan_rpm": "1/min",
    "pcie_width": "1",
    "pcie_max_width": "1",
    "pcie_replays": "1",
    "aer_correctable": "1",
    "aer_uncorrectable": "1",
    "power_throttled_us": "us",
    "thermal_throttled_us": "us",
    "hw_thermal_throttled_us": "us",
    "power_brake_throttled_us": "us",
    "power_throttled": "1",
    "thermal_throttled": "1",
    "processes": "1",
    "programs": "1",
    "partitioned": "1",
}
"""Unit of each field of a card. `energy_j`, `pcie_replays`, `aer_*` and `*_throttled_us` count from
some start: only their differences mean anything. `power_throttled`, `thermal_throttled` and
`partitioned` are 1 or 0. `processes` are those that compute on the card, ours among them, and
`programs` what they belong to.
`pcie_width` and `pcie_max_width` are lanes of which a tool says no speed.
"""

HOST_FIELDS = {
    "cpu_busy_s": "s",
    "cpu_idle_s": "s",
    "cpu_frequency_mhz": "MHz",
    "load_average_1min": "1",
    "memory_total_bytes": "B",
    "memory_available_bytes": "B",
    "swap_used_bytes": "B",
    "cpu_pressure_percent": "%",
    "memory_pressure_percent": "%",
    "io_pressure_percent": "%",
    "network_received_bytes": "B",
    "network_sent_bytes": "B",
    "package_energy_j": "J",
    "dram_energy_j": "J",
}
"""Unit of each field of a host. `cpu_*_s`, `network_*` and `*_energy_j` are counters."""

LIMITS = {
    "%": (0, 100),
    "°C": (-60, 200),
    "W": (0, 20_000),
    "MHz": (0, 20_000),
    "1/min": (0, 50_000),
    "B": (0, 2**55),
    "J": (0, 2**63),
    "us": (0, 2**63),
    "s": (0, 2**63),
    "1": (0, 2**63),
}
"""By unit, between which a value of a machine lies. What is beyond is a driver's way to say that it
has none: -1, 511 °C, 0xFFFF, 2^64 - 1.
"""
ANY = (-math.inf, math.inf)
LIMITS_OF = {
    **{
        name: LIMITS[unit]
        for name, unit in {**CARD_FIELDS, **HOST_FIELDS}.items()
    },
    "fan_percent": (0, 300),  # some may be overdriven
}
NEVER_ZERO = frozenset(
    {
        *(name for name, unit in CARD_FIELDS.items() if unit in ("W", "°C")),
        "memory_total_bytes",
        "max_gpu_clock_mhz",
    }
)
"""A card takes power, is warmer than ice and has memory: 0 says that nobody knows."""

Reason = Literal[
    "no_source",  # nothing here reads this field for this card
    "not_reported",  # the source exists and says that it has no value
    "permission",
    "unreadable",
    "card_lost",  # it fell off the bus, or has to be reset
    "not_due",  # it is asked less often than this
    "not_a_number",
    "unknown_format",
    "unit_unknown",
    "tool_missing",
    "tool_failed",
    "tool_timeout",
]

ToolState = Literal[
    "ok", "tool_missing", "tool_failed", "tool_timeout", "unknown_format"
]

VENDORS = {
    0x10DE: "nvidia",
    0x1002: "amd",
    0x1D94: "hygon",
    0x8086: "intel",
    0x19E5: "ascend",
    0x1ED5: "mthreads",
}
"""By PCI vendor."""


GTS_OF_GENERATION = {1: 2.5, 2: 5.0, 3: 8.0, 4: 16.0, 5: 32.0, 6: 64.0}


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, or the reason why there is none."""

    value: float | None
    source: str | None = None
    """File or tool with its field."""
    reason: Reason | None = None
    averaging: str | None = None
    """Over what a power is averaged, where the source says it."""


Readings = Mapping[str, Reading]

NO_SOURCE = Reading(None, reason="no_source")


@dataclass(frozen=True, slots=True)
class Link:
    """A PCI Express link, as one place reports it."""

    speed_gts: float
    """GT/s of a lane."""
    width: int
    """Lanes."""
    source: str
    max_speed_gts: float | None = None
    max_width: int | None = None

    @property
    def gb_per_s(self) -> float:
        """Payload of the line code one way: 8b/10b up to 5 GT/s, 128b/130b up to 32, then 1b/1b."""
        code = (
            0.8
            if self.speed_gts <= 5
            else 128 / 130
            if self.speed_gts <= 32
            else 1.0
        )
        return self.speed_gts * self.width * code / 8


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What the files and the vendor say of the way from a card to the processor."""

    slot: Link | None = None
    """Between the card and what it is plugged into."""
    narrowest: Link | None = None
    """The least of all links from the slot to the root."""
    function: Link | None = None
    """What the GPU itself reports; on cards with a switch of their own it is not the slot's."""
    vendor: Link | None = None
    unverifiable: str | None = None
    """Why the slot's link cannot be known: `virtual_machine`, `no_port_above` (on the board, or
    handed to a virtual machine), `way_unknown`, `not_reported`.
    """

    @property
    def effective(self) -> Link | None:
        """The least of slot, way and vendor's word; None where nothing is known."""
        known = [
            each for each in (self.slot, self.narrowest, self.vendor) if each
        ]
        return min(known, key=lambda link: link.gb_per_s, default=None)

    @property
    def contradiction(self) -> bool:
        """Whether slot and vendor name different links."""
        if self.slot is None or self.vendor is None:
            return False
        slot, vendor = self.slot, self.vendor
        return (slot.speed_gts, slot.width) != (vendor.speed_gts, vendor.width)


@dataclass(frozen=True, slots=True)
class Card:
    """An accelerator at one moment."""

    vendor: str
    address: str | None
    """PCI address, `0000:03:00.0`; None where only a tool knows the card, by its number."""
    name: str | None = None
    readings: Readings = field(default_factory=dict)
    link: LinkReport | None = None
    number: int | None = None
    """By which a tool calls it; tools count differently."""
    package: str | None = None
    """The card that reports power and energy of both, where this is the second die of a package."""


@dataclass(frozen=True, slots=True)
class ToolReport:
    """How asking a tool went."""

    tool: str
    state: ToolState
    detail: str | None = None


Told = tuple[list[Card], ToolReport]
"""What asking a tool brought."""


@dataclass(frozen=True, slots=True)
class MachineSample:
    """All cards and the host at one moment."""

    monotonic_ns: int
    """On the clock of the load."""
    time: str
    """Local time with its zone, ISO 8601."""
    cards: tuple[Card, ...]
    host: Readings
    tools: tuple[ToolReport, ...] = ()
    cores: Readings = field(default_factory=dict)
    """Seconds since the start that each processor, `cpu0`, was busy."""

    def as_json(self) -> dict[str, Any]:
        """Plain values: every field of the schema with its unit, its value or the reason."""
        return {
            "schema": SCHEMA,
            "time": self.time,
            "monotonic_ns": self.monotonic_ns,
            "cards": [_card_json(card) for card in self.cards],
            "host": _readings_json(self.host, HOST_FIELDS),
            "cores": _readings_json(self.cores, dict.fromkeys(self.cores, "s")),
            "tools": [
                {"tool": each.tool, "state": each.state, "detail": each.detail}
                for each in self.tools
            ],
        }


def merged(*sources: Readings) -> dict[str, Reading]:
    """A field's value from the first source that has one, else the first reason that says more than
    that nothing reads it.
    """
    names = dict.fromkeys(name for source in sources for name in source)
    return {
        name: _best(
            [
                plausible(name, source[name])
                for source in sources
                if name in source
            ]
        )
        for name in names
    }


def plausible(name: str, reading: Reading) -> Reading:
    """Missing, if no machine has such a value."""
    value = reading.value
    if value is None:
        return reading
    least, most = LIMITS_OF.get(name, ANY)
    if least <= value <= most and (value or name not in NEVER_ZERO):
        return reading
    return Reading(None, reading.source, "not_reported")


def _best(readings: list[Reading]) -> Reading:
    valued = [each for each in readings if each.value is not None]
    telling = [each for each in readings if each.reason != "no_source"]
    return (valued or telling or readings)[0]


def _card_json(card: Card) -> dict[str, Any]:
    link = card.link or LinkReport()
    return {
        "vendor": card.vendor,
        "address": card.address,
        "number": card.number,
        "name": card.name,
        "package": card.package,
        "readings": _readings_json(card.readings, CARD_FIELDS),
        "link": {
            "slot": _link_json(link.slot),
            "narrowest": _link_json(link.narrowest),
            "function": _link_json(link.function),
            "vendor": _link_json(link.vendor),
            "effective": _link_json(link.effective),
            "contradiction": link.contradiction,
            "unverifiable": link.unverifiable,
        },
    }


def _readings_json(
    readings: Readings, fields: Mapping[str, str]
) -> dict[str, Any]:
    return {
        name: reading_json(readings.get(name, NO_SOURCE), unit)
        for name, unit in fields.items()
    }


def reading_json(reading: Reading, unit: str) -> dict[str, Any]:
    """A value with its unit, or the reason why there is none."""
    found = {
        "value": reading.value,
        "unit": unit,
        "source": reading.source,
    }
    if reading.averaging is not None:
        found["averaging"] = reading.averaging
    if reading.value is None:
        found["reason"] = reading.reason
    return found


def _link_json(link: Link | None) -> dict[str, Any] | None:
    if link is None:
        return None
    return {
        "speed_gts": link.speed_gts,
        "width": link.width,
        "gb_per_s": round(link.gb_per_s, 3),
        "max_speed_gts": link.max_speed_gts,
        "max_width": link.max_width,
        "source": link.source,
    }

"""NVIDIA cards from `nvidia-smi --query-gpu`, whose columns are found by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from inferometer.telemetry.nvidia_xml import PARTITIONED, parse_xml
from inferometer.telemetry.pci import same_address
from inferometer.telemetry.reading import (
    GTS_OF_GENERATION,
    Card,
    Link,
    LinkReport,
    Reading,
    Reason,
    Told,
    ToolReport,
)
from inferometer.telemetry.smi_text import csv_rows
from inferometer.telemetry.tool import ask
from inferometer.telemetry.tree import number

TOOL = "nvidia-smi"

MIB = 1024.0 * 1024.0

COLUMNS: Mapping[str, tuple[Sequence[str], str, float]] = {
    "gpu_utilization": (("utilization.gpu",), "%", 1),
    "memory_activity": (("utilization.memory",), "%", 1),
    "memory_used_bytes": (("memory.used",), "MiB", MIB),
    "memory_total_bytes": (("memory.total",), "MiB", MIB),
    "power_w": (("power.draw", "power.draw.average"), "W", 1),
    "power_instant_w": (("power.draw.instant",), "W", 1),
    "power_limit_w": (("power.limit", "enforced.power.limit"), "W", 1),
    "power_limit_default_w": (("power.default_limit",), "W", 1),
    "temperature_c": (("temperature.gpu",), "", 1),
    "memory_temperature_c": (("temperature.memory",), "", 1),
    "gpu_clock_mhz": (("clocks.sm", "clocks.current.sm"), "MHz", 1),
    "max_gpu_clock_mhz": (("clocks.max.sm",), "MHz", 1),
    "memory_clock_mhz": (("clocks.mem", "clocks.current.memory"), "MHz", 1),
    "fan_percent": (("fan.speed",), "%", 1),
    **{
        f"{field}_throttled_us": (
            [f"clocks_event_reasons_counters.{counter}"],
            "us",
            1,
        )
        for field, counter in (
            ("power", "sw_power_cap"),
            ("thermal", "sw_thermal_slowdown"),
            ("hw_thermal", "hw_thermal_slowdown"),
            ("power_brake", "hw_power_brake_slowdown"),
        )
    },
}
"""Columns of which the first is asked for and the first that is there counts; their unit, and what
one of it is in ours.
"""

LINK_COLUMNS = {
    "pcie.link.gen.current": "pcie.link.gen.gpucurrent",
    "pcie.link.gen.max": "pcie.link.gen.gpumax",
    "pcie.link.width.current": "pcie.link.width.current",
    "pcie.link.width.max": "pcie.link.width.max",
}
"""What is asked for, and what newer drivers call it."""

BESIDE = (
    "index",
    "name",
    "pci.bus_id",
    *LINK_COLUMNS,
    "mig.mode.current",
)
SINCE_535 = ("clocks_event_reasons_counters.", "power.draw.", "mig.")
"""Columns that older drivers refuse, and with them the whole query."""

ALL = (*BESIDE, *(columns[0] for columns, _, _ in COLUMNS.values()))
KNOWN = {
    *BESIDE,
    *LINK_COLUMNS.values(),
    *(each for columns, _, _ in COLUMNS.values() for each in columns),
}
MIN_KNOWN = 3
"""So many known columns make a line the head of the table: banners have none."""

_UNIT = re.compile(r"^(?P<name>\S+)(?: \[(?P<unit>[^\]]*)\])?$")
_Head = Sequence[tuple[str, str]]
"""Names and units."""


AVERAGING = {
    "power.draw": "driver",
    "power.draw.average": "1 s",
    "power.draw.instant": "instant",
}


def query(columns: Sequence[str]) -> list[str]:
    """The command that asks for these columns."""
    return [TOOL, f"--query-gpu={','.join(columns)}", "--format=csv"]


WAYS: Sequence[Sequence[str]] = (
    query(ALL),
    query([each for each in ALL if not each.startswith(SINCE_535)]),
    (TOOL, "-q", "-x"),
)
"""The last is slow, and what every driver answers."""


class NvidiaSmi:
    """The tool, as a source of cards."""

    def __init__(self) -> None:
        self._ways = WAYS

    def ask(self) -> Told:
        """The cards that it knows, and how asking it went."""
        report = ToolReport(TOOL, "tool_missing")
        for way in self._ways:
            answer = ask(way)
            cards = parse(answer.text) or parse_xml(answer.text)
            report = answer.report(TOOL, cards)
            if cards:
                self._ways = [way]
            if cards or report.state in ("tool_missing", "tool_timeout"):
                return cards, report
        return [], report

    def close(self) -> None:
        """Nothing is held open."""


def _head_of(row: Sequence[str]) -> _Head:
    """Names and units of its columns; nothing of a row that is no head."""
    found = [
        (each["name"], each["unit"] or "")
        for each in map(_UNIT.match, row)
        if each
    ]
    known = sum(name in KNOWN for name, _ in found)
    return found if len(found) == len(row) and known >= MIN_KNOWN else []


def parse(text: str) -> list[Card]:
    """The cards of a table. A row that is cut, or has other columns than the head, is no card."""
    head: _Head = []
    cards: dict[str, Card] = {}
    for row in csv_rows(text):
        if found := _head_of(row):
            if head:
                break  # a second table: the first sample is enough
            head = found
        elif head and len(row) == len(head) and (card := _card(head, row)):
            cards.setdefault(card.address or str(card.number), card)
    return list(cards.values())


def _card(head: _Head, row: Sequence[str]) -> Card | None:
    """None without an address and a number: nobody could say which card it is."""
    cells = {name: cell for (name, _), cell in zip(head, row, strict=True)}
    units = dict(head)
    address = same_address(cells.get("pci.bus_id", ""))
    index = number(cells.get("index", ""))
    if address is None and index is None:
        return None
    readings = {
        name: _reading(cells, units, columns, unit, scale)
        for name, (columns, unit, scale) in COLUMNS.items()
    }
    mode = cells.get("mig.mode.current")
    readings["partitioned"] = _partitioned(mode, f"{TOOL} mig.mode.current")
    return Card(
        "nvidia",
        address,
        cells.get("name") or None,
        readings,
        LinkReport(vendor=_link(cells)),
        None if index is None else int(index),
    )


def _partitioned(mode: str | None, source: str) -> Reading:
    """Whether a card is divided (MIG)."""
    if mode not in PARTITIONED:
        return Reading(None, source, "not_reported" if mode else "no_source")
    return Reading(PARTITIONED[mode], source)


REASONS: Mapping[str, Reason] = {
    "permission": "permission",
    "is lost": "card_lost",
    "requires reset": "card_lost",
}
"""Why there is no number, by a part of what stands there instead."""


def _reading(
    cells: Mapping[str, str],
    head_units: Mapping[str, str],
    columns: Sequence[str],
    unit: str,
    scale: float,
) -> Reading:
    there = [each for each in columns if each in cells]
    if not there:
        return Reading(None, f"{TOOL} {columns[0]}", "no_source")
    # a card that a driver no longer knows well may have a value under the older name only
    column = next(
        (each for each in there if _has_number(cells[each])), there[0]
    )
    source = f"{TOOL} {column}"
    text, _, own_unit = cells[column].partition(" ")
    value = number(text)
    if value is None:
        return Reading(None, source, _reason(cells[column]))
    if {own_unit, head_units[column]} - {"", unit}:
        return Reading(None, source, "unit_unknown")
    averaging = AVERAGING.get(column)
    return Reading(value * scale, source, averaging=averaging)


def _has_number(cell: str) -> bool:
    return number(cell.partition(" ")[0]) is not None


def _reason(cell: str) -> Reason:
    told = cell.lower()
    return next(
        (why for part, why in REASONS.items() if part in told), "not_reported"
    )


def _link(cells: Mapping[str, str]) -> Link | None:
    generation, lanes, most_generation, most_lanes = (
        number(cells.get(name, cells.get(LINK_COLUMNS[name], "")))
        for name in (
            "pcie.link.gen.current",
            "pcie.link.width.current",
            "pcie.link.gen.max",
            "pcie.link.width.max",
        )
    )
    speed = GTS_OF_GENERATION.get(int(generation or 0))
    if speed is None or not lanes:
        return None
    return Link(
        speed,
        int(lanes),
        f"{TOOL} pcie.link",
        GTS_OF_GENERATION.get(int(most_generation or 0)),
        int(most_lanes) if most_lanes else None,
    )

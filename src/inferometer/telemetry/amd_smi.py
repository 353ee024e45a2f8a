"""Cards from `amd-smi metric` and `monitor`: JSON of two shapes, indented text, CSV, tables.

All become one plain form first: the path of a figure in small letters, `usage.gfx_activity`, and
its text with the unit, `42 %`. CSV has no paths and no units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from inferometer.telemetry.amd_smi_tables import (
    Figures,
    by_default_view,
    by_monitor,
)
from inferometer.telemetry.pci import same_address
from inferometer.telemetry.reading import (
    Card,
    Link,
    LinkReport,
    Reading,
    Told,
)
from inferometer.telemetry.smi_text import csv_rows, documents, ended
from inferometer.telemetry.tool import ask
from inferometer.telemetry.tree import number

TOOL = "amd-smi"
MIB = 1024.0 * 1024.0

FIGURES: Mapping[str, tuple[str, str, float]] = {
    "usage.gfx_activity": ("gpu_utilization", "%", 1),
    "usage.umc_activity": ("memory_activity", "%", 1),
    "power.socket_power": ("power_w", "W", 1),
    "power.current_socket_power": ("power_w", "W", 1),
    "power.average_socket_power": ("power_w", "W", 1),
    "temperature.edge": ("temperature_c", "C", 1),
    "temperature.hotspot": ("hotspot_temperature_c", "C", 1),
    "temperature.mem": ("memory_temperature_c", "C", 1),
    "clock.gfx_0.clk": ("gpu_clock_mhz", "MHz", 1),
    "clock.gfx_0.max_clk": ("max_gpu_clock_mhz", "MHz", 1),
    "clock.mem_0.clk": ("memory_clock_mhz", "MHz", 1),
    "fan.usage": ("fan_percent", "%", 1),
    "fan.rpm": ("fan_rpm", "RPM", 1),
    "pcie.replay_count": ("pcie_replays", "", 1),
    "energy.total_energy_consumption": ("energy_j", "J", 1),
    "mem_usage.total_vram": ("memory_total_bytes", "MB", MIB),
    "mem_usage.used_vram": ("memory_used_bytes", "MB", MIB),
    "power_usage": ("power_w", "W", 1),
    "power_limit": ("power_limit_w", "W", 1),
    "max_power": ("power_limit_w", "W", 1),
    "hotspot_temperature": ("hotspot_temperature_c", "C", 1),
    "memory_temperature": ("memory_temperature_c", "C", 1),
    "gfx": ("gpu_utilization", "%", 1),
    "gfx_clk": ("gpu_clock_mhz", "MHz", 1),
    "gfx_clock": ("gpu_clock_mhz", "MHz", 1),
    "mem": ("memory_activity", "%", 1),
    "mem_clock": ("memory_clock_mhz", "MHz", 1),
    "vram_total": ("memory_total_bytes", "MB", MIB),
    "vram_used": ("memory_used_bytes", "MB", MIB),
    "vram_percent": ("memory_used_percent", "%", 1),
}
"""Our field, the unit there, and what one of it is in ours. Paths of `monitor` have one part; MB
are of 1024 x 1024 bytes, and the GB that its default view has in their place are of 1024 MB.
"""

BY_COLUMN = {path.rsplit(".", 1)[-1]: path for path in FIGURES if "." in path}
"""Columns of the CSV of `metric`. `clk` and the like are not unique, and never columns."""
MONITORED = {"power_usage", "gfx", "vram_used"}
"""Columns that the CSV of `monitor` alone has: its `mem` is an activity, and no temperature."""

MAX_VRAM_MB = 2.0**30
"""More is an underflow of the driver."""

MB_A_GB = 1024.0
MAX_GTS = 1000

_LINE = re.compile(r"( *)([A-Za-z]\w*):(?: (.*))?")

WAYS: Sequence[Sequence[str]] = (("metric", "--json"), ("monitor",), ())
"""The next is tried where a release fails at one."""


class AmdSmi:
    """The tool, as a source of cards. Where they sit on the bus is asked once."""

    def __init__(self) -> None:
        self._addresses: Mapping[int, str | None] | None = None
        self._ways = WAYS

    def ask(self) -> Told:
        """The cards that it knows, and how asking it went."""
        cards: list[Card] = []
        for way in self._ways:
            answer = ask([TOOL, *way])
            if cards := parse(answer.text):
                self._ways = [way]
            if cards or answer.state in ("tool_missing", "tool_timeout"):
                break
        if cards and self._addresses is None:
            listed = ask([TOOL, "list", "--json"])
            self._addresses = addresses(listed.text)
        known = self._addresses or {}
        placed = [
            replace(card, address=known.get(card.number or 0, card.address))
            for card in cards
        ]
        return placed, answer.report(TOOL, cards)

    def close(self) -> None:
        """Nothing is held open."""


def parse(text: str) -> list[Card]:
    """The cards of whatever the tool printed."""
    found = next(
        (cards for read in READERS if (cards := read(text))),
        {},
    )
    return [_card(number, figures) for number, figures in found.items()]


def addresses(text: str) -> dict[int, str | None]:
    """PCI addresses of `amd-smi list`, by number of the card."""
    return {
        number: same_address(figures.get("bdf", ""))
        for number, figures in _by_json(text).items()
    }


def _by_json(text: str) -> dict[int, Figures]:
    """The first document that has cards."""
    found = (dict(_cards(document)) for document in documents(text))
    return next((cards for cards in found if cards), {})


def _cards(document: Any) -> Iterator[tuple[int, Figures]]:
    if isinstance(document, dict):
        document = document.get("gpu_data", [document])
    for card in document if isinstance(document, list) else ():
        if isinstance(card, dict) and type(card.get("gpu")) is int:
            yield card["gpu"], dict(_flat(card, ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if "value" in value:
            yield path, f"{value['value']} {value.get('unit', '')}".strip()
            return
        for key, each in value.items():
            yield from _flat(each, f"{path}.{key}".lstrip(".").lower())
    elif isinstance(value, str | int | float):
        yield path, str(value)


def _by_csv(text: str) -> dict[int, Figures]:
    cards: dict[int, Figures] = {}
    head: list[str] = []
    for row in csv_rows(text):
        if "gpu" in row:
            if cards:
                break  # watched: the first sample is enough
            head = row
        elif head and len(row) == len(head):
            cells = dict(zip(head, row, strict=True))
            if cells["gpu"].isdecimal():
                paths = {} if MONITORED & {*head} else BY_COLUMN
                cards[int(cells["gpu"])] = {
                    paths.get(name, name): cell for name, cell in cells.items()
                }
    return cards


def _by_text(text: str) -> dict[int, Figures]:
    """Sections by their indentation."""
    cards: dict[int, Figures] = {}
    figures: Figures = {}
    path: list[tuple[int, str]] = []
    for line in ended(text):
        found = _LINE.fullmatch(line)
        if not found:
            continue
        depth, name, value = len(found[1]), found[2].lower(), found[3]
        if name == "gpu" and value and value.isdecimal():
            figures, path = cards.setdefault(int(value), {}), []
            continue
        path = [each for each in path if each[0] < depth]
        if value is None:
            path.append((depth, name))
        else:
            whole = ".".join([*(each for _, each in path), name])
            figures.setdefault(whole, value)
    return cards


READERS = (_by_json, _by_csv, _by_text, by_monitor, by_default_view)
"""The first that finds a card is right about what the tool printed."""


def _card(place: int, figures: Figures) -> Card:
    readings: dict[str, Reading] = {}
    for path, (field, unit, scale) in FIGURES.items():
        if path in figures:
            found = _reading(figures[path], path, unit, scale)
            known = readings.get(field)
            if known is None or known.value is None:
                readings[field] = found
    return Card(
        "amd",
        same_address(figures.get("bdf", "")),
        None,
        readings,
        LinkReport(vendor=_link(figures)),
        place,
    )


def _reading(text: str, path: str, unit: str, scale: float) -> Reading:
    source = f"{TOOL} {path}"
    figure, _, own = text.partition(" ")
    value = number(figure)
    if value is None or (unit == "MB" and value > MAX_VRAM_MB):
        return Reading(None, source, "not_reported")
    if unit == "MB" and _is_gb(figure, own):
        return Reading(value * scale * MB_A_GB, source)
    if own.lower() not in ("", unit.lower(), f"°{unit.lower()}"):
        return Reading(None, source, "unit_unknown")
    averaging = "driver" if path.startswith("power.") else None
    return Reading(value * scale, source, averaging=averaging)


def _is_gb(figure: str, unit: str) -> bool:
    """CSV has no units: what has decimals are GB, since MB are whole."""
    return unit == "GB" or (not unit and "." in figure)


def _link(figures: Figures) -> Link | None:
    width = number(figures.get("pcie.width", ""))
    speed, _, unit = figures.get("pcie.speed", "").partition(" ")
    gts = number(speed)
    if not width or not gts or unit not in ("GT/s", "MT/s"):
        return None
    # some releases call MT/s GT/s
    scale = 1e-3 if unit == "MT/s" or gts > MAX_GTS else 1.0
    return Link(gts * scale, int(width), f"{TOOL} pcie")

"""Cards from `hy-smi` and `rocm-smi`, whose keys carry the units and differ by release.

In JSON all values are strings, lines of text may come before the document, and `system` is no card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from inferometer.telemetry.pci import same_address, starred_level
from inferometer.telemetry.reading import (
    Card,
    Link,
    LinkReport,
    Reading,
    Readings,
    Told,
    ToolReport,
    merged,
)
from inferometer.telemetry.smi_text import (
    by_csv,
    by_line,
    by_table,
    documents,
)
from inferometer.telemetry.tool import ask
from inferometer.telemetry.tree import number

COMMANDS: Mapping[str, Sequence[str]] = {
    "hygon": (
        "hy-smi",
        "/opt/hyhal/bin/hy-smi",
        "rocm-smi",
        "/opt/dtk/bin/rocm-smi",
    ),
    "amd": ("rocm-smi", "/opt/rocm/bin/rocm-smi"),
}
"""By vendor, the first that is there."""

BASIC = ("--showbus", "--showuse", "--showmeminfo", "vram", "--showtemp")
"""Flags that every release has."""

WAYS: Sequence[Sequence[Sequence[str]]] = (
    (
        (
            "--showid",
            "--showproductname",
            *BASIC,
            "--showmemuse",
            "--showpower",
            "--showmaxpower",
            "--showclocks",
            "--json",
        ),
    ),
    ((*BASIC, "--json"), ()),
)
"""Ways to ask, each of one or more calls; the next is tried where a tool knows not all flags. A
call without flags prints a table, with the power.
"""

BYTES = {"B": 1.0, "KiB": 1024.0, "MiB": 1024.0**2, "GiB": 1024.0**3}
MICRO = 1e-6

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("gpu_utilization", r"(?:GPU|DCU|HCU) use \(%\)"),
        ("gpu_utilization", r"average_gfx_activity \(%\)"),
        ("memory_activity", r"GPU Memory Read/Write Activity \(%\)"),
        ("memory_activity", r"GPU memory use \(%\)"),
        ("memory_activity", r"average_umc_activity \(%\)"),
        ("memory_used_percent", r"GPU Memory Allocated \(VRAM%\)"),
        ("memory_used_percent", r"(?:DCU|HCU) memory use \(%\)"),
        ("memory_total_bytes", r"vram Total Memory \((?P<unit>\w+)\)"),
        ("memory_used_bytes", r"vram Total Used Memory \((?P<unit>\w+)\)"),
        ("power_w", r"Average Graphics Package Power \(W\)"),
        ("power_w", r"Current Socket Graphics Package Power \(W\)"),
        ("power_w", r"(?:average|current)_socket_power \(W\)"),
        ("power_limit_w", r"Max Graphics Package Power \(W\)"),
        ("temperature_c", r"Temperature \(Sensor edge\) \(C\)"),
        ("temperature_c", r"temperature_edge \(C\)"),
        ("hotspot_temperature_c", r"Temperature \(Sensor junction\) \(C\)"),
        ("hotspot_temperature_c", r"temperature_hotspot \(C\)"),
        ("memory_temperature_c", r"Temperature \(Sensor mem(?:ory)?\) \(C\)"),
        ("memory_temperature_c", r"temperature_mem \(C\)"),
        ("fan_percent", r"Fan speed \(%\)"),
        ("fan_rpm", r"Fan RPM|current_fan_speed \(rpm\)"),
        ("gpu_clock_mhz", r"current_gfxclk \(MHz\)"),
        ("memory_clock_mhz", r"current_uclk \(MHz\)"),
        ("pcie_replays", r"PCIe Replay Count"),
    )
)
"""Our field, and the key. A key with a value comes before one without, then this order decides."""

CLOCKS = {"gpu_clock_mhz": "sclk", "memory_clock_mhz": "mclk"}

MISSING = -1.0
"""What Hygon's tools print for a figure they do not have."""

NAMES = (
    "Card Series",
    "Card series",
    "Card Model",
    "Card model",
    "Device Name",
)

_CARD = re.compile(r"(?:card|gpu|dcu|hcu)(\d+)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:\S+ )?\((\d+)Mhz\)", re.IGNORECASE)


class Smi:
    """The first of a vendor's tools that is there, as a source of cards."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._ways = WAYS

    def ask(self) -> Told:
        """The cards that it knows, and how asking it went."""
        for tool in COMMANDS[self._vendor]:
            cards, report = self._by(tool)
            if report.state != "tool_missing":
                return cards, report
        return [], ToolReport(COMMANDS[self._vendor][0], "tool_missing")

    def _by(self, tool: str) -> Told:
        report = ToolReport(tool, "tool_missing")
        for way in self._ways:
            answers = [ask([tool, *flags]) for flags in way]
            text = "".join(answer.text for answer in answers)
            cards = parse(text, self._vendor, tool)
            report = answers[-1].report(tool, cards)
            if cards:
                self._ways = [way]
            if cards or report.state in ("tool_missing", "tool_timeout"):
                return cards, report
        return [], report

    def close(self) -> None:
        """Nothing is held open."""


def parse(text: str, vendor: str, tool: str) -> list[Card]:
    """The cards of whatever the tool printed: JSON, CSV, lines of text, a table."""
    named = next(
        (
            found
            for read in (_objects, by_csv, by_line)
            if (found := read(text))
        ),
        {},
    )
    tabled = by_table(text, tool)
    cards = []
    for place in sorted({*named, *tabled}):
        card = _card(named.get(place, {}), place, vendor, tool)
        readings = merged(card.readings, tabled.get(place, {}))
        cards.append(replace(card, readings=readings))
    return cards


def _objects(text: str) -> dict[int, Mapping[str, Any]]:
    """The cards of all JSON documents in the text; the first value of a key counts."""
    cards: dict[int, Mapping[str, Any]] = {}
    for document in documents(text):
        items = document.items() if isinstance(document, dict) else ()
        for key, values in items:
            card = _CARD.fullmatch(key)
            if card and isinstance(values, dict):
                number = int(card[1])
                cards[number] = {**values, **cards.get(number, {})}
    return cards


def _card(
    values: Mapping[str, Any], place: int, vendor: str, tool: str
) -> Card:
    names = (str(values[key]) for key in NAMES if values.get(key))
    name = next((each for each in names if not each.startswith("0x")), None)
    readings = merged(
        {field: Reading(None, tool, "no_source") for field, _ in PATTERNS},
        *(
            {field: reading}
            for field, pattern in PATTERNS
            for reading in _readings(field, pattern, values, tool)
        ),
        *_clocks(values, tool),
    )
    return Card(
        vendor,
        same_address(str(values.get("PCI Bus", ""))),
        name,
        readings,
        LinkReport(vendor=_link(values, tool)),
        place,
    )


def _readings(
    field: str, pattern: re.Pattern[str], values: Mapping[str, Any], tool: str
) -> Iterator[Reading]:
    for key, value in values.items():
        if not (found := pattern.fullmatch(key)):
            continue
        source = f"{tool} {key}"
        unit = found.groupdict().get("unit") or "B"
        figure = _figure(value)
        if unit not in BYTES:
            yield Reading(None, source, "unit_unknown")
        elif figure is None or figure == MISSING:
            yield Reading(None, source, "not_reported")
        else:
            averaging = "driver" if field == "power_w" else None
            yield Reading(figure * BYTES[unit], source, averaging=averaging)


def _clocks(values: Mapping[str, Any], tool: str) -> Iterator[Readings]:
    """`sclk clock speed:` is `(300Mhz)`, or `sclk clock level` is `0 (300Mhz)`."""
    for field, clock in CLOCKS.items():
        for key, value in values.items():
            if re.fullmatch(rf"{clock} clock (?:speed|level):?", key):
                found = _CLOCK.fullmatch(str(value))
                if found:
                    yield {field: Reading(float(found[1]), f"{tool} {key}")}


def _figure(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return number(str(value))


def _link(values: Mapping[str, Any], tool: str) -> Link | None:
    key = "pcie clock level"
    level = str(values.get(key, "")).partition("(")[2]
    width = _figure(values.get("pcie_link_width (Lanes)"))
    decigts = _figure(values.get("pcie_link_speed (0.1 GT/s)"))
    if width and decigts:
        return Link(decigts / 10, int(width), f"{tool} pcie_link")
    return starred_level(f"0: {level} *", f"{tool} {key}")

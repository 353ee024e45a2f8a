"""Cards from the JSON of `hy-smi` and `rocm-smi`, whose keys carry the units and differ by release.

All values are strings. Lines of text may come before the document, and `system` is no card.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from inferometer.telemetry.pci import same_address, starred_level
from inferometer.telemetry.reading import (
    Card,
    LinkReport,
    Reading,
    ToolReport,
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

FLAGS = (
    "--showid",
    "--showproductname",
    "--showbus",
    "--showuse",
    "--showmemuse",
    "--showmeminfo",
    "vram",
    "--showpower",
    "--showmaxpower",
    "--showtemp",
    "--showclocks",
    "--json",
)

BYTES = {"B": 1.0, "KiB": 1024.0, "MiB": 1024.0**2, "GiB": 1024.0**3}

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("gpu_utilization", r"(?:GPU|DCU|HCU) use \(%\)"),
        ("memory_activity", r"GPU Memory Read/Write Activity \(%\)"),
        ("memory_total_bytes", r"vram Total Memory \((?P<unit>\w+)\)"),
        ("memory_used_bytes", r"vram Total Used Memory \((?P<unit>\w+)\)"),
        (
            "power_w",
            r"(?:Average Graphics|Current Socket Graphics) Package Power \(W\)",
        ),
        ("power_limit_w", r"Max Graphics Package Power \(W\)"),
        ("temperature_c", r"Temperature \(Sensor edge\) \(C\)"),
        ("hotspot_temperature_c", r"Temperature \(Sensor junction\) \(C\)"),
        ("memory_temperature_c", r"Temperature \(Sensor mem(?:ory)?\) \(C\)"),
        ("fan_percent", r"Fan speed \(%\)"),
        ("gpu_clock_mhz", r"sclk clock speed:?"),
        ("memory_clock_mhz", r"mclk clock speed:?"),
    )
)
"""Our field, and the key; the first card key that fits is taken."""

NEVER_NEGATIVE = -1.0
"""What Hygon's tools print for a figure they do not have."""

_CARD = re.compile(r"(?:card|gpu|dcu|hcu)(\d+)", re.IGNORECASE)
_CLOCK = re.compile(r"\((\d+)Mhz\)", re.IGNORECASE)


class Smi:
    """The first of a vendor's tools that is there, as a source of cards."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor

    def ask(self) -> tuple[list[Card], ToolReport]:
        """The cards that it knows, and how asking it went."""
        for tool in COMMANDS[self._vendor]:
            answer = ask([tool, *FLAGS])
            if answer.state != "tool_missing":
                cards = parse(answer.text, self._vendor, tool)
                return cards, answer.report(tool, cards)
        return [], ToolReport(COMMANDS[self._vendor][0], "tool_missing")

    def close(self) -> None:
        """Nothing is held open."""


def parse(text: str, vendor: str, tool: str) -> list[Card]:
    """The cards of the first JSON document in the text."""
    document = _first_object(text)
    cards = []
    for key, values in document.items():
        found = _CARD.fullmatch(key)
        if found and isinstance(values, dict):
            cards.append(_card(values, int(found[1]), vendor, tool))
    return cards


def _first_object(text: str) -> Mapping[str, Any]:
    decoder = json.JSONDecoder()
    for place in (
        found.start() for found in re.finditer(r"^\s*\{", text, re.MULTILINE)
    ):
        try:
            document, _ = decoder.raw_decode(text[place:].lstrip())
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict):
            return document
    return {}


def _card(
    values: Mapping[str, Any], place: int, vendor: str, tool: str
) -> Card:
    name = next(
        (
            str(values[key])
            for key in (
                "Card Series",
                "Card series",
                "Card Model",
                "Card model",
                "Device Name",
            )
            if values.get(key)
        ),
        None,
    )
    level = str(values.get("pcie clock level", ""))
    vendor_link = starred_level(
        f"0: {level.partition('(')[2]} *", f"{tool} pcie clock level"
    )
    return Card(
        vendor,
        same_address(str(values.get("PCI Bus", ""))),
        name,
        {
            field: _reading(field, pattern, values, tool)
            for field, pattern in PATTERNS
        },
        LinkReport(vendor=vendor_link),
        place,
    )


def _reading(
    field: str, pattern: re.Pattern[str], values: Mapping[str, Any], tool: str
) -> Reading:
    for key, value in values.items():
        if found := pattern.fullmatch(key):
            source = f"{tool} {key}"
            unit = found.groupdict().get("unit")
            if unit is not None and unit not in BYTES:
                return Reading(None, source, "unit_unknown")
            figure = _figure(value)
            if figure is None or figure == NEVER_NEGATIVE:
                return Reading(None, source, "not_reported")
            averaging = "driver" if field == "power_w" else None
            return Reading(
                figure * BYTES.get(unit or "B", 1.0),
                source,
                averaging=averaging,
            )
    return Reading(None, tool, "no_source")


def _figure(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)
    clock = _CLOCK.fullmatch(text)
    return number(clock[1] if clock else text)

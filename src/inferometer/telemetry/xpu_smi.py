"""Intel cards from `xpu-smi dump` and `stats`, whose figures are found by their names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from inferometer.telemetry.pci import same_address
from inferometer.telemetry.reading import (
    Card,
    Reading,
    Readings,
    Told,
    ToolReport,
)
from inferometer.telemetry.smi_text import csv_rows, ended
from inferometer.telemetry.tool import ask
from inferometer.telemetry.tree import number

TOOL = "xpu-smi"
MIB = 1024.0 * 1024.0

FIGURES: Mapping[str, tuple[str, float]] = {
    "GPU Utilization (%)": ("gpu_utilization", 1),
    "GPU Power (W)": ("power_w", 1),
    "GPU Frequency (MHz)": ("gpu_clock_mhz", 1),
    "GPU Core Temperature (Celsius Degree)": ("temperature_c", 1),
    "GPU Core Temperature (C)": ("temperature_c", 1),
    "GPU Memory Temperature (Celsius Degree)": ("memory_temperature_c", 1),
    "GPU Memory Temperature (C)": ("memory_temperature_c", 1),
    "GPU Memory Bandwidth Utilization (%)": ("memory_activity", 1),
    "GPU Memory Utilization (%)": ("memory_used_percent", 1),
    "GPU Memory Used (MiB)": ("memory_used_bytes", MIB),
    "GPU Energy Consumed (J)": ("energy_j", 1),
    "Energy Consumed (J)": ("energy_j", 1),
}
METRICS = "0,1,2,3,4,5,8,18"
"""Their numbers for `dump`."""

_TILE = re.compile(r"Tile (\d+): *(.*)")
_CURRENT = re.compile(r"(?:.*, )?current: (\S+?)(?:, .*)?")


class XpuSmi:
    """The tool, as a source of cards. Which there are is asked once."""

    def __init__(self) -> None:
        self._listed: Mapping[int, Card] | None = None

    def ask(self) -> Told:
        """The cards that it knows, and how asking it went."""
        if self._listed is None:
            answer = ask([TOOL, "discovery", "-j"])
            if answer.state == "tool_missing":
                return [], ToolReport(TOOL, answer.state)
            self._listed = listed(answer.text)
        devices = ",".join(map(str, self._listed)) or "-1"
        answer = ask([TOOL, "dump", "-d", devices, "-m", METRICS, "-n", "1"])
        cards = parse(answer.text)
        if not cards and answer.state != "tool_timeout":
            answers = [
                ask([TOOL, "stats", "-d", str(each)])
                for each in self._listed or (0,)
            ]
            cards = [card for each in answers for card in parse(each.text)]
            answer = answers[-1]
        return [self._placed(card) for card in cards], answer.report(
            TOOL, cards
        )

    def _placed(self, card: Card) -> Card:
        known = (self._listed or {}).get(card.number or 0, card)
        return replace(card, address=known.address, name=known.name)

    def close(self) -> None:
        """Nothing is held open."""


def listed(text: str) -> dict[int, Card]:
    """Where the devices of `xpu-smi discovery -j` sit and what they are called, by number."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    devices = (
        document.get("device_list") if isinstance(document, dict) else None
    )
    return {
        each["device_id"]: Card(
            "intel",
            same_address(str(each.get("pci_bdf_address"))),
            str(each["device_name"]) if each.get("device_name") else None,
        )
        for each in (devices if isinstance(devices, list) else ())
        if isinstance(each, dict) and type(each.get("device_id")) is int
    }


def parse(text: str) -> list[Card]:
    """The cards of a dump, or of tables of `stats`."""
    return _dumped(text) or _tabled(text)


def _dumped(text: str) -> list[Card]:
    """The last sample counts: in the first much is still `N/A`."""
    cards: dict[int, Card] = {}
    head: list[str] = []
    for row in csv_rows(text):
        cells = [each.strip() for each in row]
        if "DeviceId" in cells:
            # figures of single tiles are not the card's
            head = [] if "TileId" in cells else cells
        elif head and len(cells) == len(head):
            named = dict(zip(head, cells, strict=True))
            if named["DeviceId"].isdecimal():
                device = int(named["DeviceId"])
                cards[device] = _card(device, named)
    return list(cards.values())


def _tabled(text: str) -> list[Card]:
    """A table a device: `| GPU Power (W) | Tile 0: avg: 97, min: 90, max: 99, current: 98 |`."""
    devices: dict[int, dict[str, str]] = {}
    figures: dict[str, str] = {}
    for name, told in _table_rows(text):
        if name == "Device ID" and told[0].isdecimal():
            figures = devices.setdefault(int(told[0]), {})
        else:
            # a second tile's figure makes the first one no figure of the card
            figures[name] = _one(told[0]) if len(told) == 1 else "several tiles"
    return [_card(device, found) for device, found in devices.items()]


def _table_rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """The rows, each with its figures, which may go on in lines without a name. One counts when the
    next begins or the table ends: more of it may have been cut off.
    """
    name, told = "", [""]
    for line in ended(text):
        row = line.strip()
        cells = [each.strip() for each in row[1:-1].split("|")]
        is_row = row[:1] == row[-1:] == "|" and len(cells) == 2
        if is_row and not cells[0]:
            told.append(cells[1])
            continue
        if name:
            yield name, told
        name, told = (cells[0], [cells[1]]) if is_row else ("", [""])


def _one(told: str) -> str:
    """The figure of a card of one tile, of several statistics the current one."""
    if told.count("Tile") > 1:
        return "several tiles"
    tile = _TILE.fullmatch(told)
    figure = tile[2] if tile else told
    current = _CURRENT.fullmatch(figure)
    return current[1] if current else figure


def _card(device: int, named: Mapping[str, str]) -> Card:
    return Card("intel", None, None, _readings(named), None, device)


def _readings(named: Mapping[str, str]) -> Readings:
    found = {}
    for name, (field, scale) in FIGURES.items():
        if name in named:
            source = f"{TOOL} {name}"
            value = number(named[name])
            averaging = "driver" if field == "power_w" else None
            found[field] = (
                Reading(None, source, "not_reported")
                if value is None
                else Reading(value * scale, source, averaging=averaging)
            )
    return found

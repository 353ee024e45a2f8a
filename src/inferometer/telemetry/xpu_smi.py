"""Intel cards from `xpu-smi dump`, whose columns are found by their names."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace

from inferometer.telemetry.pci import same_address
from inferometer.telemetry.reading import Card, Reading, ToolReport
from inferometer.telemetry.smi_text import ended
from inferometer.telemetry.tool import ask
from inferometer.telemetry.tree import number

TOOL = "xpu-smi"
MIB = 1024.0 * 1024.0

COLUMNS: Mapping[str, tuple[str, float]] = {
    "GPU Utilization (%)": ("gpu_utilization", 1),
    "GPU Power (W)": ("power_w", 1),
    "GPU Frequency (MHz)": ("gpu_clock_mhz", 1),
    "GPU Core Temperature (Celsius Degree)": ("temperature_c", 1),
    "GPU Memory Temperature (Celsius Degree)": ("memory_temperature_c", 1),
    "GPU Memory Utilization (%)": ("memory_used_percent", 1),
    "GPU Memory Used (MiB)": ("memory_used_bytes", MIB),
    "GPU Energy Consumed (J)": ("energy_j", 1),
}
METRICS = "0,1,2,3,4,5,8,18"
"""Their numbers for the tool."""


class XpuSmi:
    """The tool, as a source of cards. Where they sit on the bus is asked once."""

    def __init__(self) -> None:
        self._addresses: Mapping[int, str | None] | None = None

    def ask(self) -> tuple[list[Card], ToolReport]:
        """The cards that it knows, and how asking it went."""
        if self._addresses is None:
            listed = ask([TOOL, "discovery", "-j"])
            if listed.state == "tool_missing":
                return [], ToolReport(TOOL, listed.state)
            self._addresses = addresses(listed.text)
        devices = ",".join(map(str, self._addresses)) or "-1"
        answer = ask([TOOL, "dump", "-d", devices, "-m", METRICS, "-n", "1"])
        cards = [
            replace(card, address=self._addresses.get(card.number or 0))
            for card in parse(answer.text)
        ]
        return cards, answer.report(TOOL, cards)

    def close(self) -> None:
        """Nothing is held open."""


def addresses(text: str) -> dict[int, str | None]:
    """PCI addresses of `xpu-smi discovery -j`, by number of the device."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    devices = (
        document.get("device_list") if isinstance(document, dict) else None
    )
    return {
        each["device_id"]: same_address(str(each.get("pci_bdf_address")))
        for each in (devices if isinstance(devices, list) else ())
        if isinstance(each, dict) and type(each.get("device_id")) is int
    }


def parse(text: str) -> list[Card]:
    """The cards of a dump. The last sample counts: in the first much is still `N/A`."""
    cards: dict[int, Card] = {}
    head: list[str] = []
    for row in csv.reader(ended(text), skipinitialspace=True):
        cells = [each.strip() for each in row]
        if "DeviceId" in cells:
            # figures of single tiles are not the card's
            head = [] if "TileId" in cells else cells
        elif head and len(cells) == len(head):
            named = dict(zip(head, cells, strict=True))
            if named["DeviceId"].isdecimal():
                device = int(named["DeviceId"])
                cards[device] = Card(
                    "intel", None, None, _readings(named), None, device
                )
    return list(cards.values())


def _readings(cells: Mapping[str, str]) -> dict[str, Reading]:
    found = {}
    for name, (field, scale) in COLUMNS.items():
        if name in cells:
            source = f"{TOOL} {name}"
            value = number(cells[name])
            averaging = "driver" if field == "power_w" else None
            found[field] = (
                Reading(None, source, "not_reported")
                if value is None
                else Reading(value * scale, source, averaging=averaging)
            )
    return found

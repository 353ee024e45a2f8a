"""Moore Threads cards from the table of `mthreads-gmi`: two rows a card, no power."""

from __future__ import annotations

import re

from inferometer.telemetry.pci import same_address
from inferometer.telemetry.reading import Card, Reading, Told
from inferometer.telemetry.smi_text import ended
from inferometer.telemetry.tool import ask

TOOL = "mthreads-gmi"
MIB = 1024.0 * 1024.0

_FIRST = re.compile(
    r"(?P<number>\d+)\s+(?P<name>\S.*?)\s*\|(?P<address>[0-9A-Fa-f:.]+)\s*\|"
    r"(?P<use>\S+)\s+(?P<used>\d+)MiB\((?P<total>\d+)MiB\)\s*"
)
_SECOND = re.compile(
    r"\s+\S.*?\s*\|(?P<width>\d+)x\((?P<most>\d+)x\)\s*\|(?P<temperature>\S+)\s.*"
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_CELSIUS = re.compile(r"(\d+(?:\.\d+)?)C")


class MthreadsGmi:
    """The tool, as a source of cards."""

    def ask(self) -> Told:
        """The cards that it knows, and how asking it went."""
        answer = ask([TOOL])
        cards = parse(answer.text)
        return cards, answer.report(TOOL, cards)

    def close(self) -> None:
        """Nothing is held open."""


def parse(text: str) -> list[Card]:
    """The cards of a table; one whose second row is missing lacks what stands there."""
    cards: dict[str, Card] = {}
    lines = ended(text)
    for place, line in enumerate(lines):
        first = _FIRST.fullmatch(line)
        address = same_address(first["address"]) if first else None
        if first and address:
            below = lines[place + 1] if place + 1 < len(lines) else ""
            card = _card(first, _SECOND.fullmatch(below), address)
            cards.setdefault(address, card)
    return list(cards.values())


def _card(
    first: re.Match[str], second: re.Match[str] | None, address: str
) -> Card:
    return Card(
        "mthreads",
        address,
        first["name"],
        {
            "gpu_utilization": _reading(_PERCENT, first["use"], "%GPU"),
            "memory_used_bytes": Reading(
                float(first["used"]) * MIB, f"{TOOL} Mem"
            ),
            "memory_total_bytes": Reading(
                float(first["total"]) * MIB, f"{TOOL} Mem"
            ),
            "temperature_c": _reading(
                _CELSIUS, second["temperature"] if second else "", "Temp"
            ),
            "pcie_width": _lanes(second, "width"),
            "pcie_max_width": _lanes(second, "most"),
        },
        None,
        int(first["number"]),
    )


def _reading(pattern: re.Pattern[str], text: str, head: str) -> Reading:
    source = f"{TOOL} {head}"
    found = pattern.fullmatch(text)
    if found is None:
        return Reading(None, source, "not_reported")
    return Reading(float(found[1]), source)


def _lanes(second: re.Match[str] | None, which: str) -> Reading:
    """It says no speed, so this is no link."""
    source = f"{TOOL} Pcie Lane Width"
    if second is None:
        return Reading(None, source, "not_reported")
    return Reading(float(second[which]), source)

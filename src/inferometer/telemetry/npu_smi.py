"""Ascend chips from the table of `npu-smi info`: two rows a chip, under two rows of heads.

Generations differ in columns, so a figure is found by its head's words. On a card of two chips the
power of the second is `-`: the first's is the whole card's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from inferometer.telemetry.pci import same_address
from inferometer.telemetry.reading import Card, Reading, Readings, Told
from inferometer.telemetry.smi_text import ended
from inferometer.telemetry.tool import ask
from inferometer.telemetry.tree import number

TOOL = "npu-smi"
MIB = 1024.0 * 1024.0

FIGURES: Mapping[str, str] = {
    "Power(W)": "power_w",
    "Temp(C)": "temperature_c",
    "AICore(%)": "gpu_utilization",
}
MEMORY = ("HBM-Usage(MB)", "Memory-Usage(MB)")
"""Used and all; a card without the first has the second."""

_ITEM = re.compile(r"(?:\d+|-|NA)\s*/\s*(?:\d+|-|NA)(?!\S)|\S+")

Row = Sequence[Sequence[str]]
"""Cells, each with its items."""


class NpuSmi:
    """The tool, as a source of cards."""

    def ask(self) -> Told:
        """The cards that it knows, and how asking it went."""
        answer = ask([TOOL, "info"])
        cards = parse(answer.text)
        return cards, answer.report(TOOL, cards)

    def close(self) -> None:
        """Nothing is held open."""


def parse(text: str) -> list[Card]:
    """The chips of a table. A row with other columns than its head is none."""
    cards: dict[str, Card] = {}
    heads: dict[str, Row] = {}
    first: dict[str, str] | None = None
    for row in _rows(text):
        kind = row[0][0] if row[0] else ""
        if kind in ("NPU", "Chip"):
            if "Process" in "".join(map(str, row)):
                break  # the table of processes follows
            heads[kind] = row
        elif "Chip" not in heads or "NPU" not in heads:
            continue
        elif first is None:
            first = _named(heads["NPU"], row)
        else:
            second = _named(heads["Chip"], row)
            card = _card(first, second) if second else None
            first = None if card else _named(heads["NPU"], row)
            if card is not None and card.address is not None:
                cards.setdefault(card.address, card)
    return list(cards.values())


def _rows(text: str) -> Iterator[Row]:
    for line in ended(text):
        stripped = line.strip()
        if stripped.startswith("|") and stripped.endswith("|"):
            yield [
                [found[0] for found in _ITEM.finditer(cell)]
                for cell in stripped[1:-1].split("|")
            ]


def _named(head: Row, row: Row) -> dict[str, str] | None:
    """Items by their heads, if the row has as many as its head."""
    if [len(cell) for cell in head] != [len(cell) for cell in row]:
        return None
    return {
        name: item
        for names, items in zip(head, row, strict=True)
        for name, item in zip(names, items, strict=True)
    }


def _card(
    first: Mapping[str, str] | None, second: Mapping[str, str]
) -> Card | None:
    address = same_address(second.get("Bus-Id", ""))
    if first is None or address is None:
        return None
    figures = {**first, **second}
    readings = {
        field: _reading(figures.get(head), head)
        for head, field in FIGURES.items()
    }
    npu = number(first.get("NPU", ""))
    return Card(
        "ascend",
        address,
        first.get("Name"),
        {**readings, **_memory(figures)},
        None,
        None if npu is None else int(npu),
    )


def _reading(text: str | None, head: str) -> Reading:
    source = f"{TOOL} {head}"
    value = number(text or "")
    if value is None:
        return Reading(None, source, "not_reported" if text else "no_source")
    averaging = "driver" if head == "Power(W)" else None
    return Reading(value, source, averaging=averaging)


def _memory(figures: Mapping[str, str]) -> Readings:
    for head in MEMORY:
        used, _, total = (
            part.strip() for part in figures.get(head, "").partition("/")
        )
        values = number(used), number(total)
        if values[0] is not None and values[1]:
            source = f"{TOOL} {head}"
            return {
                "memory_used_bytes": Reading(values[0] * MIB, source),
                "memory_total_bytes": Reading(values[1] * MIB, source),
            }
    missing = Reading(None, f"{TOOL} {MEMORY[0]}", "not_reported")
    return {"memory_used_bytes": missing, "memory_total_bytes": missing}

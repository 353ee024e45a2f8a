"""What samplers and the server's page say at one moment, as rows of series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from inferometer.server.counters import read_page
from inferometer.telemetry.reading import (
    CARD_FIELDS,
    HOST_FIELDS,
    LinkReport,
    Reading,
    Readings,
)
from inferometer.telemetry.sampler import Sampled
from inferometer.trace.series import HOST, SERVER, SampledCard
from inferometer.trace.server_counters import MetricsReading

LINK_FIELDS = {
    "slot_speed_gts": "GT/s",
    "slot_width": "1",
    "slot_max_speed_gts": "GT/s",
    "slot_max_width": "1",
    "narrowest_gb_per_s": "GB/s",
    "vendor_speed_gts": "GT/s",
    "vendor_width": "1",
    "link_gb_per_s": "GB/s",
}
"""Unit of each series of a card's link; `link_gb_per_s` is the least of slot, way and vendor's."""

MOST = ("slot_max_speed_gts", "slot_max_width")


class MachineRow(NamedTuple):
    """One value, or why there is none."""

    card: str
    name: str
    unit: str
    value: float | None
    source: str = ""
    reason: str | None = None
    averaging: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return (self.name, self.unit, self.card, self.source, self.averaging)


def rows_of(sampled: Sampled) -> tuple[list[MachineRow], list[SampledCard]]:
    """Rows of cards and host, and the cards. What a tool was not asked for this time is no row."""
    cards = []
    rows: list[MachineRow] = []
    for card in sampled.cards:
        name = card.address or f"{card.vendor} {card.number}"
        cards.append(
            SampledCard(
                name, card.vendor, card.name or "", package=card.package or ""
            )
        )
        rows += _rows(name, card.readings, CARD_FIELDS)
        rows += _link_rows(name, card.link or LinkReport())
    rows += _rows(HOST, sampled.host, HOST_FIELDS)
    for core, reading in sampled.cores.items():
        rows += _rows(
            f"{HOST} {core}", {"cpu_busy_s": reading}, {"cpu_busy_s": "s"}
        )
    return rows, cards


def _rows(
    card: str, readings: Readings, units: Mapping[str, str]
) -> Iterator[MachineRow]:
    for name, each in readings.items():
        if name in units and each.reason not in ("not_due", "no_source"):
            yield MachineRow(
                card,
                name,
                units[name],
                each.value,
                each.source or "",
                each.reason,
                each.averaging or "",
            )


def power_row(address: str, power: Reading) -> MachineRow:
    """The power of a card, where nothing else of the card was read."""
    return MachineRow(
        address,
        "power_w",
        CARD_FIELDS["power_w"],
        power.value,
        power.source or "",
        power.reason,
        power.averaging or "",
    )


def _link_rows(card: str, link: LinkReport) -> Iterator[MachineRow]:
    why = link.unverifiable or "not_reported"
    for of, names in (
        (link.slot, ("slot_speed_gts", "slot_width")),
        (link.vendor, ("vendor_speed_gts", "vendor_width")),
    ):
        values = (of.speed_gts, float(of.width)) if of else (None, None)
        source = of.source if of else ""
        for name, value in zip(names, values, strict=True):
            if value is not None or name.startswith("slot"):
                reason = None if value is not None else why
                yield _link_row(card, name, value, source, reason)
    if link.slot is not None:
        source = link.slot.source
        most = link.slot.max_speed_gts, link.slot.max_width
        for name, limit in zip(MOST, most, strict=True):
            if limit is not None:
                yield _link_row(card, name, float(limit), source)
    for name, of in (
        ("narrowest_gb_per_s", link.narrowest),
        ("link_gb_per_s", link.effective),
    ):
        if of is not None:
            yield _link_row(card, name, of.gb_per_s, of.source)


def _link_row(
    card: str,
    name: str,
    value: float | None,
    source: str,
    reason: str | None = None,
) -> MachineRow:
    return MachineRow(card, name, LINK_FIELDS[name], value, source, reason)


def page_rows(page: tuple[str, float] | None) -> list[MachineRow]:
    """The counters and gauges of a server's page. One that is always 0 while tokens flow is not
    enabled: whoever reads the series has to look at all of it.
    """
    reading = read_page(*page) if page else None
    return [] if reading is None else counters_rows(reading)


def counters_rows(reading: MetricsReading) -> list[MachineRow]:
    """What a server's page said at one moment."""
    return [
        MachineRow(
            SERVER,
            name,
            "s" if name.endswith("_s") else "1",
            value,
            reading.engine,
        )
        for numbers in (reading.gauges, reading.counters)
        for name, value in numbers.items()
    ]

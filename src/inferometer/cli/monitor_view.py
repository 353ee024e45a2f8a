"""What `monitor` shows of a sample, in lines of text: cards, host, server, and what is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inferometer.clock import NS
from inferometer.printable import columns_of, printable, wrapped
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.telemetry.reading import (
        Card,
        Link,
        LinkReport,
        MachineSample,
        Readings,
    )
    from inferometer.trace.server_counters import MetricsReading

GIB = 1024**3
MB = 1e6
MISSING = "–"

COLUMNS = (
    "card",
    "name",
    "gpu_utilization",
    "memory",
    "power",
    "temperature",
    "gpu_clock",
    "link",
)
NAME = 1
WORDS = (0, NAME, 7)
"""Columns that hold words."""
WIDE_NAME, NARROW_NAME = 24, 8
MANY_CARDS = 2
"""A doubt about more cards names the first only."""


@dataclass(frozen=True, slots=True)
class View:
    """What is to be shown, and what was seen before, from which rates come."""

    sample: MachineSample
    before: MachineSample | None = None
    server: MetricsReading | None = None
    server_before: MetricsReading | None = None
    silent: str | None = None
    """Address of a server that was asked and has no page."""


def lines(view: View, columns: int) -> Iterator[str]:
    """The screen: lines of at most `columns` columns."""
    if view.sample.cards:
        yield from _table(view.sample, columns)
    else:
        yield from wrapped(spoken().text("monitor.no_cards"), columns)
    yield ""
    for sentence in _sentences(view):
        yield from wrapped(sentence, columns)


def _table(sample: MachineSample, columns: int) -> list[str]:
    """The cards; their names are cut where it would be too wide."""
    from inferometer.cli.tables import aligned

    headings = [spoken().text(f"monitor.{name}") for name in COLUMNS]
    rows = _rows(sample, WIDE_NAME)
    table = list(aligned(headings, rows, left=WORDS))
    over = max(map(columns_of, table)) - columns
    if over <= 0:
        return table
    widest = max(columns_of(row[NAME]) for row in rows)
    rows = _rows(sample, max(NARROW_NAME, widest - over))
    return list(aligned(headings, rows, left=WORDS))


def _sentences(view: View) -> Iterator[str]:
    yield _host(view.sample.host)
    yield from _rates(view)
    yield from _server(view)
    yield from _doubts(view.sample.cards)
    for tool in view.sample.tools:
        if tool.state != "ok" and view.sample.cards:
            yield spoken().text(f"monitor.tool.{tool.state}", tool=tool.tool)


def _rows(sample: MachineSample, name_columns: int) -> list[Sequence[str]]:
    return [_row(card, name_columns) for card in sample.cards]


def _row(card: Card, name_columns: int) -> Sequence[str]:
    read = card.readings
    used, total = (
        _figure(read, f"memory_{name}_bytes", GIB, 1)
        for name in ("used", "total")
    )
    memory = MISSING if used == total == MISSING else f"{used}/{total}"
    if used == MISSING and "memory_used_percent" in read:
        memory = f"{_figure(read, 'memory_used_percent')}%"
    hottest = "temperature_c"
    if _figure(read, hottest) == MISSING:
        hottest = "hotspot_temperature_c"
    return (
        _called(card),
        printable(card.name or card.vendor, name_columns),
        _figure(read, "gpu_utilization"),
        memory,
        f"{_figure(read, 'power_w')}/{_figure(read, 'power_limit_w')}",
        _figure(read, hottest),
        _figure(read, "gpu_clock_mhz"),
        _link(card.link.effective if card.link else None),
    )


def _called(card: Card) -> str:
    return card.address or f"{card.vendor} {card.number}"


def _value(readings: Readings, name: str) -> float | None:
    reading = readings.get(name)
    return None if reading is None else reading.value


def _figure(
    readings: Readings, name: str, unit: float = 1.0, digits: int = 0
) -> str:
    value = _value(readings, name)
    return MISSING if value is None else f"{value / unit:.{digits}f}"


def _link(link: Link | None) -> str:
    return MISSING if link is None else f"{link.speed_gts:g} GT/s x{link.width}"


def _host(host: Readings) -> str:
    return spoken().text(
        "monitor.host",
        load=_figure(host, "load_average_1min", digits=1),
        available=_figure(host, "memory_available_bytes", GIB),
        total=_figure(host, "memory_total_bytes", GIB),
        cpu=_figure(host, "cpu_pressure_percent", digits=1),
        memory=_figure(host, "memory_pressure_percent", digits=1),
    )


def _rates(view: View) -> Iterator[str]:
    """What only two samples tell."""
    if view.before is None:
        return
    seconds = (view.sample.monotonic_ns - view.before.monotonic_ns) / NS
    if seconds <= 0:
        return
    now, before = view.sample.host, view.before.host
    busy, idle, received, sent, energy = (
        _difference(now, before, name)
        for name in (
            "cpu_busy_s",
            "cpu_idle_s",
            "network_received_bytes",
            "network_sent_bytes",
            "package_energy_j",
        )
    )
    cores_now, cores_before = view.sample.cores, view.before.cores
    cores = [
        each
        for name in cores_now
        if (each := _difference(cores_now, cores_before, name)) is not None
    ]
    ticks = (busy or 0) + (idle or 0)
    yield spoken().text(
        "monitor.rates",
        cpu=MISSING
        if busy is None or ticks <= 0
        else f"{100 * busy / ticks:.0f}",
        core=f"{min(100, 100 * max(cores) / seconds):.0f}"
        if cores
        else MISSING,
        received=_rate(received, seconds, MB),
        sent=_rate(sent, seconds, MB),
        power=_rate(energy, seconds, 1),
    )


def _difference(now: Readings, before: Readings, name: str) -> float | None:
    """Of a counter; None if it began anew."""
    last, first = _value(now, name), _value(before, name)
    if last is None or first is None or last < first:
        return None
    return last - first


def _rate(difference: float | None, seconds: float, unit: float) -> str:
    if difference is None:
        return MISSING
    return f"{difference / seconds / unit:.1f}"


def _tokens_per_s(now: MetricsReading, before: MetricsReading) -> float | None:
    last, first = (
        each.counters.get("generation_tokens") for each in (now, before)
    )
    if last is None or first is None or now.at_s <= before.at_s:
        return None
    return (last - first) / (now.at_s - before.at_s)


def _server(view: View) -> Iterator[str]:
    now, before = view.server, view.server_before
    if now is None:
        if view.silent is not None:
            yield spoken().text("monitor.no_page", url=view.silent)
        return
    usage = now.gauges.get("kv_cache_usage")
    tokens = None if before is None else _tokens_per_s(now, before)
    yield spoken().text(
        "monitor.server",
        engine=now.engine,
        running=_count(now.gauges.get("running")),
        waiting=_count(now.gauges.get("waiting")),
        kv=MISSING if usage is None else f"{100 * usage:.0f}",
        tokens=_count(tokens if tokens is None or tokens >= 0 else None),
    )


def _count(value: float | None) -> str:
    return MISSING if value is None else f"{value:.0f}"


Doubt = tuple[str, tuple[tuple[str, str], ...]]
"""The key of a sentence, and what fills it in."""


def _doubts(cards: Sequence[Card]) -> Iterator[str]:
    """What keeps figures from being whole or believed; the same of several cards is said once."""
    found: dict[Doubt, list[str]] = defaultdict(list)
    for card in cards:
        for key, values in _doubts_of(card):
            found[key, tuple(values.items())].append(_called(card))
    words = spoken()
    for (key, told), called in found.items():
        who = ", ".join(called)
        if len(called) > MANY_CARDS:
            who = words.text(
                "monitor.and_others", card=called[0], more=len(called) - 1
            )
        yield words.text(key, card=who, **dict(told))


def _doubts_of(card: Card) -> Iterator[tuple[str, dict[str, str]]]:
    power = card.readings.get("power_w")
    if power is None or power.value is None:
        reason = (power and power.reason) or "no_source"
        said = spoken().text(f"monitor.reason.{reason}")
        yield "monitor.power_unread", {"reason": said}
    if card.link:
        yield from _doubts_of_link(card.link)


def _doubts_of_link(link: LinkReport) -> Iterator[tuple[str, dict[str, str]]]:
    if link.unverifiable:
        yield f"monitor.unverifiable.{link.unverifiable}", {}
    if link.contradiction:
        slot, vendor = _link(link.slot), _link(link.vendor)
        yield "monitor.contradiction", {"slot": slot, "vendor": vendor}
    narrowest = link.narrowest
    if link.slot and narrowest and narrowest.gb_per_s < link.slot.gb_per_s:
        yield "monitor.narrow", {"narrowest": _link(narrowest)}

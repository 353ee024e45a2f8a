"""`inferometer monitor`: what the cards and this host are doing now."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.telemetry.reading import (
        Card,
        Link,
        MachineSample,
        Readings,
    )

GIB = 1024**3
MISSING = "–"


def monitor(
    once: Annotated[
        bool, typer.Option("--once", help="Print one sample and end.")
    ] = False,
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print samples as JSON, one a line: every field with its unit, its value or the "
            "reason why it is missing.",
        ),
    ] = False,
    interval: Annotated[
        float,
        typer.Option(help="Seconds between two samples.", min=0.1, max=3600),
    ] = 0.5,
    root: Annotated[
        Path,
        typer.Option(
            help="Directory with sys, proc and dev; another one than / shows copied files.",
            exists=True,
            file_okay=False,
        ),
    ] = Path("/"),
) -> None:
    """Show the accelerators, their PCIe links and this host.

    A value that cannot be read is shown as –, with the reason. Ctrl-C ends it.
    """
    from inferometer.telemetry.sample import take_sample

    if not once and not json:
        _watch(root, interval)
        return
    while True:
        sample = take_sample(root)
        if json:
            import orjson

            typer.echo(orjson.dumps(sample.as_json()).decode())
        else:
            typer.echo(
                "\n".join(lines(sample, shutil.get_terminal_size().columns))
            )
        if once:
            return
        time.sleep(interval)


def _watch(root: Path, interval_s: float) -> None:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from inferometer.telemetry.sample import take_sample

    console = Console(highlight=False, markup=False)
    with Live(console=console, auto_refresh=False) as live:
        while True:
            said = lines(take_sample(root), console.width)
            live.update(Text("\n".join(said)), refresh=True)
            time.sleep(interval_s)


def lines(sample: MachineSample, columns: int) -> Iterator[str]:
    """A sample as lines of text: the cards, the host, what is missing and why."""
    from inferometer.cli.tables import aligned
    from inferometer.printable import wrapped

    words = spoken()
    if sample.cards:
        headings = [words.text(f"monitor.{name}") for name in COLUMNS]
        yield from aligned(
            headings, [_row(card) for card in sample.cards], left=(0, 1, 7)
        )
    else:
        yield from wrapped(words.text("monitor.no_cards"), columns)
    yield ""
    for sentence in _sentences(sample):
        yield from wrapped(sentence, columns)


def _sentences(sample: MachineSample) -> Iterator[str]:
    yield _host(sample.host)
    for card in sample.cards:
        yield from _doubts(card)
    for tool in sample.tools:
        if tool.state != "ok" and sample.cards:
            yield spoken().text(f"monitor.tool.{tool.state}", tool=tool.tool)


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


def _row(card: Card) -> Sequence[str]:
    read = card.readings
    used, total = (
        _figure(read, f"memory_{name}_bytes", GIB, 1)
        for name in ("used", "total")
    )
    limit = _figure(read, "power_limit_w")
    return (
        _called(card),
        _name(card),
        _figure(read, "gpu_utilization"),
        MISSING if used == total == MISSING else f"{used}/{total}",
        f"{_figure(read, 'power_w')}/{limit}",
        _figure(read, "temperature_c"),
        _figure(read, "gpu_clock_mhz"),
        _link(card.link.effective if card.link else None),
    )


def _called(card: Card) -> str:
    return card.address or f"{card.vendor} {card.number}"


def _name(card: Card) -> str:
    from inferometer.printable import printable

    return printable(card.name or card.vendor, 24)


def _figure(
    readings: Readings, name: str, unit: float = 1.0, digits: int = 0
) -> str:
    reading = readings.get(name)
    if reading is None or reading.value is None:
        return MISSING
    return f"{reading.value / unit:.{digits}f}"


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


def _doubts(card: Card) -> Iterator[str]:
    """What keeps a card's figures from being whole or believed."""
    words, called, link = spoken(), _called(card), card.link
    power = card.readings.get("power_w")
    if power is None or power.value is None:
        reason = words.text(
            f"monitor.reason.{(power and power.reason) or 'no_source'}"
        )
        yield words.text("monitor.power_unread", card=called, reason=reason)
    if link is None:
        return
    if link.unverifiable:
        yield words.text(
            f"monitor.unverifiable.{link.unverifiable}", card=called
        )
    if link.contradiction:
        slot, vendor = _link(link.slot), _link(link.vendor)
        yield words.text(
            "monitor.contradiction", card=called, slot=slot, vendor=vendor
        )
    if (
        link.slot
        and link.narrowest
        and link.narrowest.gb_per_s < link.slot.gb_per_s
    ):
        yield words.text(
            "monitor.narrow", card=called, narrowest=_link(link.narrowest)
        )

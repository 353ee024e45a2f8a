"""What the report of a run says of the machine, and of what tokens cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from inferometer.metrics.machine import MachineFigures
from inferometer.results.derived import costs_at
from inferometer.words import Said, machine_reason, spoken

if TYPE_CHECKING:
    from inferometer.spec.output import Price

OF_CARDS = (
    "gpu_utilization",
    "gpu_memory_used",
    "gpu_temperature",
    "gpu_throttled",
    "average_power",
    "peak_power",
    "energy",
    "energy_above_idle",
    "tokens_per_joule",
    "joules_per_output_token",
    "joules_per_good_token",
)
OF_HOST = ("cpu_utilization", "host_energy")

Row = Callable[[str | Said, str | int | float | None], str]


def machine_rows(machine: MachineFigures | None, row: Row) -> list[str]:
    """Rows of what is known; nothing where no card and no host was sampled."""
    if machine is None:
        return []
    names = (*(OF_CARDS if machine.by_card else ()), *OF_HOST)
    rows = [
        row(Said(_label(machine, name)), _figure(name, value))
        for name in names
        if (value := machine.values.get(name)) is not None
    ]
    if not machine.by_card:
        return rows
    return [row(Said("console.machine.cards"), len(machine.cards)), *rows]


def _label(machine: MachineFigures, name: str) -> str:
    """Of whose host it is."""
    there = name in OF_HOST and machine.clock_offset_ms is not None
    return f"console.machine.{name}{'.there' if there else ''}"


def _figure(name: str, value: float) -> str | float:
    """A thousandth of a joule is a figure too."""
    small = name.startswith(("joules_", "tokens_"))
    return f"{value:.4g}" if small else value


def why_no_energy(machine: MachineFigures | None) -> str:
    """A sentence where cards were sampled and their energy is not certified; else nothing."""
    if machine is None or not machine.by_card or machine.energy.reason is None:
        return ""
    why = machine_reason(machine.energy.reason)
    return spoken().say(Said("console.machine.why", {"why": why}))


def where_sampled(machine: MachineFigures | None) -> str:
    """A sentence where a monitor on another host sampled; else nothing."""
    if machine is None or machine.clock_offset_ms is None:
        return ""
    told = {
        "url": machine.place,
        "ahead": machine.clock_offset_ms,
        "uncertainty": machine.clock_uncertainty_ms or 0.0,
    }
    return spoken().say(Said("console.machine.monitor", told))


def cost_rows(
    values: Mapping[str, float | None], price: Price, row: Row
) -> list[str]:
    """What tokens cost at this price, from the values of a run; nothing where that is not known."""
    return [
        row(Said(f"console.cost.{name}"), f"{cost:.4g}")
        for name, cost in costs_at(price, values).items()
    ]

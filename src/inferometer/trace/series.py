"""What samplers saw of the machine during a run: one series a field of a card, as columns.

Times are int64 ns on the monotonic clock of the load, counted from the run's start, as in `schema`.
A value that could not be read is NaN here and null in files, with its reason; it is never 0.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from inferometer.clock import NS

HOST, SERVER = "host", "server"
"""What stands for a card's address in series of the host, and of the server's own page."""
PERIOD_S = 0.5
"""Between two samples, as planned."""

_AVERAGED = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s)\b")

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One field of one card, from one source, over time."""

    name: str
    unit: str
    card: str
    """PCI address or UUID; HOST or SERVER."""
    source: str
    averaging: str
    """Over what the source averages, such as `1 s` or `instant`; empty where it is not known."""
    time_ns: Times
    value: Values
    reason: npt.NDArray[Any]
    """Why there is no value; None where there is one."""

    def shifted(self, by_ns: int) -> Series:
        return replace(self, time_ns=self.time_ns + by_ns)


def averaging_ns(kind: str) -> int:
    """The time over which a source says that it averages: 1e9 for `1 s`; 0 where it says none."""
    found = _AVERAGED.search(kind)
    if found is None:
        return 0
    return round(float(found[1]) * (NS if found[2] == "s" else NS // 1000))


@dataclass(frozen=True, slots=True)
class SampledCard:
    """An accelerator that was sampled."""

    id: str
    """PCI address or UUID, as in its series."""
    vendor: str
    name: str = ""
    simulated: bool = False
    """Whether it is the embedded engine's, which makes its figures up."""
    package: str = ""
    """The card whose power and energy are those of both, if this is the second die of its package.
    """

    def tells_more_than(self, other: SampledCard) -> bool:
        return bool(
            (self.name and not other.name)
            or (self.package and not other.package)
        )


@dataclass(frozen=True, slots=True)
class SamplerReport:
    """How a sampler fared."""

    name: str
    """`nvidia`, `host`, `server`, …"""
    state: str
    """`ok`, or why it has less than it was asked for: `hung`, `failed`, or a tool's state."""
    detail: str = ""
    samples: int = 0
    longest_s: float = 0.0
    """The longest that one sample took."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What was declared of the cards under test."""

    cards: tuple[str, ...] | None = None
    """Their ids; None where nobody said which they are."""
    number: int | None = None
    """How many they are."""
    pcie_generation: int | None = None
    pcie_width: int | None = None
    chosen_by: str = ""
    """The variables of the server's environment that say which cards these are, if they do."""


@dataclass(frozen=True, slots=True, eq=False)
class Telemetry:
    """All series of a run, and what they are of."""

    series: tuple[Series, ...] = ()
    cards: tuple[SampledCard, ...] = ()
    samplers: tuple[SamplerReport, ...] = ()
    declared: Declared = field(default_factory=Declared)
    period_s: float = PERIOD_S
    place: str = "here"
    """`here`, or the URL of the monitor on the server's host."""
    clock_offset_ms: float | None = None
    """Of that host's clock, as measured, ± `clock_uncertainty_ms`; None if it is this host."""
    clock_uncertainty_ms: float | None = None
    idle_s: float = 0.0
    """Seconds before the first request in which the server was left alone on purpose."""

    def of(self, card: str, name: str) -> list[Series]:
        """From each source that a field had during the run, usually one."""
        return [
            each
            for each in self.series
            if each.card == card and each.name == name
        ]

    def track(self, card: str, name: str) -> tuple[Times, Values]:
        """Times and values of a field that has a value, whatever its source, in order of time.

        Times are as they were stamped: a clock that ran backwards stays visible.
        """
        found = self.of(card, name)
        time_ns = np.concatenate([[], *(each.time_ns for each in found)])
        value = np.concatenate([[], *(each.value for each in found)])
        there = np.isfinite(value)
        time_ns, value = time_ns[there].astype(np.int64), value[there]
        if len(found) > 1:
            order = np.argsort(time_ns, kind="stable")
            time_ns, value = time_ns[order], value[order]
        return time_ns, value

    def reason(self, card: str, name: str) -> str | None:
        """Why a field has no value at all: the last reason; None if it has one."""
        found = self.of(card, name)
        if any(np.isfinite(each.value).any() for each in found):
            return None
        reasons = [each.reason[-1] for each in found if len(each.reason)]
        return str(reasons[-1]) if reasons else "no_source"

    def shifted(self, by_ns: int) -> Telemetry:
        """With times counted from another moment."""
        return replace(
            self, series=tuple(each.shifted(by_ns) for each in self.series)
        )

    @property
    def packages(self) -> dict[str, str]:
        """By second die, the card that reports power and energy of both. A card that is itself a
        second die reports none.
        """
        first = {each.id for each in self.cards if not each.package}
        return {
            each.id: each.package
            for each in self.cards
            if each.package in first
        }

    @property
    def is_simulated(self) -> bool:
        return any(card.simulated for card in self.cards)

    def facts(self) -> dict[str, Any]:
        """All but the series, as plain data."""
        return {
            "cards": [asdict(card) for card in self.cards],
            "samplers": [asdict(each) for each in self.samplers],
            "declared": asdict(self.declared),
            "period_s": self.period_s,
            "place": self.place,
            "clock_offset_ms": self.clock_offset_ms,
            "clock_uncertainty_ms": self.clock_uncertainty_ms,
            "idle_s": self.idle_s,
        }

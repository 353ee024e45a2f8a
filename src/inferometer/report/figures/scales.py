"""Which scale an axis has, where its ticks are, and where a series has a hole: decided by the data,
in plain numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from inferometer.report.figures.vega import Spec, channel
from inferometer.words import Words

DECADES = 2.0
"""A value axis that spans more is logarithmic."""
DECADES_OF_LATENCY = 1.3
"""That of latencies, whose low values matter as much as the high ones."""

TICKS = 6
"""About so many; the scale is rounded to the same, so that each axis ends at a number."""

BEYOND = 1.5
"""How far beyond the highest value, or the range of values, the ends of intervals may stretch an
axis.
"""

OUTLYING = 4
"""Times the distance of the outer twentieths from the middle, beyond which a value stretches no
axis.
"""

FEW_LEVELS = 12
"""Levels up to which each has its tick."""

NUMBER = ",.10~g"
"""d3's format for a number on an axis: as many digits as it has, thousands apart."""

FIGURES = ",.4~r"
"""d3's format for a measured number: four significant digits."""


@dataclass(frozen=True, slots=True)
class Axis:
    """How the numbers of an axis are laid out. Without `domain` the drawing library chooses, from
    0; without `ticks` it rounds the domain, unless there is padding.
    """

    log: bool
    domain: tuple[float, float] | None = None
    ticks: tuple[float, ...] | None = None
    tokens: bool = False
    """Lengths in tokens, which people write as 1K for 1024."""

    def scale(self, *, padding: int | None = None) -> Spec:
        kind: Literal["log", "linear"] = "log" if self.log else "linear"
        if self.domain is None:
            return {"type": kind, "zero": True, "nice": True}
        rounded = self.ticks is None and padding is None
        nice = rounded if self.log or not rounded else TICKS
        scale = {"type": kind, "domain": list(self.domain), "nice": nice}
        if not self.log:
            scale["zero"] = False
        if padding is not None:
            scale["padding"] = padding
        return scale

    def share(self, value: float) -> float:
        """How far along the axis a value is, 0 to 1; without a domain, along from 0 is not known
        and counts as far.
        """
        if self.domain is None:
            return 1.0
        low, high = (
            math.log(each) if self.log else each for each in self.domain
        )
        return ((math.log(value) if self.log else value) - low) / (high - low)

    def axis(self, title: str | None = None, *, grid: bool = True) -> Spec:
        axis: Spec = {
            "title": title,
            "format": NUMBER,
            "grid": grid,
            "labelFlush": False,
            "labelOverlap": "greedy",
        }
        if self.ticks is not None:
            axis["values"] = list(self.ticks)
        else:
            axis["tickCount"] = TICKS
        if self.tokens:
            axis["labelExpr"] = (
                "datum.value && datum.value % 1024 == 0 ? datum.value / 1024 + 'K' : datum.label"
            )
        return axis

    def x(
        self,
        field: str,
        title: str | None = None,
        *,
        grid: bool = True,
        padding: int | None = None,
    ) -> Spec:
        scale, axis = self.scale(padding=padding), self.axis(title, grid=grid)
        return channel(field, scale=scale, axis=axis)

    def y(self, field: str) -> Spec:
        return channel(field, scale=self.scale(), axis=self.axis())


def _finite(values: Iterable[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]


FORMS = {"request": "", "repeats": ""}
"""By the word of a tooltip: these are whole numbers, and need no format."""


def tip(field: str, title: str, form: str | None = None) -> Spec:
    """One line of what the pointer shows. `form` is d3's format of a number; "" is none (default:
    FIGURES).
    """
    if form is None and field.endswith(":Q"):
        form = FIGURES
    return channel(field, title=title, **({"format": form} if form else {}))


def tips(
    words: Words, named: Mapping[str, str], **values: object
) -> list[Spec]:
    """A line for each field, called as the tooltips' words have it, filled in with `values`."""
    return [
        tip(
            field,
            words.text(f"figure.tooltip.{name}", **values),
            FORMS.get(name),
        )
        for field, name in named.items()
    ]


def value_axis(
    values: Iterable[float],
    ends: Iterable[float] = (),
    *,
    decades: float = DECADES,
) -> Axis:
    """For measured values: logarithmic where they span more decades, else linear from 0.

    `ends` of intervals lie on it too, as far as they do not squeeze the values: an interval from
    two repeats may be very long.
    """
    there, far = _finite(values), _finite(ends)
    low, high = min(there, default=0.0), max(there, default=0.0)
    top = min(max([high, *far]), BEYOND * high)
    if low <= 0 or high / low < 10**decades:
        return Axis(
            log=False, domain=(0.0, top) if low >= 0 and top > 0 else None
        )
    return _log_axis(max(min([low, *far]), low / BEYOND), top)


def _log_axis(low: float, high: float) -> Axis:
    """From one round number to another."""
    ticks = round_numbers(low, high)
    begin = max(t for t in ticks if t <= low)
    end = min(t for t in ticks if t >= high)
    shown = _readable([t for t in ticks if begin <= t <= end])
    return Axis(
        log=True,
        domain=(begin, end),
        ticks=tuple(sorted({begin, *shown, end})),
    )


def signed_axis(
    values: Sequence[float], ends: Iterable[float] = (), reference: float = 0.0
) -> Axis:
    """For what lies around a reference, which is always on it: linear, with room on both sides;
    `ends` as above.
    """
    low, high = _bulk(values)
    low, high = min(low, reference), max(high, reference)
    span = (high - low) or abs(high) or 1.0
    far = _finite(ends)
    bottom = max(min([low, *far]), low - BEYOND * span)
    top = min(max([high, *far]), high + BEYOND * span)
    room = 0.08 * (top - bottom)
    begin = max(bottom - room, 0.0) if bottom >= 0 else bottom - room
    return Axis(log=False, domain=(begin, top + room))


def _bulk(values: Sequence[float]) -> tuple[float, float]:
    """From where to where most of the values lie: a few that are many times as far from the others
    do not flatten them.
    """
    low, middle, high = (
        float(v) for v in np.quantile(values, (0.05, 0.5, 0.95))
    )
    reach = OUTLYING * max(high - middle, middle - low)
    if not reach:
        return min(values), max(values)
    near = [value for value in values if abs(value - middle) <= reach]
    return min(near), max(near)


def spread_axis(values: Iterable[float]) -> Axis:
    """For what a distribution is drawn over: as `value_axis`, but not from 0 where the values are
    far from it.
    """
    there = _finite(values)
    axis = value_axis(there)
    if axis.log or not there:
        return axis
    low, high = min(there), max(there)
    if low == high:
        return Axis(log=False, domain=(low - 0.5, high + 0.5))
    return (
        Axis(log=False)
        if 0 <= low < 0.2 * high
        else Axis(log=False, domain=(low, high))
    )


def level_axis(levels: Iterable[float], *, tokens: bool = False) -> Axis:
    """For what was set and swept: logarithmic where the levels are more even that way (1, 2, 4, 8
    …), else linear (1 … 200).
    """
    distinct = sorted({*_finite(levels)})
    if len(distinct) < 2:
        return Axis(
            log=False,
            domain=(distinct[0] * 0.9, distinct[0] * 1.1 + 1e-9)
            if distinct
            else None,
            ticks=tuple(distinct),
        )
    domain = (distinct[0], distinct[-1])
    log = (
        distinct[0] > 0
        and len(distinct) > 2
        and _unevenness(np.log(distinct)) < _unevenness(np.array(distinct))
    )
    if len(distinct) <= FEW_LEVELS:
        return Axis(log, domain, tuple(distinct), tokens=tokens)
    if not log:
        return Axis(log, domain, tokens=tokens)
    ticks = [
        tick
        for tick in round_numbers(*domain)
        if domain[0] <= tick <= domain[1]
    ]
    return Axis(log, domain, _readable(ticks), tokens=tokens)


def round_numbers(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, 20 … from the last at or below `low` to the first at or above `high`; both
    positive.
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    series = [
        float(f"{digit}e{exponent}")
        for exponent in range(first, last + 1)
        for digit in (1, 2, 5)
    ]
    from_ = max(n for n in series if n <= low)
    to = min(n for n in series if n >= high)
    return [n for n in series if from_ <= n <= to]


def _readable(ticks: Sequence[float]) -> tuple[float, ...]:
    """Powers of ten alone where 1, 2, 5 would be too many."""
    tens = tuple(
        tick
        for tick in ticks
        if math.log10(tick) % 1 < 1e-9 or math.log10(tick) % 1 > 1 - 1e-9
    )
    return tens if len(ticks) > 7 else tuple(ticks)


def _unevenness(levels: npt.NDArray[np.float64]) -> float:
    """Spread of the gaps between levels against their mean."""
    gaps = np.diff(levels)
    return float(gaps.std() / gaps.mean())


WITH_NEIGHBOURS = 5
"""Steps: one, and two on either side."""


def holes(levels: Sequence[float]) -> list[int]:
    """After which of these sorted levels one or more are missing, so that a line has to break
    there.

    A ladder of levels does not say how it goes on, but where both neighbouring steps on either side
    are alike and the one between them is longer, something was left out: 1, 2, 3, (4), 5, 6, 7 by
    difference, 1, 2, 4, (8), 16, 32, 64 by ratio.
    """
    steps = np.diff(np.asarray(levels, np.float64))
    ratios = (
        np.diff(np.log(levels))
        if len(levels) and levels[0] > 0
        else np.zeros(0)
    )
    return sorted(
        {
            *_longer_than_their_neighbours(steps),
            *_longer_than_their_neighbours(ratios),
        }
    )


def _longer_than_their_neighbours(
    steps: npt.NDArray[np.float64],
) -> list[int]:
    """The places of such steps, each seen beside the two before and the two after it."""
    if len(steps) < WITH_NEIGHBOURS:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(steps, WITH_NEIGHBOURS)
    around, own = windows[:, [0, 1, 3, 4]], windows[:, 2]
    longest = around.max(axis=1)
    alike = longest - around.min(axis=1) < 0.01 * longest
    places: list[int] = (
        np.flatnonzero(alike & (own > 1.5 * longest)) + 2
    ).tolist()
    return places


def compact(value: float) -> str:
    """Three significant digits, thousands as k: for a label with little room."""
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if suffix == 'k' else limit):.3g}{suffix}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"

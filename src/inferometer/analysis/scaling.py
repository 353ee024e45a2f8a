"""Scaling efficiency: what n cards do together, against n times what one does at the same load per
card. A pure function.

T(n) / (n × T(1)), T the output throughput. Cards that idle beside a deployment do not count. Both
sides are of the same cards and the same software. They are of the same configuration where one has
both; else of two, as with one card in one machine and eight in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from statistics import geometric_mean
from typing import Any

from inferometer.analysis.compare import readings
from inferometer.analysis.effect import effect_of
from inferometer.analysis.pairing import value_of, values_of
from inferometer.results import Condition, Point, Status
from inferometer.results.telling import spelled
from inferometer.vocabulary import SET_LOADS, WORK, condition
from inferometer.words import Said

THROUGHPUT = "output_throughput"
NAMING = ("model", "engine")
MAX_LOADS = 5
"""That are listed."""
WORST_FIRST: tuple[Status, ...] = ("INVALID", "SUSPECT", "VALID")


@dataclass(frozen=True, slots=True)
class Scaling:
    """n cards against one, at one load per card."""

    name: str
    """The deployment's known configuration, model and engine, and what else sets it apart."""
    gpus: int
    load_per_gpu: float
    """Requests in flight, requests per second, or requests at once, for each card."""
    efficiency: float
    """1 for n times as much."""
    low: float | None
    high: float | None
    """95 % interval, from repeats or else from the runs' own; None where neither tells it."""
    throughput: float
    throughput_of_one: float
    """Output tokens per second, geometric means over repeats, of which `efficiency` is the quotient
    where no drift is left out.
    """
    status: Status | None
    """The worst of all runs in it."""


_Alike = tuple[tuple[Condition, ...], str, float]


@dataclass(frozen=True, slots=True)
class _Key:
    """One deployment at one load per card."""

    same: tuple[Condition, ...]
    config: Condition
    gpus: int
    kind: str
    per_gpu: float

    @property
    def alike(self) -> _Alike:
        """What one card and several have in common."""
        return self.same, self.kind, self.per_gpu


def scaling(
    points: Sequence[Point], *, allow_invalid: bool = False
) -> list[Scaling]:
    """Every deployment of several cards that has one card's throughput at the same load per card,
    in the order of `points`.
    """
    return [*_scaled(tuple(points), allow_invalid=allow_invalid)]


@lru_cache(maxsize=1)
def _scaled(
    points: tuple[Point, ...], *, allow_invalid: bool
) -> tuple[Scaling, ...]:
    """A page's answer and its figure ask the same."""
    groups: dict[_Key, list[Point]] = {}
    for point in points:
        key = _key(point)
        if key is not None and _counts(point, allow_invalid=allow_invalid):
            groups.setdefault(key, []).append(point)
    of_one: dict[_Alike, list[_Key]] = {}
    for key in groups:
        if key.gpus == 1:
            of_one.setdefault(key.alike, []).append(key)
    paired = [
        (key, one)
        for key in groups
        if key.gpus > 1 and (one := _one_card(key, of_one)) is not None
    ]
    names = _names([key for key, _ in paired])
    return tuple(
        _scaling(key, names[key], groups[key], groups[one])
        for key, one in paired
    )


def why_nothing_scales(
    points: Sequence[Point], *, allow_invalid: bool = False
) -> Said:
    """Why `scaling` finds nothing among these points."""
    keys = [
        key
        for point in points
        if _counts(point, allow_invalid=allow_invalid)
        and (key := _key(point)) is not None
    ]
    single, several = (
        [key for key in keys if (key.gpus > 1) == wanted]
        for wanted in (False, True)
    )
    if not keys:
        return Said("scaling.nothing.untold")
    if not (single and several):
        return Said(
            "scaling.nothing.several" if single else "scaling.nothing.single"
        )
    level = [
        (one, other)
        for one in single
        for other in several
        if (one.kind, one.per_gpu) == (other.kind, other.per_gpu)
    ]
    if not level:
        return Said(
            "scaling.nothing.loads",
            {"one": _loads(single), "several": _loads(several)},
        )
    differing = (
        [
            Said(
                "condition.values",
                {"condition": Said(f"condition.{name}"), "values": [a, b]},
            )
            for name, *sides in zip(WORK, one.same, other.same, strict=True)
            if (a := spelled(sides[0]) or "–")
            != (b := spelled(sides[1]) or "–")
        ]
        for one, other in level
    )
    return Said(
        "scaling.nothing.apart", {"conditions": min(differing, key=len)}
    )


def _loads(keys: Iterable[_Key]) -> str:
    """Such as `1, 2, 4`: the loads per card, a few of them."""
    loads = sorted({key.per_gpu for key in keys})
    return ", ".join(f"{load:g}" for load in loads[:MAX_LOADS]) + (
        ", …" if len(loads) > MAX_LOADS else ""
    )


def scaling_records(found: Iterable[Scaling]) -> list[dict[str, Any]]:
    """As a figure draws them, in percent."""
    return [
        {
            "name": each.name,
            "gpus": each.gpus,
            "load_per_gpu": each.load_per_gpu,
            "efficiency_percent": 100 * each.efficiency,
            "low": None if each.low is None else 100 * each.low,
            "high": None if each.high is None else 100 * each.high,
            "throughput": each.throughput,
            "throughput_of_one": each.throughput_of_one,
            "status": each.status,
        }
        for each in found
    ]


def worst_of(points: Sequence[Point]) -> Point:
    """The first that has the worst verdict."""
    return next(
        (
            point
            for status in WORST_FIRST
            for point in points
            if point.status == status
        ),
        points[0],
    )


def _counts(point: Point, *, allow_invalid: bool) -> bool:
    return point.values.get(THROUGHPUT, 0) > 0 and (
        allow_invalid or point.status != "INVALID"
    )


def _key(point: Point) -> _Key | None:
    """None where the cards or the load are not told."""
    gpus = value_of(point, "gpus") or value_of(point, "tp")
    loads = (
        (name, value_of(point, name)) for name in SET_LOADS
    )  # which the cards share
    load = next(
        (
            (name, value)
            for name, value in loads
            if isinstance(value, int | float) and value < float("inf")
        ),
        None,
    )
    if not isinstance(gpus, int) or gpus < 1 or load is None:
        return None
    same = values_of(point, WORK)
    return _Key(
        same, value_of(point, "config"), gpus, load[0], round(load[1] / gpus, 9)
    )


def _one_card(
    key: _Key, of_one: Mapping[_Alike, Sequence[_Key]]
) -> _Key | None:
    """That of one card: of the same configuration, or else of the first that has it."""
    matching = of_one.get(key.alike, ())
    return next(
        (one for one in matching if one.config == key.config),
        matching[0] if matching else None,
    )


def _scaling(
    key: _Key, name: str, several: Sequence[Point], one: Sequence[Point]
) -> Scaling:
    effect = effect_of(readings(one, THROUGHPUT), readings(several, THROUGHPUT))
    ratios = effect.ratios()
    low, high = (each / key.gpus for each in ratios) if ratios else (None, None)
    return Scaling(
        name=name,
        gpus=key.gpus,
        load_per_gpu=key.per_gpu,
        efficiency=effect.ratio / key.gpus,
        low=low,
        high=high,
        throughput=_mean(several),
        throughput_of_one=_mean(one),
        status=worst_of((*several, *one)).status,
    )


def _names(keys: Sequence[_Key]) -> dict[_Key, str]:
    """Of each deployment: its configuration, model and engine, and in what else it differs from
    others.
    """
    differing = {
        name
        for place, name in enumerate(WORK)
        if len({key.same[place] for key in keys}) > 1
    }
    return {key: " ".join(_told(key, differing)) for key in keys}


def _told(key: _Key, differing: Set[str]) -> Iterator[str]:
    if key.config is not None:
        yield spelled(key.config)
    for name, value in zip(WORK, key.same, strict=True):
        if value is None or not (name in NAMING or name in differing):
            continue
        says_what_it_is = name in NAMING or condition(name).says_what_it_is
        yield spelled(value) if says_what_it_is else f"{name} {spelled(value)}"


def _mean(points: Sequence[Point]) -> float:
    """Without the dust that logarithms leave in the last digits."""
    return round(
        geometric_mean(point.values[THROUGHPUT] for point in points), 9
    )

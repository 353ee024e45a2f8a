"""Which points of two sides belong together, what tells the sides apart, and whether that is fair.

Points are partners if they have the same settings. A condition in which the sides differ as a whole
is what is being compared, or spoils the comparison; either way it is told. Knows nothing of values.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from inferometer.grouping import by_key
from inferometer.results import Condition, Point
from inferometer.results.point import condition_names
from inferometer.results.telling import telling_places
from inferometer.vocabulary import NOTED_APART, SLOTS, condition, of_role
from inferometer.words import Retold, Said, Words

INCIDENTAL = frozenset(of_role("incidental"))
"""Conditions that partners need not share: runs that differ in nothing else are repeats."""

TOLD = ("tool", *NOTED_APART)
"""Incidental, and still worth a word where the sides differ in it."""

SUBJECTS = frozenset(of_role("subject"))
"""What comparisons are about."""

UNFAIR = {
    "dataset": "unfair.dataset",
    "input_len": "unfair.input_len",
    "output_len": "unfair.output_len",
    "prefix_len": "unfair.prefix_len",
    "cache": "unfair.cache",
    **dict.fromkeys(of_role("load"), "unfair.load"),
    "num_prompts": "unfair.num_prompts",
    "tool": "unfair.tool",
    "rehearsal": "unfair.rehearsal",
}
"""Conditions whose difference is an effect of its own, which is unfair unless it is the one that is
asked for.
"""

NEVER_FAIR = {"tool", "rehearsal"}
"""Also where it is asked for."""


SPELLED_FREELY = (str, float)
"""Types of a condition whose equal values may look different."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A condition that the sides do not share, with the values of each."""

    condition: str
    a: tuple[Condition, ...]
    b: tuple[Condition, ...]

    def in_words(self, words: Words) -> str:
        """Such as `configuration B -> C`."""
        none = words.text("compare.none")
        sides = (
            "/".join(_plain(value, none) for value in side)
            for side in (self.a, self.b)
        )
        return f"{words.condition(self.condition)} {' -> '.join(sides)}"

    @property
    def told(self) -> Retold:
        return Retold(self.in_words)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Runs of the same settings on both sides."""

    conditions: Mapping[str, Condition]
    """Those that all its runs share, of those that pair them."""
    telling: Mapping[str, Condition]
    """Those that tell it from the other pairs."""
    a: tuple[Point, ...]
    b: tuple[Point, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        return self.a + self.b

    @property
    def label(self) -> str:
        """What it is known by, also in files."""
        told = (
            f"{name} {_plain(value)}" for name, value in self.telling.items()
        )
        return ", ".join(told)

    def in_words(self, words: Words) -> str:
        """Such as `requests 8, TP 2`."""
        none = words.text("compare.none")
        return words.listed(
            f"{words.condition(name)} {_plain(value, none)}"
            for name, value in self.telling.items()
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    pairs: tuple[Pair, ...]
    differences: tuple[Difference, ...]
    untold: tuple[str, ...]
    """Conditions that only one side tells, and that therefore pair nothing."""
    alone_a: tuple[Point, ...]
    alone_b: tuple[Point, ...]
    warnings: tuple[str, ...]

    @property
    def sides(self) -> tuple[list[Point], list[Point]]:
        """All points of A and of B that have a partner."""
        return (
            [point for pair in self.pairs for point in pair.a],
            [point for pair in self.pairs for point in pair.b],
        )


_BySettings = dict[tuple[Condition, ...], list[Point]]


def pair_points(
    a: Sequence[Point], b: Sequence[Point], *, asked: str | None = None
) -> Pairing:
    """Partners among the points of two sides, in the order of A. `asked` is the condition whose
    effect is the question.
    """
    noted = {name for point in (*a, *b) for name in point.conditions}
    names = (
        *(name for name in condition_names([*a, *b]) if name in noted),
        "tool",
    )
    values = {name: (_values(a, name), _values(b, name)) for name in names}
    untold = {
        name
        for name, (of_a, of_b) in values.items()
        if name not in INCIDENTAL and _is_untold(name, of_a, of_b)
    }
    apart = {
        name
        for name, sides in values.items()
        if name not in untold and _differ(name, *sides)
    }
    keys = [
        name
        for name in values
        if name not in INCIDENTAL | untold | apart | {"tool"}
    ]
    of_a, of_b = _by_settings(a, keys), _by_settings(b, keys)
    differences = [
        Difference(name, *values[name])
        for name in values
        if name in apart and (name not in INCIDENTAL or name in TOLD)
    ]
    return Pairing(
        pairs=_pairs(of_a, of_b, keys),
        differences=tuple(differences),
        untold=tuple(name for name in values if name in untold),
        alone_a=_alone(of_a, of_b),
        alone_b=_alone(of_b, of_a),
        warnings=tuple(_unfair(differences, asked)),
    )


def _pairs(
    of_a: _BySettings, of_b: _BySettings, keys: Sequence[str]
) -> tuple[Pair, ...]:
    """The points of both sides at each of the settings that both have."""
    shared = [settings for settings in of_a if settings in of_b]
    named = _telling(shared, keys)
    return tuple(
        Pair(
            {
                k: v
                for k, v in zip(keys, settings, strict=True)
                if v is not None
            },
            {name: settings[keys.index(name)] for name in named},
            tuple(of_a[settings]),
            tuple(of_b[settings]),
        )
        for settings in shared
    )


def _alone(of_one: _BySettings, of_other: _BySettings) -> tuple[Point, ...]:
    """The points of one side that have no partner on the other."""
    return tuple(
        point
        for settings, points in of_one.items()
        if settings not in of_other
        for point in points
    )


def value_of(point: Point, name: str) -> Condition:
    """A condition as it can be compared: 16, 16.0 and "16" are one."""
    value = point.tool if name == "tool" else point.conditions.get(name)
    return _comparable(value) if isinstance(value, SPELLED_FREELY) else value


def values_of(point: Point, names: Iterable[str]) -> tuple[Condition, ...]:
    return tuple(value_of(point, name) for name in names)


@lru_cache(maxsize=1 << 14)
def _comparable(value: str | float) -> Condition:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def _values(points: Iterable[Point], name: str) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(value_of(point, name) for point in points))


def _is_untold(
    name: str, a: tuple[Condition, ...], b: tuple[Condition, ...]
) -> bool:
    return not condition(name).absent_is_none and (a == (None,)) != (
        b == (None,)
    )


def _differ(
    name: str, a: tuple[Condition, ...], b: tuple[Condition, ...]
) -> bool:
    """Whether it tells the sides apart as a whole, and not one point of a side from the next."""
    return not set(a) & set(b) and (len(a) == len(b) == 1 or name in SUBJECTS)


def _by_settings(points: Iterable[Point], keys: Sequence[str]) -> _BySettings:
    return by_key(points, lambda point: values_of(point, keys))


def _telling(
    shared: Sequence[tuple[Condition, ...]], keys: Sequence[str]
) -> list[str]:
    """The conditions needed to tell the pairs from each other: none that follows from those before
    it.
    """
    level_first = sorted(
        range(len(keys)), key=lambda place: keys[place] in SLOTS
    )
    columns = [*zip(*shared, strict=True)]
    return [
        keys[place] for place in sorted(telling_places(columns, level_first))
    ]


def _unfair(differences: Iterable[Difference], asked: str | None) -> list[str]:
    """What follows from the condition that is asked for, as the concurrency from its limit, is no
    surprise either.
    """
    expected = UNFAIR.get(asked) if asked and asked not in NEVER_FAIR else None
    reasons: dict[str, list[Retold]] = {}
    for difference in differences:
        if (
            difference.condition in UNFAIR
            and UNFAIR[difference.condition] != expected
        ):
            reasons.setdefault(UNFAIR[difference.condition], []).append(
                difference.told
            )
    return [
        Said("caution.unfair", {"why": Said(reason), "what": told})
        for reason, told in reasons.items()
    ]


def _plain(value: Condition, none: str = "none") -> str:
    return (
        none
        if value is None
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )

"""What a curve is called: by the conditions in which it differs from the others, cleaned of what no
legend can show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, count
from math import inf

from inferometer.analysis.currencies import in_several_currencies
from inferometer.grouping import by_key
from inferometer.results.point import Condition, Point
from inferometer.results.telling import telling_places
from inferometer.vocabulary import (
    CONDITIONS,
    DISTINGUISHING,
    HARDWARE,
    LEVELS,
    STUDY,
)
from inferometer.vocabulary import condition as known
from inferometer.words import Words

LONGEST = 34
"""Characters of a name in a legend; a tooltip shows all of it."""
PART_LENGTHS = (28, 22, 18, 15, 12, 10, 8, 6)
"""To which the parts of a long name are cut, as far as need be."""
SEPARATOR = " · "
Key = tuple[Condition, ...]
Members = dict[Key, list[Point]]
"""The points of each curve."""
_OWNER = re.compile(r"^[\w.-]+/(?=[^/]+$)")
"""Of a model on a hub."""
_SEPARATORS = re.compile(r"([\s_/]+)")
"""Of the words of a name; a hyphen is within one, as in llama-3.1-8b."""
_GAPS = re.compile(r"…(?:[\s_/·]+…)+")
MAX_LEFT_OUT = 16
"""Words that a name in a legend may lack."""
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")


def condition(point: Point, name: str) -> Condition:
    """A condition of a point; who measured counts as one."""
    return point.tool if name == "tool" else point.conditions.get(name)


def values_of(points: Iterable[Point], name: str) -> list[Condition]:
    """The condition of each point."""
    if name == "tool":
        return [point.tool for point in points]
    return [point.conditions.get(name) for point in points]


def key_of(point: Point, fields: Sequence[str]) -> Key:
    return tuple(condition(point, name) for name in fields)


def keys_of(points: Sequence[Point], fields: Sequence[str]) -> list[Key]:
    """`key_of` each point."""
    if not fields:
        return [()] * len(points)
    return list(zip(*(values_of(points, name) for name in fields), strict=True))


def grouped(points: Iterable[Point], fields: Sequence[str]) -> Members:
    """The points of each curve."""
    points = list(points)
    found: Members = {}
    for key, point in zip(keys_of(points, fields), points, strict=True):
        found.setdefault(key, []).append(point)
    return found


def distinguishing(
    points: Sequence[Point], *, without: Sequence[str] = ()
) -> tuple[str, ...]:
    """Conditions that tell the curves of these points apart: one after another, each if it tells
    more than those before.
    """
    return _distinguishing(tuple(points), tuple(without))


@lru_cache(maxsize=8)
def _distinguishing(
    points: tuple[Point, ...], without: tuple[str, ...]
) -> tuple[str, ...]:
    """All figures of a page ask for the same few."""
    if not in_several_currencies(points):
        without = (*without, "currency")
    there = {"tool"}.union(*(point.conditions for point in points))
    own = sorted(there - CONDITIONS.keys() - {"tool"})
    names = [
        name
        for name in (*DISTINGUISHING, *own)
        if name in there and name not in without
    ]
    found = _telling(points, names)
    if found and (None,) * len(found) in keys_of(points, found):
        found = _telling(points, _known_of_all_first(points, names))
    if "output_len" in without:
        return found
    return _with_both_lengths(found, points)


def _telling(points: Sequence[Point], names: Sequence[str]) -> tuple[str, ...]:
    columns = [values_of(points, name) for name in names]
    places = telling_places(columns, range(len(names)))
    return tuple(names[place] for place in places)


def _known_of_all_first(
    points: Sequence[Point], names: Sequence[str]
) -> list[str]:
    """For points of which some would have no name at all: what stands in each one's folder's name,
    then what else is known of all of them.
    """
    return sorted(
        names,
        key=lambda name: (
            None in values_of(points, name),
            name not in HARDWARE,
        ),
    )


def _with_both_lengths(
    fields: tuple[str, ...], points: Sequence[Point]
) -> tuple[str, ...]:
    """Where the input length tells curves apart and the output length changes with it, both."""
    lengths = {point.conditions.get("output_len") for point in points}
    if "input_len" not in fields or "output_len" in fields or len(lengths) < 2:
        return fields
    at = fields.index("input_len") + 1
    return (*fields[:at], "output_len", *fields[at:])


def natural(key: Key) -> tuple[tuple[int, float, str], ...]:
    """To sort keys by: numbers by size, also at the beginning of words, as in 7B and 14B."""
    return tuple(map(_natural, key))


def _natural(value: Condition) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (0, float(value), "")
    text = "" if value is None else str(value)
    number = _NUMBER.match(text)
    return (0, float(number[0]), text) if number else (1, 0.0, text)


def name_of(key: Key, fields: Sequence[str], words: Words) -> str:
    """The whole name of a curve, such as `C · 7B · TP2`; conditions that a point lacks are left
    out.
    """
    told = [
        _said(name, value, words)
        for name, value in zip(fields, key, strict=True)
        if value is not None
    ]
    return SEPARATOR.join(told)


def common_name(points: Sequence[Point], words: Words) -> str:
    """Of the only curve there is."""
    key = key_of(points[0], STUDY)
    return name_of(key, STUDY, words) or words.text("figure.all_points")


def names_of(
    keys: Iterable[Key],
    fields: Sequence[str],
    points: Sequence[Point],
    words: Words,
) -> dict[Key, str]:
    """What the curves of these points are called."""
    return {
        key: name_of(key, fields, words) or common_name(points, words)
        for key in keys
    }


def _are_legible(labels: Mapping[str, str]) -> bool:
    """Whether a legend can show them all, and they are unlike each other."""
    fit = all(len(label) <= LONGEST for label in labels.values())
    return fit and len(set(labels.values())) == len(labels)


def legend_names(names: Iterable[str]) -> dict[str, str]:
    """By whole name, the one that a legend shows: where it is long, without what all share, or its
    parts shortened in their middles, and still unlike the others.
    """
    names = list(dict.fromkeys(names))
    if short := _without_owners(names) or _without_shared_words(names):
        return short
    for longest in PART_LENGTHS:
        parted = {name: _parts_shortened(name, longest) for name in names}
        if _are_legible(parted):
            return parted
    unlike = _unlike(names)
    return {name: unlike[name] for name in names}


def _unlike(names: Sequence[str]) -> dict[str, str]:
    """Cut to what is around the first letter that differs, where they begin alike."""
    unlike: dict[str, str] = {}
    for label, those in by_key(names, shorten).items():
        letters = enumerate(zip(*those, strict=False))
        differ_at = next((at for at, own in letters if len({*own}) > 1), 0)
        for name in those:
            near = label if len(those) == 1 else _around(name, differ_at)
            unlike[name] = _untaken(near, set(unlike.values()))
    return unlike


def _around(name: str, place: int) -> str:
    """Its beginning, and what stands around this place."""
    begin = max(place - 4, 8)
    rest = name[begin:]
    room = LONGEST - 9
    return f"{name[:8]}…{rest if len(rest) <= room else rest[: room - 1] + '…'}"


def _untaken(label: str, taken: set[str]) -> str:
    numbered = (f"{label} ({number})" for number in count(2))
    return next(each for each in chain([label], numbered) if each not in taken)


def _without_owners(names: Sequence[str]) -> dict[str, str] | None:
    """`Llama-3.1-8B` for meta-llama/Llama-3.1-8B, where that is enough."""
    short = {
        name: SEPARATOR.join(
            _OWNER.sub("", part) for part in name.split(SEPARATOR)
        )
        if len(name) > LONGEST
        else name
        for name in names
    }
    return short if _are_legible(short) else None


def _shared_words(names: Iterable[str]) -> list[str]:
    """The longest first."""
    words = (set(_SEPARATORS.split(name)[::2]) for name in names)
    shared = {word for word in set.intersection(*words) if len(word) > 2}
    return sorted(shared, key=lambda word: (-len(word), word))


def _without_shared_words(names: Sequence[str]) -> dict[str, str] | None:
    """`2xR9700_x8_…_rocm7.1_…` where all have the same model and load: the longest words that all
    share are left out, as many as need be.
    """
    long = [name for name in names if len(name) > LONGEST]
    if len(long) < 2:
        return None
    in_order = _shared_words(long)
    for number in range(1, min(len(in_order), MAX_LEFT_OUT) + 1):
        left_out = set(in_order[:number])
        short = {
            name: _left_out(name, left_out) if len(name) > LONGEST else name
            for name in names
        }
        if _are_legible(short):
            return short
    return None


def _left_out(name: str, words: set[str]) -> str:
    parts = _SEPARATORS.split(name)
    kept = "".join("…" if part in words else part for part in parts)
    return _GAPS.sub("…", kept)


def _parts_shortened(name: str, longest: int) -> str:
    if len(name) <= LONGEST:
        return name
    return SEPARATOR.join(
        shorten(part, longest) for part in name.split(SEPARATOR)
    )


def shorten(name: str, longest: int = LONGEST) -> str:
    """What is left out is in the middle, because names of models tell most at their ends."""
    if len(name) <= longest:
        return name
    front = (longest - 1) // 2
    return f"{name[:front]}…{name[-(longest - 1 - front) :]}"


def clean(text: str) -> str:
    """On one line and of characters that can be seen: results may say anything."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def _said(name: str, value: Condition, words: Words) -> str:
    """A condition's value as a name shows it: some speak for themselves."""
    info = known(name)
    if info.says_what_it_is or name == "tool":
        return clean(str(value))
    if info.unit == "tokens" and isinstance(value, int | float):
        return words.text(f"figure.name.{name}", value=short_tokens(value))
    if words.find(f"figure.name.{name}"):
        return words.text(f"figure.name.{name}", value=clean(str(value)))
    if name == "cache" and value in ("cold", "warm"):
        return words.text(f"figure.cache.{value}")
    return f"{words.condition(name)} {clean(str(value))}"


def short_tokens(tokens: float) -> str:
    """A length in tokens as people write it: 1K for 1024; else the number."""
    whole = int(tokens)
    return (
        f"{whole // 1024}K"
        if whole >= 1024 and whole % 1024 == 0
        else f"{whole}"
    )


def level_of(point: Point, x: str) -> float | None:
    """The condition as a number to draw it at; None where there is none, or it is infinite."""
    value = point.conditions.get(x)
    if value is None or isinstance(value, bool | str):
        return None
    return float(value) if 0 <= value < inf else None


def usual_level(points: Sequence[Point]) -> str:
    """That of LEVELS that most points have."""
    return _usual_level(tuple(points))


@lru_cache(maxsize=2)
def _usual_level(points: tuple[Point, ...]) -> str:
    return max(
        LEVELS,
        key=lambda name: sum(
            level_of(each, name) is not None for each in points
        ),
    )

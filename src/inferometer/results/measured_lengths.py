"""Prompt and output lengths of files that do not say what was asked: measured means, one for files
that belong together.

A client that cuts random text to length misses it by a token now and then, so the means of one test
differ a little from file to file, and a curve over them would fall to pieces. Means that are close
are therefore taken as one length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inferometer.grouping import by_key
from inferometer.results.point import Point, ordered
from inferometer.words import Said

CLOSE_SHARE = 0.005
CLOSE_TOKENS = 4.0
"""Means are close that differ by no more than the larger of these: a share of the smaller one, and
tokens.
"""

NAMES = ("input_len", "output_len")

Place = tuple[Path, str, object]
"""A folder, a tool and a model: what files of one test have in common."""


@dataclass(frozen=True, slots=True)
class MeasuredLength:
    """Tokens of all requests of a point, and how many those are."""

    tokens: float
    requests: float

    @property
    def mean(self) -> float:
        return self.tokens / self.requests


Lengths = Mapping[str, MeasuredLength]
"""By condition, input_len or output_len."""


def with_lengths(point: Point, lengths: Lengths) -> Point:
    """The point with these lengths, rounded, and a sentence for each."""
    conditions = {
        **point.conditions,
        **{name: round(each.mean) for name, each in lengths.items()},
    }
    told = (
        Said(f"note.{name}", {"tokens": each.mean})
        for name, each in lengths.items()
    )
    return replace(
        point,
        conditions=ordered(conditions),
        notes=(*told, *point.notes),
    )


def _place(point: Point) -> Place:
    model = point.conditions.get("model_id")
    return point.source.parent, point.tool, model


def common_lengths(points: Sequence[tuple[Point, Lengths]]) -> list[Lengths]:
    """The lengths of each point, taken together with all that are close to them in the same
    place.
    """
    found: list[dict[str, MeasuredLength]] = [{} for _ in points]
    for name in NAMES:
        own = {
            index: lengths[name]
            for index, (_, lengths) in enumerate(points)
            if name in lengths
        }
        places = by_key(own, lambda index: _place(points[index][0]))
        for indices in places.values():
            for group in _close(indices, own):
                together = _together([own[index] for index in group])
                for index in group:
                    found[index][name] = together
    return list(found)


def _together(lengths: Sequence[MeasuredLength]) -> MeasuredLength:
    return MeasuredLength(
        sum(each.tokens for each in lengths),
        sum(each.requests for each in lengths),
    )


def _close(
    indices: Sequence[int], own: Mapping[int, MeasuredLength]
) -> Iterator[list[int]]:
    """Those whose means are close to the least of their group."""
    group: list[int] = []
    for index in sorted(indices, key=lambda each: own[each].mean):
        if group and own[index].mean - own[group[0]].mean > max(
            CLOSE_TOKENS, CLOSE_SHARE * own[group[0]].mean
        ):
            yield group
            group = []
        group.append(index)
    if group:
        yield group

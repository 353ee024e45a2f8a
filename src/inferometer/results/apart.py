"""What keeps deployments apart that no condition tells apart: all that servers say of themselves,
and the words of folders, files and tags.

Both are looked at over all points together, since hundreds of settings and every file have words of
their own: a setting becomes a condition where points differ in it, and names become `origin` where
points are alike in all that is known of what was measured. Of a name, the date, the number of the
run and the load are left out: files that differ in nothing else are repeats, or steps of one curve.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from inferometer.grouping import by_key
from inferometer.results.file_name import bare, conditions_in, tokens
from inferometer.results.point import Condition, Point, ordered
from inferometer.vocabulary import CONDITIONS, condition, of_role

ORIGIN = "origin"

LOAD_WORDS = (
    "n|np|num|prompts|reqs?|requests?|c|cc|mc|conc|concurrency|maxconc|users?|vus?|streams"
    "|parallel|bs|batch|r|qps|rps|rate|isl|osl|in|out|io|il|ol|input|output|inputlen|outputlen"
    "|len|prompt"
)
RUN_WORDS = (
    "run|rep|repeat|trial|iter|iteration|attempt|try|seed|sample|take|round"
    "|pass|r|copy|part|result"
)
"""What stands before a number that says the load, or which of several runs this is."""
_DATE = re.compile(
    r"(?<!\d)(?:20\d{6}(?:[-_T]?\d{4,6}Z?)?"
    r"|20\d\d-\d\d-\d\d(?:[-_T ]\d\d[-:_.]?\d\d(?:[-:_.]?\d\d)?)?"
    r"|1\d{9}(?:\d{3})?)(?!\d)"
)
_RUN = re.compile(
    rf"(?<![a-z0-9])(?:{RUN_WORDS})[-_=# ]?\d{{1,3}}(?![a-z0-9.])",
    re.IGNORECASE,
)
_NUMBER = r"(\d+(?:\.\d+)?k?|inf)(?:x(\d+k?))?"
_LOADS = (
    re.compile(
        rf"(?<![a-z0-9.])(?:{LOAD_WORDS})[-_=]?{_NUMBER}(?![a-z0-9]|\.\d)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![a-z0-9.]){_NUMBER}(?:{LOAD_WORDS})(?![a-z0-9])", re.IGNORECASE
    ),
)
_LAST_NUMBER = re.compile(r"[-_ (#]+\d{1,3}\)?$", re.IGNORECASE)
_LAST_OF_WHAT = re.compile(
    r"(?:^|[-_ ])(?:nodes?|gpus?|cards?|tp|dp|pp|ep|v|version|workers?|replicas?|lanes)$",
    re.IGNORECASE,
)
"""A number after one of these is no run's."""
_EMPTY = re.compile(r"[-_=. ,()#]+")

LENGTHS_ALIKE = 0.02
"""A name may say 1024 where 1023 were measured."""

LOADS = of_role("load")
LENGTHS = tuple(
    name for name, each in CONDITIONS.items() if each.unit == "tokens"
)

Identity = tuple[tuple[str, Condition], ...]
Setting = tuple[str, str]
"""Of which tool, and its name."""


def told_apart(points: Sequence[Point]) -> list[Point]:
    """The points, in their order, each with the conditions that keep it apart from the others."""
    differing = _differing_settings(points)
    with_settings = [_with_settings(point, differing) for point in points]
    groups = by_key(
        (n for n, each in enumerate(points) if each.tool != "inferometer"),
        lambda n: (points[n].tool, _identity(with_settings[n])),
    )
    found = list(with_settings)
    for places in groups.values():
        group = [with_settings[place] for place in places]
        for place, origin in zip(places, _origins(group), strict=True):
            found[place] = _with_origin(with_settings[place], origin)
    return found


def _differing_settings(points: Iterable[Point]) -> set[Setting]:
    """Those that have several values among the points of one tool, or that only some have of those
    whose tool and engine are of one version: unset is a value there.
    """
    values: dict[Setting, set[Condition]] = {}
    versions: dict[tuple[Condition, ...], list[Point]] = {}
    seen: set[int] = set()
    for point in points:
        if point.settings and id(point.settings) not in seen:
            seen.add(id(point.settings))
            versions.setdefault(_version(point), []).append(point)
            for name, value in point.settings.items():
                values.setdefault((point.tool, name), set()).add(value)
    found = {setting for setting, told in values.items() if len(told) > 1}
    for (tool, *_), alike in versions.items():
        every = set.intersection(*(set(each.settings) for each in alike))
        some = set().union(*(each.settings for each in alike)) - every
        found |= {(str(tool), name) for name in some}
    return found


def _version(point: Point) -> tuple[Condition, ...]:
    return (point.tool, *point.told(("tool_version", "engine_version")))


def _with_settings(point: Point, differing: set[Setting]) -> Point:
    """What the file itself tells of a condition counts more, and both are kept."""
    known = point.conditions
    told = {
        f"file_{name}" if name in known else name: value
        for name, value in point.settings.items()
        if (point.tool, name) in differing and known.get(name) != value
    }
    return (
        replace(point, conditions=ordered({**point.conditions, **told}))
        if told
        else point
    )


def _identity(point: Point) -> Identity:
    return tuple(
        (name, value)
        for name, value in point.conditions.items()
        if name != ORIGIN and condition(name).role in ("identity", "subject")
    )


def _with_origin(point: Point, origin: str | None) -> Point:
    if point.conditions.get(ORIGIN) == origin:
        return point
    return replace(
        point, conditions=ordered({**point.conditions, ORIGIN: origin})
    )


def _origins(group: Sequence[Point]) -> list[str | None]:
    """One a point, None where all of them are of one origin.

    Names that differ in numbers alone may be steps of a load that no key tells: they are one,
    unless two of them were measured under the same load.
    """
    if (
        len({(point.source, point.conditions.get("tag")) for point in group})
        == 1
    ):
        return [None] * len(group)
    names = _names(group)
    alike: dict[str, dict[tuple[Condition, ...], set[str]]] = {}
    for name, point in zip(names, group, strict=True):
        by_load = alike.setdefault(_skeleton(name), {})
        by_load.setdefault(point.told(LOADS), set()).add(name)
    steps = {
        skeleton: set().union(*by_load.values())
        for skeleton, by_load in alike.items()
        if all(len(there) == 1 for there in by_load.values())
    }
    found = [
        _skeleton(name).replace("#", "")
        if len(steps.get(_skeleton(name), ())) > 1
        else name
        for name in names
    ]
    found = _by_what_shows_settings(found, group)
    if len(set(found)) == 1:
        return [None] * len(group)
    return [
        each or point.source.stem
        for each, point in zip(found, group, strict=True)
    ]


def _by_what_shows_settings(
    names: Sequence[str], group: Sequence[Point]
) -> list[str]:
    """Where files of one name show settings or none at all, the first file of either kind names it:
    nobody knows whether the settings were the same.
    """
    kinds = [
        (name, bool(point.settings))
        for name, point in zip(names, group, strict=True)
    ]
    of_kind: dict[tuple[str, bool], str] = {}
    for kind, point in zip(kinds, group, strict=True):
        of_kind.setdefault(kind, point.source.name)
    return [
        of_kind[kind] if (kind[0], not kind[1]) in of_kind else kind[0]
        for kind in kinds
    ]


def _skeleton(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _names(group: Sequence[Point]) -> list[str]:
    """The folders below the one that all have in common, the file and the tag of each, without what
    is of one run.
    """
    shared = _shared({point.source.parent for point in group})
    told = []
    for point in group:
        path = point.source
        stem = bare(path.name)
        inside = [
            _of_the_deployment(each, point)
            for each in path.parent.parts[shared:]
        ]
        own = (
            ""
            if conditions_in(stem)
            else _without_run(_of_the_deployment(stem, point))
        )
        tag = _without_run(
            _of_the_deployment(str(point.conditions.get("tag", "")), point)
        )
        told.append("/".join(dict.fromkeys(filter(None, (*inside, own, tag)))))
    return told


def _shared(folders: set[Path]) -> int:
    """How many parts of their paths folders have in common."""
    parts = [folder.parts for folder in folders]
    return next(
        (
            at
            for at, each in enumerate(zip(*parts, strict=False))
            if len(set(each)) > 1
        ),
        min(map(len, parts)),
    )


def _of_the_deployment(name: str, point: Point) -> str:
    """A name without its date, the number of the run, and what only says the load."""
    rest = (
        _RUN.sub("", _DATE.sub("", name))
        if any(map(str.isdigit, name))
        else name
    )
    known = _loads(point.conditions)
    for pattern in _LOADS:
        rest = pattern.sub(
            lambda said: "" if _says_load(said, known) else said.group(), rest
        )
    return _EMPTY.sub(lambda gap: gap.group()[0], rest).strip("-_=. ,()#")


def _without_run(stem: str) -> str:
    """`result` for result_2; but `nodes_2` is something else than nodes_4."""
    number = _LAST_NUMBER.search(stem)
    if number is None:
        return "" if stem.isdecimal() else stem
    rest = stem[: number.start()]
    return stem if _LAST_OF_WHAT.search(rest) else rest


def _loads(conditions: Mapping[str, Condition]) -> list[float]:
    told = [conditions.get(name) for name in (*LOADS, *LENGTHS)]
    return [float(each) for each in told if isinstance(each, int | float)]


def _says_load(found: re.Match[str], known: Sequence[float]) -> bool:
    numbers = [each for each in found.groups() if each is not None]
    return all(_is_known(each.lower(), known) for each in numbers)


def _is_known(number: str, known: Sequence[float]) -> bool:
    if number == "inf":
        return True
    value = (
        float(tokens(number))
        if number.endswith("k") and "." not in number
        else None
    )
    value = float(number.rstrip("k")) if value is None else value
    return any(abs(each - value) <= LENGTHS_ALIKE * value for each in known)

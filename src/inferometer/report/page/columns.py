"""Points as the columns that the page's explorer reads: dictionary-coded conditions, metrics as
arrays with null for a gap.

Text comes from files of strangers: it is cut, and what no page can hold is replaced; escaping it is
the business of who writes the page. Knows no HTML.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from inferometer.analysis.currencies import in_several_currencies
from inferometer.report.answers.answer import capitalized
from inferometer.report.naming import (
    SEPARATOR,
    Key,
    distinguishing,
    keys_of,
    name_of,
    natural,
)
from inferometer.report.page.packing import rounded_all
from inferometer.report.sentences import reasons_of
from inferometer.results import Condition, Point
from inferometer.results.point import Range, condition_names
from inferometer.store.campaign.sound import HIDDEN
from inferometer.vocabulary import (
    LEVELS,
    LOADS,
    METRICS,
    Metric,
    condition,
    metric,
)
from inferometer.words import Words

LONGEST_TEXT = 300
NO_ENDS = (None, None)
OURS = ("series", "status", "source", "folder")
"""Columns of the page alone, beside those of CONDITIONS."""
TOTALS = ("completed", "failed", "energy", "energy_above_idle", "host_energy")
"""Of a run, the more the longer it was: no configuration is better for them."""

Cell = str | int | float | None
Places = tuple[tuple[int, float, str], ...]
Order = Callable[[str | int | float], Places]


def columnar(
    points: Sequence[Point], paths: Sequence[Path], words: Words
) -> dict[str, Any]:
    """`conditions`, `metrics` and `points` as assets/points.js reads them."""
    table = condition_table(points, paths, words)
    fields = distinguishing(points)
    telling = {"series", "status", "source", *LOADS, *fields}
    by = {"series": _by_key(table["series"], keys_of(points, fields))}
    conditions = [
        {
            **_condition(name, cells, words, by.get(name, _in_parts)),
            "telling": name in telling,
        }
        for name, cells in table.items()
    ]
    if not in_several_currencies(points):
        for each in conditions:
            if each["name"] == "currency":
                each["role"] = "incidental"
    _mark_aliases(conditions)
    return {
        "conditions": conditions,
        "metrics": [_metric(each, points, words) for each in measured(points)],
        "points": {
            "ids": [clean(point.id) for point in points],
            "status": [point.status for point in points],
            "samples": _samples(points),
            **_reasons(points, words.language),
        },
    }


def _reasons(points: Sequence[Point], language: str) -> dict[str, Any]:
    """Each sentence once, and by its place among them what is said of each point."""
    sentences: dict[str, int] = {}
    reasons = [
        [
            sentences.setdefault(clean(reason.text), len(sentences))
            for reason in reasons_of(point, language)
        ]
        or None
        for point in points
    ]
    return {"reasons": reasons, "sentences": list(sentences)}


def condition_table(
    points: Sequence[Point], paths: Sequence[Path], words: Words
) -> dict[str, list[Cell]]:
    """Every condition that any point has, as a column of cells: those of CONDITIONS, and series,
    tool, source, folder and status.
    """
    names = [
        name
        for name in condition_names(points)
        if any(point.conditions.get(name) is not None for point in points)
    ]
    table: dict[str, list[Cell]] = {
        name: [_cell(point.conditions.get(name)) for point in points]
        for name in names
    }
    if "cache" in table:
        table["cache"] = [_cache(cell, words) for cell in table["cache"]]
    table["tool"] = [clean(point.tool) for point in points]
    if len(paths) > 1:
        table["source"] = [*_sources(points, paths)]
    folders = folders_of(points)
    if len(set(folders)) > 1:
        table["folder"] = [*folders]
    if any(point.status for point in points):
        table["status"] = [point.status for point in points]
    return {"series": list(series_of(points, paths, words)), **table}


def series_of(
    points: Sequence[Point], paths: Sequence[Path], words: Words
) -> list[str]:
    """The name of each point's series, as figures name it (`C · 7B · TP1`), after its source where
    that tells more apart.
    """
    fields = distinguishing(points)
    keys = keys_of(points, fields)
    spelled = {key: clean(name_of(key, fields, words)) for key in set(keys)}
    names = [spelled[key] for key in keys]
    sources = _sources(points, paths)
    if len(set(zip(keys, sources, strict=True))) == len(spelled):
        return [
            name or (source if source and len(spelled) > 1 else "–")
            for name, source in zip(names, sources, strict=True)
        ]
    return [
        " · ".join(filter(None, (source, name))) or "–"
        for source, name in zip(sources, names, strict=True)
    ]


def measured(points: Sequence[Point]) -> list[Metric]:
    """The metrics that any point has, in the order of a table; percentiles that METRICS does not
    list come last.
    """
    names: set[str] = set().union(*(point.values for point in points))
    others = sorted(name for name in names - METRICS.keys())
    return [
        found
        for name in (*(n for n in METRICS if n in names), *others)
        if (found := metric(name)) is not None
    ]


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text that a page can hold: no half characters, no control characters, no end that is miles
    away.
    """
    held = text[: longest + 1]
    if not held.isascii():
        held = held.encode("utf-8", "replace").decode()
    if not held.isprintable():
        held = "".join(c if c.isprintable() else " " for c in held)
    return held if len(held) <= longest else held[:longest] + "…"


def _cell(value: Condition) -> Cell:
    """As JSON has it: infinity is the word `inf`, as in files, and a truth value is a word, no
    number.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return value if math.isfinite(value) else "inf" if value > 0 else None
    return clean(value) or None if isinstance(value, str) else value


def _cache(cell: Cell, words: Words) -> Cell:
    return (cell and words.find(f"figure.cache.{cell}")) or cell


def _called(paths: Sequence[Path]) -> dict[Path, str]:
    """Each path's name, or all of it where names are the same."""
    alike = Counter(path.name for path in paths)
    return {
        path: clean(
            path.name if path.name and alike[path.name] == 1 else str(path)
        )
        for path in paths
    }


def _sources(
    points: Sequence[Point], paths: Sequence[Path]
) -> list[str | None]:
    """The path, of those asked for, under which each point lies, as it is called."""
    called = _called(paths)
    place = {path: number for number, path in enumerate(called)}
    names = [*called.values(), None]

    @cache
    def first(path: Path) -> int:
        own = place.get(path, len(place))
        return own if path == path.parent else min(own, first(path.parent))

    return [names[first(point.source)] for point in points]


def folders_of(points: Sequence[Point]) -> list[str]:
    """The folder that each result lies in, below the one that all of them have in common."""
    parents = [point.source.parent for point in points]
    whole = {parent: _experiment(parent.absolute()) for parent in set(parents)}
    shared = Path(os.path.commonpath(whole.values())) if whole else Path()
    below = {
        parent: clean(each.relative_to(shared).as_posix())
        for parent, each in whole.items()
    }
    return [below[parent] for parent in parents]


def _experiment(folder: Path) -> Path:
    """The folder as people know it: a campaign keeps its runs in a folder of its own."""
    campaign, hidden = folder.parent, folder.parent.parent
    if folder.name != "runs" or hidden.name != HIDDEN:
        return folder
    return hidden.parent / campaign.name


def _are_numbers(values: Sequence[Cell]) -> bool:
    """Whether all are, but for `inf`, which alone is a word."""
    texts = [value for value in values if isinstance(value, str)]
    return len(texts) < len(values) and all(text == "inf" for text in texts)


def _condition(
    name: str, cells: Sequence[Cell], words: Words, by: Order
) -> dict[str, Any]:
    """Coded by place among its values."""
    values = sorted(dict.fromkeys(c for c in cells if c is not None), key=by)
    code = {value: n for n, value in enumerate(values)}
    return {
        "name": name,
        "label": capitalized(
            words.find(f"page.condition.{name}", f"condition.{name}")
        )
        or name,
        "role": _role(name, values),
        "numeric": _are_numbers(values),
        "varies": len(set(cells)) > 1,
        "alias": False,
        "values": values,
        "codes": [-1 if cell is None else code[cell] for cell in cells],
    }


def _by_key(names: Sequence[Cell], keys: Sequence[Key]) -> Order:
    """To sort series by their conditions, as figures do, so that 512 tokens come before 1K there
    too; by their names where several have the same conditions.
    """
    key_of = dict(zip(names, keys, strict=True))
    if len(key_of) > len(set(keys)):
        return _in_parts
    return lambda name: natural(key_of[name])


def _in_parts(value: str | int | float) -> Places:
    """To sort by: numbers by size, also at the beginning of words and of the parts of names."""
    return natural(
        tuple(value.split(SEPARATOR)) if isinstance(value, str) else (value,)
    )


def _role(name: str, values: Sequence[Cell]) -> str:
    """How the explorer treats it: along a load it draws lines, which join points that differ in
    what is incidental.
    """
    if name in LOADS:
        return "load"
    if name in ("series", "status", "folder"):
        return "incidental"
    return "identity" if condition(name).parts_curves else "incidental"


TELLING = {
    name: place
    for place, name in enumerate(("series", *LEVELS, "model", "tp", "config"))
}
"""Conditions by how much they tell, the most telling first."""
NO_ALIAS = ("status", "folder", "config", "model")


def _mark_aliases(conditions: Sequence[dict[str, Any]]) -> None:
    """Note which conditions say the same of these points as a more telling one does, as a model's
    full name does.
    """
    seen: set[tuple[int, ...]] = set()
    for each in sorted(
        conditions, key=lambda one: TELLING.get(one["name"], len(TELLING))
    ):
        renumbered: dict[int, int] = {}
        pattern = tuple(
            renumbered.setdefault(code, len(renumbered))
            for code in each["codes"]
        )
        each["alias"] = pattern in seen and each["name"] not in NO_ALIAS
        if each["name"] != "series":
            seen.add(pattern)


def _label(name: str, words: Words) -> str:
    """A percentile begins with a small letter."""
    label = words.metric(name)
    return label if name.startswith("p") else capitalized(label)


def _metric(
    described: Metric, points: Sequence[Point], words: Words
) -> dict[str, Any]:
    name = described.name
    return {
        "name": name,
        "label": _label(name, words),
        "unit": described.unit,
        "better": described.better,
        "ranks": described.better != "neither" and name not in TOTALS,
        "data": rounded_all([point.values.get(name) for point in points]),
        **_intervals([point.shown_intervals.get(name) for point in points]),
    }


def _intervals(found: Sequence[Range | None]) -> dict[str, Any]:
    known = [each for each in found if each]
    if not known:
        return {}
    ends = [(each.low, each.high) if each else NO_ENDS for each in found]
    low, high = map(rounded_all, zip(*ends, strict=True))
    return {"low": low, "high": high, "confidence": known[0].confidence}


def _samples(points: Sequence[Point]) -> dict[str, list[int | None]]:
    latencies = sorted(
        {latency for point in points for latency in point.samples}
    )
    return {
        latency: [point.samples.get(latency) for point in points]
        for latency in latencies
    }

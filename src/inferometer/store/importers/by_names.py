"""Rows of figures that no known tool wrote, as JSON, JSON lines or CSV, read by the names that they
have.

Only figures whose names leave no doubt are taken (`names_of_figures`); others are left out, and so
are two of one name that contradict each other. What else stands in a row is a condition, since
nobody knows what it is: two rows that differ in it are never taken for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from inferometer.store.importers.declared import (
    MAX_DIGITS,
    declared,
    digits_of,
)
from inferometer.store.importers.imported_run import (
    MAX_NAMED,
    Figures,
    ImportedRun,
    UnknownResultError,
    noted_of_rows,
)
from inferometer.store.importers.names_of_figures import (
    PEAK,
    Path,
    are_of_a_run,
    asked,
    is_measured,
    look_like_a_run,
    meaning,
    plain,
)
from inferometer.store.importers.reading import figure, is_endless, iso_date
from inferometer.store.importers.text import (
    Table,
    head_of,
    names_beside,
    table_in,
)
from inferometer.store.importers.vllm import date_of
from inferometer.store.json_values import Object, text
from inferometer.vocabulary import NAMES_OF_ROWS, condition_noted_as
from inferometer.words import Said, first_few

TOOL = "unknown"

MAX_DEPTH = 3
MAX_COLUMNS = 1000
MAX_NAME = 80
AROUND = "around"
"""What stands around a row, as a key of it."""
CLOSE = 0.01
SAME = 1e-6
"""Of a value that is told in two units."""

NOTHING = frozenset(
    {
        *("-", "--", "—", "–", "/", "n/a", "#n/a", "na", "nan", "null"),
        *("none", "#div/0!", "#value!", "#ref!", "?", "无", "無"),
    }
)
"""What people and spreadsheets write where there is nothing."""
NUMBERS = ("", "no")
"""Names of a column that numbers the rows: `#`, `No.`."""
SUMS = frozenset(
    {
        *("total", "totals", "grand total", "subtotal", "sum", "overall"),
        *("average", "avg", "mean", "median", "min", "max", "std", "stdev"),
        *("count", "25%", "50%", "75%", "geomean", "合计", "合計", "总计"),
        *("總計", "小计", "小計", "平均", "平均值", "最大值", "最小值"),
        *("中位数", "中位數", "标准差", "標準差"),
    }
)
"""What rows begin with that sum up others."""


class DoubtfulNamesError(UnknownResultError):
    """It looks like figures of runs, whose names do not say enough."""


@dataclass(slots=True)
class _Told:
    """What the names in a row say of it, each name with what it tells."""

    metrics: dict[str, dict[Path, float]] = field(default_factory=dict)
    load: dict[str, dict[Path, float]] = field(default_factory=dict)
    peak: float | None = None
    others: list[str] = field(default_factory=list)
    """Figures that are not taken."""
    taken: set[Path] = field(default_factory=set)
    """What is no condition."""


def is_row(result: Object) -> bool:
    """Whether an object has figures under names that say what they are."""
    return are_of_a_run(_numbers_in(result))


def is_table(text: str) -> bool:
    return _has_names(head_of(text)) or _has_names(names_beside(text))


def _has_names(names: Iterable[str]) -> bool:
    return are_of_a_run([(name,) for name in names])


def require_no_doubt(content: Object | str, path: FilePath) -> None:
    """Raises DoubtfulNamesError for what looks like figures of runs, and says too little."""
    paths = (
        [(name,) for name in head_of(content)]
        if isinstance(content, str)
        else _numbers_in(content)
    )
    if not look_like_a_run(paths):
        return
    unclear = [
        " ".join(each)
        for each in paths
        if is_measured(each) and not meaning(each)
    ]
    key = "unread.in_doubt" if unclear else "unread.no_throughput"
    why = Said(key, {"names": first_few(unclear, MAX_NAMED)})
    raise DoubtfulNamesError(Said("unread", {"path": path, "why": why}))


def read_row(
    result: Object,
    path: FilePath,
    around: Object | None = None,
    name: str | None = None,
) -> ImportedRun:
    """`around`: what the object that it is in notes; figures there are not of this row."""
    noted = {} if around is None else {AROUND: around}
    return _run({**_scalars(result), **_scalars(noted)}, path, name)


def read_table(text: str, path: FilePath) -> list[ImportedRun]:
    """A run a row that has figures, or a column where the names stand in the first one."""
    table = table_in(text)
    table = table if _has_names(table.head) else table.turned()
    runs: list[ImportedRun] = []
    left: dict[str, list[int]] = {}
    for number, row in table.rows:
        run = _run(_typed(table.named(row)), path, f"row {number}")
        if why := _why_no_run(table, row, run):
            left.setdefault(why, []).append(number)
        else:
            runs.append(run)
    return noted_of_rows(runs, table, left)


def _why_no_run(table: Table, row: list[str], run: ImportedRun) -> str | None:
    """By the ending of the sentence that says it."""
    first = next(filter(None, row))
    if first.casefold().rstrip(":：") in SUMS:
        return "sums"
    if not run.metrics:
        return "empty"
    is_unnamed = any(
        not cell and any(other[place : place + 1] for _, other in table.rows)
        for place, cell in enumerate(row)
        if condition_noted_as(_english(table.head[place])) in NAMES_OF_ROWS
    )
    return "unnamed" if is_unnamed else None


def _scalars(value: Object) -> Object:
    """Without lists of objects, which are other rows or single requests."""
    return {
        key: _scalars(each) if isinstance(each, dict) else each
        for key, each in value.items()
        if not (
            isinstance(each, list) and isinstance(next(iter(each), 0), dict)
        )
    }


def _typed(row: Mapping[str, str]) -> Object:
    """Numbers that were measured as JSON has them; others stay as they are written, as versions
    are numbers too.
    """
    return {
        name: figure(word) if _is_long(word) else word
        for name, word in row.items()
    }


def _is_long(word: str) -> bool:
    value = figure(word) if "." in word else None
    return value is not None and digits_of(value) > MAX_DIGITS


def _numbers_in(result: Object) -> list[Path]:
    return [
        path
        for path, value in _flat(result)
        if figure(value) is not None or is_endless(value)
    ]


def _run(result: Object, path: FilePath, name: str | None) -> ImportedRun:
    row = _told_by(result)
    metrics, contradictory = _agreeing(row.metrics)
    load, unsure = _agreeing(row.load)
    if row.peak is not None and not {"max_concurrency", "request_rate"} & {
        *row.load
    }:
        load["max_concurrency"] = row.peak
    metrics |= _duration(result, metrics)
    conditions = declared(_without(result, row.taken - {*unsure}))
    model = conditions.get("model") or text(result.get("model_id"))
    conditions.pop("model_id", None)
    return ImportedRun(
        path=path,
        tool=TOOL,
        model=str(model) if model else None,
        load=load,
        metrics=metrics,
        conditions=conditions,
        date=date_of(result) or iso_date(conditions.get("date")),
        name=name,
        notes=_notes(row.others, [*contradictory, *unsure]),
    )


def _told_by(result: Object) -> _Told:
    row = _Told()
    for path, value in _flat(result):
        if _tells(row, path, value):
            row.taken.add(path)
    return row


def _tells(row: _Told, whole: Path, value: object) -> bool:
    """Keep in `row` what a name tells; false of a condition, which is kept elsewhere."""
    is_around = whole[0] == AROUND and len(whole) > 1
    path = whole[1:] if is_around else whole
    known = meaning(path)
    if is_around and (known or is_measured(path)):
        return True
    if known is not None:
        ours, scale = known
        _tell(row.metrics, ours, whole, figure(value), scale)
    elif (level := asked(path)) is not None:
        if not (is_around and level in row.load):
            _tell(row.load, level, whole, _level(level, value))
    elif plain(path[-1]) == PEAK:
        row.peak = figure(value)
    elif is_measured(path) and _looks_measured(value):
        row.others.append(" ".join(path))
    else:
        return False
    return True


def _tell(
    told: dict[str, dict[Path, float]],
    name: str,
    path: Path,
    value: float | None,
    scale: float = 1.0,
) -> None:
    if value is not None:
        told.setdefault(name, {})[path] = value * scale


def _agreeing(
    told: Mapping[str, Mapping[Path, float]],
) -> tuple[Figures, list[Path]]:
    """What is told in one way, and who tells the rest."""
    found: Figures = {}
    contradictory: list[Path] = []
    for name, each in told.items():
        first, *others = each.values()
        if all(first == one or _is_near(first, one, SAME) for one in others):
            found[name] = first
        else:
            contradictory += each
    return found, contradictory


def _is_near(one: float, other: float, share: float) -> bool:
    return abs(one - other) <= share * abs(other)


def _duration(result: Object, metrics: Mapping[str, float]) -> Figures:
    """Without a unit it is in seconds where it agrees with what else is told."""
    told = figure(result.get("duration"))
    completed, rate = (
        metrics.get(name) for name in ("completed", "request_throughput")
    )
    if not (told and completed and rate) or "duration" in metrics:
        return {}
    is_s = _is_near(completed / told, rate, CLOSE)
    return {"duration": told} if is_s else {}


def _without(source: Object, taken: Set[Path], above: Path = ()) -> Object:
    """The conditions, by English names."""
    return {
        _english(key): _without(value, taken, (*above, key))
        if isinstance(value, dict)
        else value
        for key, value in source.items()
        if (*above, key) not in taken
        and not _is_nothing(value)
        and plain(key) not in NUMBERS
    }


def _english(key: str) -> str:
    return key if key.isascii() else plain(key).replace(" ", "_")


def _is_nothing(value: object) -> bool:
    return isinstance(value, str) and value.strip().casefold() in NOTHING


def _notes(others: list[str], contradictory: list[Path]) -> tuple[Said, ...]:
    twice = [" ".join(path) for path in contradictory]
    told = {"note.not_taken": others, "note.told_twice": twice}
    return (
        Said("note.by_names"),
        *(
            Said(key, {"names": first_few(names, MAX_NAMED)})
            for key, names in told.items()
            if names
        ),
    )


def _flat(source: object, above: Path = ()) -> Iterator[tuple[Path, object]]:
    """Scalars with the keys that lead to them."""
    if not isinstance(source, dict) or len(above) > MAX_DEPTH:
        return
    for key, value in list(source.items())[:MAX_COLUMNS]:
        if not isinstance(key, str) or not 0 < len(key) <= MAX_NAME:
            continue
        path = (*above, key)
        if isinstance(value, dict):
            yield from _flat(value, path)
        elif isinstance(value, str | int | float):
            yield path, value


def _looks_measured(value: object) -> bool:
    """A number, also with a unit behind it."""
    return (
        not isinstance(value, str)
        or figure(value) is not None
        or value[:1].isdigit()
    )


def _level(name: str, value: object) -> float | None:
    if name == "request_rate" and is_endless(value):
        return float("inf")
    return figure(value)

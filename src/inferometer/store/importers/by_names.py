"""Rows of figures that no known tool wrote, as JSON, JSON lines or CSV, read by the names that they
have.

Only names that say beyond doubt what was measured, and in which unit, are taken: `p99_ttft_ms`,
`Mean TTFT (s)`, `Output throughput (tok/s)`, and those of `vllm bench serve`. What else stands in
a row is a condition, since nobody knows what it is; figures without a unit are left out. A row
needs a throughput, and what was asked for or counted: targets have no such pair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    Declared,
    ImportedRun,
    noted_cut,
)
from inferometer.store.importers.reading import figure, is_endless, iso_date
from inferometer.store.importers.text import (
    lines_of,
    rows_of,
    whole_rows,
)
from inferometer.store.importers.vllm import date_of
from inferometer.store.json_values import Object, text
from inferometer.vocabulary import ONE_A_REQUEST, metrics_in, statistic_of
from inferometer.words import Said

TOOL = "unknown"

MAX_DEPTH = 3
MAX_COLUMNS = 1000
MAX_NAME = 80
MAX_NAMED = 8
MAX_DIGITS = 6
"""A decimal with more was measured."""
AROUND = "around "
"""How names begin of what stands around a row."""
CLOSE = 0.01

PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), f" {short} ")
    for pattern, short in (
        (r"time to first token|first token latency", "ttft"),
        (r"time per output token", "tpot"),
        (r"(?:end to end|e2e) (?:request )?latency|request latency", "e2el"),
        (r"(?:tokens?|toks?) ?(?:/|per)? ?(?:s|secs?|seconds?)", "tok/s"),
        (r"(?:requests?|reqs?) ?(?:/|per) ?(?:s|secs?|seconds?)", "req/s"),
        (r"req s", "req/s"),
        (r"msecs?|milliseconds?", "ms"),
        (r"secs?|seconds?", "s"),
        (r"average|avg", "mean"),
        (r"stddev|std dev", "std"),
        (r"p?(\d{1,2}(?:\.\d{1,3})?)(?:th)? percentile", r"p\1"),
        (r"(\d{1,2})th", r"p\1"),
    )
)
"""Of names in small letters, with spaces between their words."""

FILLERS = {"metrics", "metric", "results", "summary", "statistics", "stats"}
FILLERS |= {"performance", "system", "streaming", "latency", "percentiles"}
UNITS_MS = {"ms": 1.0, "s": 1e3, "us": 1e-3, "µs": 1e-3}

RATES = {
    "request_throughput": ({"req/s", "throughput"}, {"request", "requests"}),
    "output_throughput": (
        {"tok/s", "output"},
        {"throughput", "token", "tokens", "generated"},
    ),
    "total_token_throughput": (
        {"tok/s", "total"},
        {"throughput", "token", "tokens"},
    ),
}
"""Words that a name needs, and those that it may have."""

COUNTS = {
    "completed": "completed",
    "completed requests": "completed",
    "successful requests": "completed",
    "num completed requests": "completed",
    "failed": "failed",
    "failed requests": "failed",
    "num failed requests": "failed",
    "total input tokens": "total_input_tokens",
    "total output tokens": "total_output_tokens",
    "total generated tokens": "total_output_tokens",
}
DURATIONS = {"duration", "benchmark duration", "test duration", "elapsed time"}

LOAD = {
    "max concurrency": "max_concurrency",
    "concurrency": "max_concurrency",
    "concurrent requests": "max_concurrency",
    "num concurrent requests": "max_concurrency",
    "request rate": "request_rate",
    "request rate req/s": "request_rate",
    "num prompts": "num_prompts",
    "num requests": "num_prompts",
    "burstiness": "burstiness",
    "input len": "input_len",
    "random input len": "input_len",
    "isl": "input_len",
    "output len": "output_len",
    "random output len": "output_len",
    "osl": "output_len",
}

FIGURES = re.compile(
    r"\b(?:ttft|tpot|itl|e2el|latency|latencies|ms|tok/s|req/s|throughput"
    r"|tps|power|watts?|util|utilization|usage|temperature|goodput)\b"
)
"""Words of figures that are not taken: they are measured, and no conditions."""


def is_row(result: Object) -> bool:
    """Whether an object has figures under names that say what they are."""
    rows = list(_flat(result))
    return _is_told([name for name, _, _ in rows], [key for _, key, _ in rows])


def read_row(
    result: Object,
    path: Path,
    around: Object | None = None,
    name: str | None = None,
) -> ImportedRun:
    """`around`: what the object that it is in notes; figures there are not of this row."""
    noted = {} if around is None else {AROUND.strip(): around}
    return _run({**_scalars(result), **_scalars(noted)}, path, name)


def _scalars(value: Object) -> Object:
    """Without lists of objects, which are other rows or single requests."""
    return {
        key: _scalars(each) if isinstance(each, dict) else each
        for key, each in value.items()
        if not (
            isinstance(each, list) and isinstance(next(iter(each), 0), dict)
        )
    }


def is_table(text: str) -> bool:
    head = _head(text)
    return _is_told(head, head)


def read_table(text: str, path: Path) -> list[ImportedRun]:
    """A run a row that has figures."""
    (head, *rows), is_cut = whole_rows(text)
    runs = (
        _run(_typed(dict(zip(head, row, strict=False))), path, f"row {number}")
        for number, row in enumerate(rows, 1)
    )
    return noted_cut([run for run in runs if run.metrics], is_cut)


def _head(text: str) -> list[str]:
    line = next(lines_of(text.lstrip()), "")
    return next(rows_of(iter([line])), [])


def _typed(row: Mapping[str, str]) -> Object:
    """Numbers that were measured as JSON has them; others stay as they are written, as versions
    are numbers too.
    """
    return {
        name: figure(word) if _is_long(word) else word
        for name, word in row.items()
        if name and word
    }


def _is_long(word: str) -> bool:
    digits = word.strip("+-0.").partition("e")[0].replace(".", "")
    return "." in word and len(digits) > MAX_DIGITS and figure(word) is not None


def _is_told(names: list[str], keys: list[str]) -> bool:
    figures = {known[0] for name in names if (known := _meaning(name))}
    asked = any(_plain(key) in LOAD for key in keys)
    counted = figures & {"duration", *COUNTS.values()}
    return bool(figures & RATES.keys()) and (asked or bool(counted))


def _run(result: Object, path: Path, name: str | None) -> ImportedRun:
    metrics: dict[str, float] = {}
    load: dict[str, float] = {}
    taken: set[str] = set()
    others: list[str] = []
    for column, key, value in _flat(result):
        is_around = column.startswith(AROUND)
        if is_around and (_meaning(column) or _is_figure(column, value)):
            pass
        elif (known := _meaning(column)) is not None:
            ours, scale = known
            if (number := figure(value)) is not None:
                metrics.setdefault(ours, number * scale)
        elif (asked := LOAD.get(_plain(key))) is not None:
            if (number := _level(asked, value)) is not None:
                load.setdefault(asked, number)
        elif _is_figure(column, value):
            others.append(column)
        else:
            continue
        taken.add(key)
    metrics |= _duration(result, metrics)
    conditions = configured(result, taken)
    model = conditions.get("model") or text(result.get("model_id"))
    return ImportedRun(
        path=path,
        tool=TOOL,
        version=None,
        model=str(model) if model else None,
        load=load,
        metrics=metrics,
        own={},
        conditions=_of_row(conditions),
        date=date_of(result) or iso_date(conditions.get("date")),
        name=name,
        notes=_notes(others),
    )


def _duration(result: Object, metrics: Mapping[str, float]) -> dict[str, float]:
    """Without a unit it is in seconds where it agrees with what else is told."""
    told = figure(result.get("duration"))
    completed, rate = (
        metrics.get(name) for name in ("completed", "request_throughput")
    )
    if not (told and completed and rate) or "duration" in metrics:
        return {}
    is_s = abs(completed / told - rate) <= CLOSE * rate
    return {"duration": told} if is_s else {}


def _of_row(conditions: Mapping[str, Declared]) -> dict[str, Declared]:
    return {
        name: value for name, value in conditions.items() if name != "model_id"
    }


def _notes(others: list[str]) -> tuple[Said, ...]:
    named = [*others[:MAX_NAMED], *["…"] * (len(others) > MAX_NAMED)]
    left = (Said("note.not_taken", {"names": named}),) if others else ()
    return (Said("note.by_names"), *left)


def _flat(
    source: object, above: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, object]]:
    """Scalars with the names that lead to them, and the last of these."""
    if not isinstance(source, dict) or len(above) > MAX_DEPTH:
        return
    for key, value in list(source.items())[:MAX_COLUMNS]:
        if not isinstance(key, str) or len(key) > MAX_NAME:
            continue
        path = (*above, key)
        if isinstance(value, dict):
            yield from _flat(value, path)
        elif isinstance(value, str | int | float):
            yield " ".join(path), key, value


@lru_cache(4096)
def _plain(name: str) -> str:
    """Small letters, with spaces between words and short words for long ones."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name).casefold()
    plain = " ".join(re.findall(r"[^\W_]+(?:\.\d+)?|/", words))
    for phrase, short in PHRASES:
        plain = phrase.sub(short, plain)
    return " ".join(plain.split())


@lru_cache(4096)
def _meaning(name: str) -> tuple[str, float] | None:
    """The metric that a name says, and how many of its units one of ours has."""
    of_vllm = name.rpartition(" ")[2]
    if of_vllm in OF_VLLM or statistic_of(of_vllm):
        return of_vllm, 1.0
    plain = _plain(name)
    words = [word for word in plain.split() if word not in FILLERS]
    return _latency(words) or _rate(set(words)) or _count(" ".join(words))


def _latency(words: list[str]) -> tuple[str, float] | None:
    if len(words) != len({*words}) or len(words) != 3:
        return None
    # not ITL: tools mean three things by it
    latency = {word for word in words if word in ONE_A_REQUEST}
    unit = UNITS_MS.keys() & set(words)
    rest = {*words} - latency - unit
    if len(latency) != 1 or len(unit) != 1 or len(rest) != 1:
        return None
    name = f"{rest.pop()}_{latency.pop()}_ms"
    known = statistic_of(name)
    return None if known is None else (name, UNITS_MS[unit.pop()])


def _rate(words: set[str]) -> tuple[str, float] | None:
    for name, (needed, allowed) in RATES.items():
        if needed <= words <= needed | allowed:
            return name, 1.0
    return None


def _count(plain: str) -> tuple[str, float] | None:
    if plain in COUNTS:
        return COUNTS[plain], 1.0
    name, _, unit = plain.rpartition(" ")
    if name in DURATIONS and unit in UNITS_MS:
        return "duration", UNITS_MS[unit] / 1e3
    return None


def _is_figure(name: str, value: object) -> bool:
    """Whether it looks measured, also with a unit behind it."""
    is_word = isinstance(value, str) and not value[:1].isdigit()
    return not is_word and FIGURES.search(_plain(name)) is not None


def _level(name: str, value: object) -> float | None:
    if name == "request_rate" and is_endless(value):
        return float("inf")
    return figure(value)


OF_VLLM = frozenset(metrics_in("vllm").values()) - {"duration"}
"""What `vllm bench serve` calls its figures, which are of one meaning and unit."""

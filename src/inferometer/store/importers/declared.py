"""What a result file declares under keys of its own: which of it says what was measured, and which
is of that one run by chance, such as its date, its host or what it counted.

The rule goes by the words of a key and by the look of a value, because nobody can list what people
note. What a setting is and what was counted cannot always be told apart; a key is kept unless it
looks like chance, since two deployments that are taken for one are worse than two series of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from functools import lru_cache

from inferometer.secret import is_secret, masked_text
from inferometer.store.importers.imported_run import Declarations, Declared
from inferometer.store.json_values import MAX_WHOLE, Object, members
from inferometer.vocabulary import (
    CONDITIONS,
    METRICS,
    condition,
    condition_noted_as,
)

Path = tuple[str, ...]
"""Keys, the outermost first."""

MAX_DEPTH = 5
MAX_DECLARED = 1000
MAX_KEY = 80
MAX_LISTED = 8
"""Texts of a list: a longer one has something of each request."""
MAX_TEXT = 200
"""A longer text is a report, and no setting."""
MAX_DIGITS = 6
"""A number with more is measured: people do not type them."""
EPOCH = 1_000_000_000
"""Numbers from here on are times, or bytes that somebody counted, unless they are round."""
ROUND_BYTES = 1 << 26

CHANCE = frozenset(
    {
        *(
            "date",
            "datetime",
            "day",
            "time",
            "timestamp",
            "started",
            "finished",
            "created",
        ),
        *(
            "duration",
            "elapsed",
            "uptime",
            "eta",
            "seed",
            "id",
            "ids",
            "uuid",
            "run",
            "index",
        ),
        *(
            "host",
            "hostname",
            "ip",
            "addr",
            "port",
            "url",
            "uri",
            "endpoint",
            "pid",
        ),
        *(
            "address",
            "user",
            "username",
            "iteration",
            "attempt",
            "trial",
            "repeat",
        ),
        *(
            "raw",
            "dir",
            "directory",
            "folder",
            "file",
            "filename",
            "log",
            "logs",
        ),
        *(
            "count",
            "counter",
            "counts",
            "total",
            "completed",
            "failed",
            "succeeded",
        ),
        *(
            "successful",
            "errors",
            "incomplete",
            "accepted",
            "acceptance",
            "accept",
        ),
        *("drafts", "drafted", "usage", "used", "free", "available", "peak"),
        *("hit", "hits", "misses"),
        *("status", "verdict", "result", "outcome", "passed", "valid"),
        *(
            "throughput",
            "latency",
            "latencies",
            "goodput",
            "energy",
            "joules",
            "watts",
        ),
        *(
            "mean",
            "avg",
            "average",
            "median",
            "std",
            "stddev",
            "percentile",
            "percentiles",
        ),
    }
)
"""Words of keys that are not about what was measured."""
COUNTED = frozenset({"count", "counts", "total"})
SPREADS = frozenset({"std", "stddev", "stdev", "variance"})
MACHINES = frozenset(
    {
        *("gpu", "gpus", "card", "cards", "node", "nodes"),
        *("worker", "workers", "replica", "replicas"),
    }
)
"""How many of these there are is a setting."""
NOTES = frozenset(
    {
        *("deployment", "env", "environment", "extra", "gpu", "hardware"),
        *("labels", "notes", "server", "server_args", "server_config"),
        *("setup", "system", "tags"),
    }
)
"""What people call their notes, which the tools do not write at the top of a file."""
NAMED_BY_PATH = (
    "model",
    "tokenizer",
    "dataset",
    "data",
    "lora",
    "adapter",
    "template",
)
"""What is called by the path of its file: the end of it says which it is."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_STATISTIC = re.compile(r"p\d{2}(?:[._]\d+)?(?:_.*)?", re.IGNORECASE)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T _].*)?|\d{8}[-_T]\d{4,6}.*|\d\d:\d\d(?::\d\d.*)?"
)
_PLACE = re.compile(
    r"[a-z][a-z0-9+.-]*://.*"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?"
    r"|[\w.-]+:\d{2,5}"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    re.IGNORECASE,
)


def declared(source: object, known: Container[str] = ()) -> Declarations:
    """The scalars that `source` says under keys that are not `known`, by our names where they are
    aliases of ours, else by their own. Those of objects inside have the name of their key, too.
    """
    return _by_name(_scalars(source, known, (), 0), of_what_was_measured)


def configured(config: object, left_out: Container[str]) -> Declarations:
    """The same of what a tool was told to do, without the keys that are `left_out` wherever they
    stand: its load, and what it does with the results.
    """
    return _by_name(_scalars(_without(config, left_out), (), (), 1), _setting)


def _by_name(
    scalars: Iterable[tuple[Path, Declared]],
    kept_of: Callable[[str, object], Declared | None],
) -> Declarations:
    """Two values of one name are kept both, the second under a longer one."""
    found: Declarations = {}
    for path, value in scalars:
        if len(found) >= MAX_DECLARED:
            break
        if isinstance(value, str) and _tells_a_secret(path[-1], value):
            continue
        for name in _names(path):
            kept = value if name in CONDITIONS else kept_of(path[-1], value)
            if kept is None or found.setdefault(name, kept) == kept:
                break
    return found


def _names(path: Path) -> Iterator[str]:
    """What a value may be called, the shortest first; aliases of what parts no series are one."""
    key, above = path[-1], "_".join(path[-2:])
    name = condition_noted_as(above)
    if name not in CONDITIONS:
        name = condition_noted_as(key)
    yield name
    if condition(name).role in ("identity", "subject"):
        yield from dict.fromkeys((key, above, "_".join(path)))


def _setting(key: str, value: object) -> Declared | None:
    """What a tool was told: a number of any length, also how far the lengths of prompts spread."""
    is_spread = not _words_of(key).isdisjoint(SPREADS)
    is_told = is_spread or not (key in METRICS or _is_of_one_run(key))
    if is_told and type(value) in (int, float):
        return value if _is_no_time(value) else None  # type: ignore[return-value,arg-type]
    return of_what_was_measured(key, value)


def _without(value: object, left_out: Container[str]) -> object:
    """Objects in lists by their number, as others are by their keys; one alone has none."""
    if isinstance(value, list) and any(
        isinstance(each, dict) for each in value
    ):
        entries = {str(number): each for number, each in enumerate(value, 1)}
        value = entries if len(value) > 1 else value[0]
    if not isinstance(value, dict):
        return value
    return {
        key: _without(each, left_out)
        for key, each in value.items()
        if key not in left_out
    }


@lru_cache(1 << 14)
def _tells_a_secret(key: str, value: str) -> bool:
    return is_secret(key, value) or masked_text(value) != value


def noted(result: Object, known: Container[str]) -> Declarations:
    """The same of the top of a file alone, and of objects that no tool has there: what is inside
    others is the tool's own.
    """
    told = {
        key: value
        for key, value in result.items()
        if isinstance(value, str | int | float) or key.casefold() in NOTES
    }
    return declared(told, known)


def of_what_was_measured(key: str, value: object) -> Declared | None:
    """The value if it may tell one deployment from another; None for what is of one run, or is no
    scalar. Metrics are numbers; what a user notes under the name of one is text.
    """
    if key in METRICS and not isinstance(value, str):
        return None
    is_path = isinstance(value, str) and value.startswith(("/", "~", "."))
    if is_path and _words_of(key) & set(NAMED_BY_PATH):
        return _text(str(value).rstrip("/").rpartition("/")[2])
    if is_path or _is_of_one_run(key):
        return None
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return value
    return _number(value) if isinstance(value, int | float) else None


@lru_cache(4096)
def _is_of_one_run(key: str) -> bool:
    words = _words_of(key)
    chance = words & (CHANCE - COUNTED if words & MACHINES else CHANCE)
    return bool(chance) or _STATISTIC.fullmatch(key) is not None


def _words_of(key: str) -> set[str]:
    return {word.lower() for word in _WORDS.findall(key)}


def _scalars(
    source: object, known: Container[str], above: Path, depth: int
) -> Iterator[tuple[Path, Declared]]:
    """Each with the keys that lead to it; what stands outside comes first."""
    if depth > MAX_DEPTH:
        return
    inside = []
    for key, value in members(source).items():
        if not _is_name(key) or key in known:
            continue
        path = (*above, key)
        told = _listed(value, depth) if isinstance(value, list) else value
        if isinstance(told, dict):
            inside.append((path, told))
        elif isinstance(told, str | int | float):
            yield path, told
    for path, value in inside:
        yield from _scalars(value, (), path, depth + 1)


def _is_name(key: object) -> bool:
    return isinstance(key, str) and 0 < len(key) <= MAX_KEY


def _listed(values: list[object], depth: int) -> str | None:
    """A few names, such as tags or adapters, as one text; inside an object, where no requests
    stand, also a few numbers.
    """
    if not 0 < len(values) <= MAX_LISTED:
        return None
    if all(isinstance(each, str) and each for each in values):
        return ", ".join(map(str, values))
    if depth and all(_is_typed(each) for each in values):
        return ", ".join(map(str, values))
    return None


def _is_typed(value: object) -> bool:
    """A number as people type it."""
    return type(value) in (int, float) and _number(value) is not None  # type: ignore[arg-type]


def _text(value: str) -> str | None:
    is_chance = _TIME.fullmatch(value) or _PLACE.fullmatch(value)
    return (
        value
        if 0 < len(value) <= MAX_TEXT and value.isprintable() and not is_chance
        else None
    )


def _number(value: float) -> float | None:
    is_typed = isinstance(value, int) or digits_of(value) <= MAX_DIGITS
    return value if is_typed and _is_no_time(value) else None


def _is_no_time(value: float) -> bool:
    """Bytes that somebody asked for are round, in decimal or in binary."""
    if abs(value) < EPOCH:
        return True
    return abs(value) < MAX_WHOLE and (
        digits_of(value) <= MAX_DIGITS or value % ROUND_BYTES == 0
    )


def digits_of(value: float) -> int:
    """How many a number has between zeros."""
    return len(repr(value).partition("e")[0].strip("-0.").replace(".", ""))

"""What a result file declares under keys of its own: which of it says what was measured, and which
is of that one run by chance, such as its date, its host or what it counted.

The rule goes by the words of a key and by the look of a value, because nobody can list what people
note. What a setting is and what was counted cannot always be told apart; a key is kept unless it
looks like chance, since two deployments that are taken for one are worse than two series of one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import lru_cache

from inferometer.store.importers.imported_run import Declared
from inferometer.store.json_values import Object
from inferometer.vocabulary import CONDITIONS, METRICS, condition_noted_as

MAX_DEPTH = 4
MAX_DECLARED = 1000
MAX_KEY = 80
MAX_LISTED = 8
"""Texts of a list: a longer one has something of each request."""
MAX_TEXT = 200
"""A longer text is a report, and no setting."""
MAX_DIGITS = 6
"""A number with more is measured: people do not type them."""
EPOCH = 1_000_000_000
"""Whole numbers from here on are times, or bytes that somebody counted."""

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
MACHINES = frozenset(
    {
        *("gpu", "gpus", "card", "cards", "node", "nodes"),
        *("worker", "workers", "replica", "replicas"),
    }
)
"""How many of these there are is a setting."""
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


def declared(source: object, known: Container[str] = ()) -> dict[str, Declared]:
    """The scalars that `source` says under keys that are not `known`, by our names where they are
    aliases of ours, else by their own. Those of objects inside have the name of their key, too.
    """
    found: dict[str, Declared] = {}
    for key, value, above in _scalars(source, known, "", 0):
        name = condition_noted_as(f"{above}_{key}") if above else key
        if name not in CONDITIONS:
            name = condition_noted_as(key)
        kept = value if name in CONDITIONS else of_what_was_measured(key, value)
        if kept is not None and len(found) < MAX_DECLARED:
            found.setdefault(name, kept)
    return found


def noted(result: Object, known: Container[str]) -> dict[str, Declared]:
    """The same of the top of a file alone: what is inside is the tool's own."""
    flat = {
        key: value
        for key, value in result.items()
        if isinstance(value, str | int | float)
    }
    return declared(flat, known)


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
    source: object, known: Container[str], above: str, depth: int
) -> Iterator[tuple[str, Declared, str]]:
    """Each with the key of the object that it is in; what stands outside comes first."""
    if not isinstance(source, dict) or depth > MAX_DEPTH:
        return
    inside = []
    for key, value in source.items():
        if (
            not isinstance(key, str)
            or not 0 < len(key) <= MAX_KEY
            or key in known
        ):
            continue
        told = _listed(value) if isinstance(value, list) else value
        if isinstance(told, dict):
            inside.append((key, told))
        elif isinstance(told, str | int | float):
            yield key, told, above
    for key, value in inside:
        yield from _scalars(value, (), key, depth + 1)


def _listed(values: list[object]) -> str | None:
    """A few names, such as tags or adapters, as one text."""
    names = [each for each in values if isinstance(each, str) and each]
    if not 0 < len(names) == len(values) <= MAX_LISTED:
        return None
    return ", ".join(names)


def _text(value: str) -> str | None:
    is_chance = _TIME.fullmatch(value) or _PLACE.fullmatch(value)
    return (
        value
        if 0 < len(value) <= MAX_TEXT and value.isprintable() and not is_chance
        else None
    )


def _number(value: float) -> float | None:
    if not abs(value) < EPOCH:
        return None
    digits = repr(value).partition("e")[0].strip("-0.").replace(".", "")
    return (
        value if isinstance(value, int) or len(digits) <= MAX_DIGITS else None
    )

"""Reading files that others wrote: bounded in size, JSON only, nothing in it believed to be of the
type it should be.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from inferometer.store.importers.imported_run import (
    Array,
    CannotImportError,
    Declarations,
    Figures,
    unread,
)
from inferometer.store.json_values import Object, at, members, number
from inferometer.vocabulary import metrics_in
from inferometer.words import Said, reason_of
from inferometer.words.library import of_library

MAX_BYTES = 256 * 1024 * 1024
"""The largest file that is read."""

MAX_SETTINGS_BYTES = 1024 * 1024
"""Of a file of settings beside a result."""

MAX_SECONDS = 253_402_300_800
"""Of the year 10,000, since 1970."""

STATISTICS = {
    **{
        name: name
        for name in (
            "mean",
            "median",
            "std",
            "p50",
            "p90",
            "p95",
            "p99",
            "p99.9",
        )
    },
    "avg": "mean",
    "stddev": "std",
    "std_dev": "std",
}
"""Which statistics of a latency are taken over, by what tools call them."""


_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def require_readable(path: Path, most_bytes: int) -> int:
    """Its size. Raises CannotImportError unless this is a regular file (no pipe that never ends) of
    a size we will read.
    """
    try:
        status = os.stat(path)
    except OSError as error:
        raise unread(path, reason_of(error)) from None
    if not stat.S_ISREG(status.st_mode):
        raise unread(path, Said("unread.regular"))
    if status.st_size > most_bytes:
        raise unread(
            path,
            Said("unread.size", {"size": status.st_size, "most": most_bytes}),
        )
    return status.st_size


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """The content of a file that passes `require_readable`."""
    size = require_readable(path, most_bytes)
    try:
        with path.open("rb") as file:
            return file.read(size)  # takes memory for what it is asked for
    except OSError as error:
        raise unread(path, reason_of(error)) from None


def read_objects(path: Path, most_bytes: int = MAX_BYTES) -> list[Object]:
    """The JSON objects of a file: one, or one a line. Bare NaN and Infinity are taken, as some
    tools write them.
    """
    return objects_in(read_bytes(path, most_bytes), path, may_be_list=False)


def objects_of_one_value(
    content: bytes, path: Path, *, may_be_list: bool = True
) -> list[Object] | None:
    """None where the file has several values, such as one a line. Raises CannotImportError."""
    try:
        return as_objects(
            json_value(content, path), path, may_be_list=may_be_list
        )
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            told = {"line": error.lineno, "why": of_library(error.msg)}
            raise unread(path, Said("unread.not_json", told)) from None
    return None


def objects_in(
    content: bytes, path: Path, *, may_be_list: bool = True
) -> list[Object]:
    """Those of the content of a file, or of a list in it. Raises CannotImportError."""
    found = objects_of_one_value(content, path, may_be_list=may_be_list)
    if found is not None:
        return found
    found = []
    for line_number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                found += as_objects(json_value(line, path), path)
            except json.JSONDecodeError as error:
                told = {"line": line_number, "why": of_library(error.msg)}
                raise unread(path, Said("unread.line_not_json", told)) from None
    return found


def as_objects(
    value: object, path: Path, *, may_be_list: bool = True
) -> list[Object]:
    """An object, or a list of nothing else. Raises CannotImportError."""
    found: list[Any] = (
        value if may_be_list and isinstance(value, list) else [value]
    )
    if not found or not all(isinstance(each, dict) for each in found):
        raise unread(
            path, Said("unread.no_object", {"type": type(value).__name__})
        )
    return found


def json_value(content: bytes, path: Path) -> object:
    """Raises JSONDecodeError, or CannotImportError where it says nothing."""
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        raise
    except (
        ValueError,
        RecursionError,
    ) as error:  # not UTF-8, a number of a million digits, brackets without end
        why = {"why": type(error).__name__}
        raise unread(path, Said("unread.no_result", why)) from None


def column(rows: Iterable[object], name: str, scale: float = 1.0) -> Array:
    """`numbers` of what each row has under this name."""
    return numbers((at(row, name) for row in rows), scale)


def numbers(values: Iterable[object], scale: float = 1.0) -> Array:
    """One float each, `scale` times the number, NaN where there is none."""
    if isinstance(values, list) and set(map(type, values)) <= {
        float,
        int,
    }:
        # what is expected, and may be long
        try:
            array = np.array(values, np.float64)
        except OverflowError:
            pass
        else:
            array[~np.isfinite(array)] = math.nan
            return array * scale
    found = (figure(value) for value in values)
    return np.array(
        [math.nan if each is None else each * scale for each in found],
        np.float64,
    )


def figure(value: object) -> float | None:
    """A finite number, also one that a script wrote as a text."""
    if not isinstance(value, str):
        return number(value)
    word = value.strip()
    if _THOUSANDS.fullmatch(word):
        word = word.replace(",", "")
    try:
        return number(float(word))
    except ValueError:
        return None


def is_endless(value: object) -> bool:
    """Whether it is infinity, as a number or as scripts write it."""
    words = ("inf", "infinity", "+inf", "+infinity")
    return value == math.inf or (
        isinstance(value, str) and value.strip().casefold() in words
    )


def metrics_of(tool: str, result: object) -> Figures:
    """Our metrics, except those of latencies, where the result files of `tool` have them."""
    return {
        ours: value
        for ours, path in _paths_in(tool)
        if (value := figure(at(result, *path))) is not None
    }


@cache
def _paths_in(tool: str) -> list[tuple[str, list[str]]]:
    return [(ours, path.split(".")) for ours, path in metrics_in(tool).items()]


def read_beside(path: Path, most_bytes: int) -> Object:
    """The object of a file that need not be there."""
    return read_objects(path, most_bytes)[0] if path.exists() else {}


def figures(
    source: object,
    names: Mapping[str, str] | Iterable[str],
    scale: float = 1.0,
) -> Figures:
    """Those of `names` (ours → theirs, or the same) that `source` has, times `scale`."""
    if not isinstance(source, dict):
        return {}
    pairs = names if isinstance(names, Mapping) else {n: n for n in names}
    return {
        ours: scaled
        for ours, theirs in pairs.items()
        if theirs in source
        and (value := figure(source[theirs])) is not None
        and (scaled := value if scale == 1 else number(value * scale))
        is not None
    }


def told_of(source: object, names: Iterable[str]) -> Declarations:
    """The texts and whole numbers that `source` has under these names."""
    return {
        name: value
        for name in names
        if isinstance(value := at(source, name), str | int)
    }


def latency_figures(source: object, latency: str, to_ms: float) -> Figures:
    """The mean, median, standard deviation and percentiles that `source` has of a latency of ours,
    by our names.
    """
    names = {
        theirs: f"{ours}_{latency}_ms" for theirs, ours in STATISTICS.items()
    }
    found = {
        names[theirs]: figure
        for theirs in names
        for figure in figures(source, {theirs: theirs}, to_ms).values()
    }
    if f"p50_{latency}_ms" in found:
        found.setdefault(f"median_{latency}_ms", found[f"p50_{latency}_ms"])
    return found


def read_settings(path: Path) -> Object:
    """A YAML mapping beside a result; empty where there is none that can be read."""
    if not path.is_file():
        return {}
    try:
        value = yaml.safe_load(read_bytes(path, MAX_SETTINGS_BYTES))
    except (CannotImportError, yaml.YAMLError, ValueError, RecursionError):
        return {}
    return members(value)


def iso_date(value: object) -> str | None:
    """A date as ISO 8601 has it, or seconds since 1970 as one in UTC."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(
                value.replace("Z", "+00:00")
            ).isoformat(timespec="seconds")
        except ValueError:
            return None
    seconds = number(value)
    if seconds is None or not 0 < seconds < MAX_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(
        timespec="seconds"
    )

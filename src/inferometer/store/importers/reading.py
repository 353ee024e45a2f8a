"""Reading files that others wrote: bounded in size, JSON only, nothing in it believed to be of the
type it should be.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from inferometer.store.importers.imported_run import Array, CannotImportError
from inferometer.vocabulary import metrics_in

MAX_BYTES = 256 * 1024 * 1024
"""The largest file that is read."""

Object = dict[str, Any]


def require_readable(path: Path, most_bytes: int) -> None:
    """Raise CannotImportError unless this is a regular file (no pipe that never ends) of a size we
    will read.
    """
    try:
        status = os.stat(path)
    except OSError as error:
        raise CannotImportError(f"cannot read {path}: {error.strerror}") from None
    if not stat.S_ISREG(status.st_mode):
        raise CannotImportError(
            f"cannot read {path}: it is not a regular file; name the result file itself"
        )
    if status.st_size > most_bytes:
        raise CannotImportError(
            f"cannot read {path}: it has {status.st_size:,} bytes, more than the "
            f"{most_bytes:,} allowed"
        )


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """The content of a file that passes `require_readable`."""
    require_readable(path, most_bytes)
    try:
        with path.open("rb") as file:
            return file.read(most_bytes)
    except OSError as error:
        raise CannotImportError(f"cannot read {path}: {error.strerror}") from None


def read_objects(path: Path, most_bytes: int = MAX_BYTES) -> list[Object]:
    """The JSON objects of a file: one, or one a line. Bare NaN and Infinity are taken, as some
    tools write them.
    """
    return objects_in(read_bytes(path, most_bytes), path)


def objects_in(content: bytes, path: Path) -> list[Object]:
    """The same of what was read of a file."""
    try:
        return [_object(content, path)]
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise CannotImportError(
                f"cannot read {path}: it is not JSON (line {error.lineno}: {error.msg})"
            ) from None
    found = []
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                found.append(_object(line, path))
            except json.JSONDecodeError as error:
                raise CannotImportError(
                    f"cannot read {path}: line {number} is not JSON ({error.msg})"
                ) from None
    return found


def _object(content: bytes, path: Path) -> Object:
    try:
        value = json.loads(content)
    except json.JSONDecodeError:
        raise
    except (
        ValueError,
        RecursionError,
    ) as error:  # not UTF-8, a number of a million digits, brackets without end
        raise CannotImportError(
            f"cannot read {path}: it is not a result file ({type(error).__name__})"
        ) from None
    if not isinstance(value, dict):
        raise CannotImportError(
            f"cannot read {path}: it holds a JSON {type(value).__name__}, a result is an object"
        )
    return value


def number(value: object) -> float | None:
    """A finite number, or None: booleans, words, NaN and what is absent are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        as_float = float(value)
    except OverflowError:
        return None
    return as_float if math.isfinite(as_float) else None


def at(value: object, *path: str) -> Any:
    """`value[a][b]…`, or None where there is no such thing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def entries(value: object) -> list[Any]:
    """A list; anything else is an empty one."""
    return value if isinstance(value, list) else []


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
    found = (number(value) for value in values)
    return np.array([math.nan if each is None else each * scale for each in found], np.float64)


def metrics_of(tool: str, result: object) -> dict[str, float]:
    """Our metrics, except those of latencies, where the result files of `tool` have them."""
    found = {ours: number(at(result, *path.split("."))) for ours, path in metrics_in(tool).items()}
    return {ours: value for ours, value in found.items() if value is not None}


def figures(source: object, names: Mapping[str, str], scale: float = 1.0) -> dict[str, float]:
    """Those of `names` (ours → theirs) that `source` has, times `scale`."""
    found = {ours: number(at(source, theirs)) for ours, theirs in names.items()}
    return {ours: value * scale for ours, value in found.items() if value is not None}

"""Where the results of a point are saved: names that are free, room that is there, and another
place if it fails after all.

Nothing that exists is replaced: a name that is taken gets a number, the JSON file and its run
directory the same. A name is free if it can be taken: other runs may end at the same time, and
write to the same directory.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inferometer.measurement.prepare import ReadyPoint
from inferometer.measurement.session import PointResult
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec
from inferometer.store.atomic import (
    CannotWriteError,
    require_nameable,
    require_writable,
    set_aside,
    take_name,
    write_file,
)
from inferometer.store.environment import describe_environment
from inferometer.store.run_directory import (
    EVENTS,
    REQUESTS,
    RUN,
    SUMMARY,
    VERDICT,
)
from inferometer.store.telemetry_file import TELEMETRY
from inferometer.store.vllm_json import file_name, save_result
from inferometer.words import Said, sentence_of

REPEAT, REPEATS = "-repeat", "-repeats"
"""End the names of what belongs to one repeat, and to all of them."""
RUN_FILES = (REQUESTS, EVENTS, TELEMETRY, RUN, SUMMARY, VERDICT)
"""Of a run directory, in the order in which they are named."""

RESCUE_PREFIX = "inferometer-results-"

BYTES, BYTES_A_REQUEST, BYTES_AN_EVENT, MORE_IN_DETAIL = 128 << 10, 200, 8, 32
"""Generous size of results on disk; the last is added per event if the output is detailed."""
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Saved:
    """Where the results of a point are."""

    directory: Path
    json: Path
    notice: str = ""
    """Why they are not where they were to be; empty if they are."""


def save(result: PointResult, *, numbered: bool = False) -> Saved:
    """Write the run directory, then vLLM's JSON beside it. `numbered`: whether the name tells which
    repeat it is.

    What cannot be written there is written to a temporary folder or the home directory. Raises
    CannotWriteError if it could be written nowhere.
    """
    path = result_path(
        result.output, result.spec, result.finished, numbered=numbered
    )
    try:
        return Saved(*_write(result, path))
    except CannotWriteError as error:
        rescued = _rescue(result, path.name)
        if rescued is None:
            size = _bytes(result.output, result.ready) / MB
            told = {"error": sentence_of(error), "mb": size}
            raise CannotWriteError(Said("save.nowhere", told)) from error
        folder = rescued[0].parent
        elsewhere = {"error": sentence_of(error), "folder": folder}
        return Saved(*rescued, Said("save.elsewhere", elsewhere))


def _write(result: PointResult, path: Path) -> tuple[Path, Path]:
    append = result.output.append
    with set_aside(path) as aside:
        run, json = aside / "run", aside / "result.json"
        result.save_run(
            run, describe_environment(sys.argv, result.ready.server)
        )
        content = result.result()
        if not append:
            save_result(json, content)
        for file, directory in names(path, append=append):
            with suppress(FileExistsError):
                take_name(run, directory)
                try:
                    if append:
                        save_result(file, content, append=True)
                    else:
                        take_name(json, file)
                except BaseException:
                    directory.rename(run)  # both have the same number, or none
                    raise
                return directory, file
    raise AssertionError("there is no end of numbers")


def save_repeats(run: Path, file: str, content: bytes) -> Path:
    """Write a file over all repeats of which `run` is the first one's directory; its path.

    It is in a directory of its own: whoever reads all JSON files here finds only runs. Raises
    CannotWriteError.
    """
    stem = run.name.rpartition(REPEAT)[0] or run.name
    path = run.with_name(f"{stem}{REPEATS}.json")
    with set_aside(path) as aside:
        write_file(aside / "all" / file, content)
        for _, directory in names(path):
            with suppress(FileExistsError):
                take_name(aside / "all", directory)
                return directory / file
    raise AssertionError("there is no end of numbers")


def _rescue(result: PointResult, name: str) -> tuple[Path, Path] | None:
    """Write all of it somewhere else; None where that fails too."""
    for parent in _elsewhere():
        folder = None
        try:
            folder = Path(tempfile.mkdtemp(prefix=RESCUE_PREFIX, dir=parent))
            return _write(result, folder / name)
        except OSError:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
    return None


def _elsewhere() -> Iterator[Path]:
    with suppress(OSError):  # there may be none that can be written to
        yield Path(tempfile.gettempdir())
    yield Path(os.path.expanduser("~"))  # Path's own raises where there is none


def result_path(
    output: Output, spec: RunSpec, finished: datetime, *, numbered: bool
) -> Path:
    """Of the JSON file, if that name is free. Lines of one file have one name."""
    name = output.file_name or file_name(
        spec, finished=finished, label=output.label
    )
    path = (output.directory or Path()) / name
    if not numbered or output.append:
        return path
    suffix = ".json" if path.suffix == ".json" else ""
    return path.with_name(
        f"{path.name.removesuffix(suffix)}{REPEAT}{spec.repeat + 1}{suffix}"
    )


def names(path: Path, *, append: bool = False) -> Iterator[tuple[Path, Path]]:
    """Of the JSON file, and of the run directory beside it: its name without the suffix. From the
    second on with a number.

    Without those that are taken already; of two runs that want the same one, the second finds out
    when it takes it.
    """
    suffix = ".json" if path.suffix == ".json" else ""
    stem = path.name.removesuffix(suffix)
    for numbered in itertools.chain(
        [stem], (f"{stem}-{i}" for i in itertools.count(2))
    ):
        json = path if append else path.with_name(f"{numbered}{suffix}")
        if append or not os.path.lexists(json):
            yield (
                json,
                path.with_name(numbered if suffix else f"{numbered}.run"),
            )


def require_room(
    output: Output, ready: ReadyPoint, *, numbered: bool = False
) -> None:
    """Find out before the run whether its results can be saved; and after all that may be refused,
    so that nothing is left behind then.

    Raises CannotWriteError.
    """
    path = result_path(
        output, ready.spec, datetime.now().astimezone(), numbered=numbered
    )
    require_writable(path.parent)
    require_nameable(
        path.with_name(f"{path.name.removesuffix('.json')}{REPEATS}-99.json")
    )  # the longest we make of it
    if output.file_name and path.is_dir():
        raise CannotWriteError(Said("measure.directory", {"path": path}))
    needed, free = _bytes(output, ready), shutil.disk_usage(path.parent).free
    if free < needed:
        sizes = {"free": free / MB, "needed": needed / MB}
        told = {"path": path.parent, **sizes}
        raise CannotWriteError(Said("measure.no_room", told))


def _bytes(output: Output, ready: ReadyPoint) -> int:
    """What the results of one run may take on the disk."""
    requests = ready.workload.requests
    an_event = BYTES_AN_EVENT + (MORE_IN_DETAIL if output.detailed else 0)
    return (
        BYTES
        + len(requests) * BYTES_A_REQUEST
        + sum(request.max_tokens for request in requests) * an_event
    )

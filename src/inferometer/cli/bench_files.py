"""Where `bench` leaves its results: names that are free, room that is there, and another place if
it fails after all.

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
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from inferometer.store.atomic import (
    CannotWriteError,
    require_nameable,
    require_writable,
    set_aside,
    take_name,
    write_file,
)
from inferometer.store.environment import describe_environment
from inferometer.store.vllm_json import file_name, save_result

if TYPE_CHECKING:
    from inferometer.cli.bench_flags import BenchFlags
    from inferometer.measure.point import Measured
    from inferometer.measure.prepare import ReadyPoint

REPEAT, REPEATS = "-repeat", "-repeats"
"""End the names of what belongs to one repeat, and to all of them."""
RUN_FILES = "requests.parquet, events.parquet, run.json, summary.json, verdict.json"

RESCUE_PREFIX = "inferometer-results-"

BYTES, BYTES_A_REQUEST, BYTES_AN_EVENT, MORE_IN_DETAIL = 128 << 10, 200, 8, 32
"""What results take on the disk, generously; the last is added to an event's with
--save-detailed.
"""
MB = 1_000_000


def save(flags: BenchFlags, measured: Measured) -> list[Path]:
    """Write the run directory, then vLLM's JSON beside it; the paths of both.

    What cannot be written there is written to a temporary folder or the home directory, and that is
    said on standard error. Raises CannotWriteError if it could be written nowhere.
    """
    path = result_path(flags, measured.ready, measured.finished)
    try:
        return _write(flags, measured, path)
    except CannotWriteError as error:
        saved = _rescue(flags, measured, path.name)
        if not saved:
            size = _bytes(flags, measured.ready) / MB
            raise CannotWriteError(
                f"{error}. There was no room elsewhere either (some {size:.1f} MB are "
                "needed): the report is all that is left"
            ) from error
        typer.echo(
            f"inferometer: {error}. The results are in {saved[0].parent}/ instead.", err=True
        )
        return saved


def _write(flags: BenchFlags, measured: Measured, path: Path) -> list[Path]:
    with set_aside(path) as aside:
        run, json = aside / "run", aside / "result.json"
        measured.save_run(run, describe_environment(sys.argv, measured.ready.server))
        result = measured.result()
        if not flags.append_result:
            save_result(json, result)
        for file, directory in names(path, append=flags.append_result):
            with suppress(FileExistsError):
                take_name(run, directory)
                try:
                    if flags.append_result:
                        save_result(file, result, append=True)
                    else:
                        take_name(json, file)
                except BaseException:
                    directory.rename(run)  # both have the same number, or none
                    raise
                return [directory, file]
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


def _rescue(flags: BenchFlags, measured: Measured, name: str) -> list[Path]:
    """Write all of it somewhere else; the paths, or none where that fails too."""
    for parent in _elsewhere():
        folder = None
        try:
            folder = Path(tempfile.mkdtemp(prefix=RESCUE_PREFIX, dir=parent))
            return _write(flags, measured, folder / name)
        except OSError:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
    return []


def _elsewhere() -> Iterator[Path]:
    with suppress(OSError):  # there may be none that can be written to
        yield Path(tempfile.gettempdir())
    yield Path(os.path.expanduser("~"))  # Path's own raises where there is none


def result_path(flags: BenchFlags, ready: ReadyPoint, finished: datetime) -> Path:
    """Of the JSON file, if that name is free. Repeats have one each, unless they are lines of one
    file.
    """
    path = flags.result_dir / (
        flags.result_filename or file_name(ready.spec, finished=finished, label=flags.label)
    )
    together = flags.repeats == 1 or flags.append_result
    suffix = ".json" if path.suffix == ".json" else ""
    return (
        path
        if together
        else path.with_name(
            f"{path.name.removesuffix(suffix)}{REPEAT}{ready.spec.repeat + 1}{suffix}"
        )
    )


def names(path: Path, *, append: bool = False) -> Iterator[tuple[Path, Path]]:
    """Of the JSON file, and of the run directory beside it: its name without the suffix. From the
    second on with a number.

    Without those that are taken already; of two runs that want the same one, the second finds out
    when it takes it.
    """
    suffix = ".json" if path.suffix == ".json" else ""
    stem = path.name.removesuffix(suffix)
    for numbered in itertools.chain([stem], (f"{stem}-{i}" for i in itertools.count(2))):
        json = path if append else path.with_name(f"{numbered}{suffix}")
        if append or not os.path.lexists(json):
            yield json, path.with_name(numbered if suffix else f"{numbered}.run")


def require_room(flags: BenchFlags, ready: ReadyPoint) -> None:
    """Find out before the run, not after it; and after all that may be refused, so that nothing is
    left behind then.

    Raises CannotWriteError.
    """
    path = result_path(flags, ready, datetime.now().astimezone())
    require_writable(path.parent)
    require_nameable(
        path.with_name(f"{path.name.removesuffix('.json')}{REPEATS}-99.json")
    )  # the longest we make of it
    if flags.result_filename and path.is_dir():
        raise CannotWriteError(
            f"cannot write {path}: that is a directory; choose another --result-filename"
        )
    needed, free = _bytes(flags, ready), shutil.disk_usage(path.parent).free
    if free < needed:
        raise CannotWriteError(
            f"cannot write to {path.parent}: {free / MB:.1f} MB are left on its disk, and the "
            "results may take "
            f"{needed / MB:.1f} MB; free some space, or choose another --result-dir"
        )


def _bytes(flags: BenchFlags, ready: ReadyPoint) -> int:
    """What the results of one run may take on the disk."""
    requests = ready.workload.requests
    an_event = BYTES_AN_EVENT + (MORE_IN_DETAIL if flags.save_detailed else 0)
    return (
        BYTES
        + len(requests) * BYTES_A_REQUEST
        + sum(request.max_tokens for request in requests) * an_event
    )

"""Where `bench` leaves its results: names that are free, room that is there, and another place if it fails after all.

Nothing that exists is replaced: a name that is taken gets a number, the JSON file and its run directory the same.
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

from inferometer.store.atomic import CannotWriteError, require_nameable, require_writable
from inferometer.store.environment import describe_environment
from inferometer.store.vllm_json import file_name, save_result

if TYPE_CHECKING:
    from inferometer.campaign.measured import Measured
    from inferometer.campaign.point import ReadyPoint
    from inferometer.cli.bench_flags import BenchFlags

REPEAT, REPEATS = "-repeat", "-repeats"
"""End the names of what belongs to one repeat, and to all of them."""
RUN_FILES = "requests.parquet, events.parquet, run.json, summary.json, verdict.json"

RESCUE_PREFIX = "inferometer-results-"

BYTES, BYTES_A_REQUEST, BYTES_AN_EVENT, MORE_IN_DETAIL = 128 << 10, 200, 8, 32
"""What results take on the disk, generously; the last is added to an event's with --save-detailed."""
MB = 1_000_000


def save(flags: BenchFlags, measured: Measured, saved: list[Path]) -> None:
    """Write the run directory, then vLLM's JSON beside it; `saved` is told what there is.

    What cannot be written there is written to a temporary folder or the home directory. Raises CannotWriteError all the same.
    """
    path = result_path(flags, measured.ready, measured.finished)
    try:
        _write(flags, measured, path, saved)
    except CannotWriteError as error:
        where = _rescue(flags, measured, path.name, saved)
        if where is None:
            size = _bytes(flags, measured.ready) / MB
            raise CannotWriteError(
                f"{error}. There was no room elsewhere either (some {size:.1f} MB are needed): the report is all that is left"
            ) from error
        raise CannotWriteError(f"{error}. What was measured lies in {where}/ instead") from error


def _write(flags: BenchFlags, measured: Measured, path: Path, saved: list[Path]) -> None:
    json, directory = free_names(path, append=flags.append_result)
    measured.save_run(directory, describe_environment(sys.argv, measured.ready.server))
    saved.append(directory)
    save_result(json, measured.result(), append=flags.append_result)
    saved.append(json)


def _rescue(flags: BenchFlags, measured: Measured, name: str, saved: list[Path]) -> Path | None:
    """Write all of it somewhere else; the folder, or None where that fails too."""
    for parent in _elsewhere():
        instead: list[Path] = []
        folder = None
        try:
            folder = Path(tempfile.mkdtemp(prefix=RESCUE_PREFIX, dir=parent))
            _write(flags, measured, folder / name, instead)
        except OSError:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        saved[:] = instead
        return folder
    return None


def _elsewhere() -> Iterator[Path]:
    with suppress(OSError):  # there may be none that can be written to
        yield Path(tempfile.gettempdir())
    yield Path(os.path.expanduser("~"))  # Path's own raises where there is none


def result_path(flags: BenchFlags, ready: ReadyPoint, finished: datetime) -> Path:
    """Of the JSON file, if that name is free. Repeats have one each, unless they are lines of one file."""
    path = flags.result_dir / (flags.result_filename or file_name(ready.spec, finished=finished, label=flags.label))
    together = flags.repeats == 1 or flags.append_result
    suffix = ".json" if path.suffix == ".json" else ""
    return path if together else path.with_name(f"{path.name.removesuffix(suffix)}{REPEAT}{ready.spec.repeat + 1}{suffix}")


def free_names(path: Path, *, append: bool = False) -> tuple[Path, Path]:
    """Of the JSON file, and of the run directory beside it: its name without the suffix. A number follows if one is taken."""
    suffix = ".json" if path.suffix == ".json" else ""
    stem = path.name.removesuffix(suffix)
    for numbered in itertools.chain([stem], (f"{stem}-{i}" for i in itertools.count(2))):
        json = path if append else path.with_name(f"{numbered}{suffix}")
        directory = path.with_name(numbered if suffix else f"{numbered}.run")
        if not directory.exists() and (append or not json.exists()):
            return json, directory
    raise AssertionError("there is no end of numbers")


def require_room(flags: BenchFlags, ready: ReadyPoint) -> None:
    """Find out before the run, not after it; and after all that may be refused, so that nothing is left behind then.

    Raises CannotWriteError.
    """
    path = result_path(flags, ready, datetime.now().astimezone())
    require_writable(path.parent)
    require_nameable(path.with_name(f"{path.name.removesuffix('.json')}{REPEATS}-99.json"))  # the longest we make of it
    if flags.result_filename and path.is_dir():
        raise CannotWriteError(f"cannot write {path}: that is a directory; choose another --result-filename")
    needed, free = _bytes(flags, ready), shutil.disk_usage(path.parent).free
    if free < needed:
        raise CannotWriteError(
            f"cannot write to {path.parent}: {free / MB:.1f} MB are left on its disk, and the results may take "
            f"{needed / MB:.1f} MB; free some space, or choose another --result-dir"
        )


def _bytes(flags: BenchFlags, ready: ReadyPoint) -> int:
    """What the results of one run may take on the disk."""
    requests = ready.workload.requests
    an_event = BYTES_AN_EVENT + (MORE_IN_DETAIL if flags.save_detailed else 0)
    return BYTES + len(requests) * BYTES_A_REQUEST + sum(request.max_tokens for request in requests) * an_event

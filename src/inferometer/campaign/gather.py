"""Gathering one machine's results into a tar, also while a campaign is running there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from inferometer.campaign.archive import write_archive
from inferometer.store.atomic import TEMPORARY_PREFIX
from inferometer.store.history import History
from inferometer.store.ledger import Record, dump, read_ledger
from inferometer.store.standing import HIDDEN, Places

LEFT_BEHIND = ("lock", "logs", "pending")
"""In a campaign's folder: of this machine alone. Logs hold what servers print, keys too perhaps."""


class GatherError(Exception):
    """There is nothing of use to gather: one sentence with cause and cure."""


def campaigns_in(result_dir: Path) -> list[Places]:
    """The campaigns whose results lie in a result directory, by name."""
    return [Places(result_dir, path.parent.name) for path in sorted((result_dir / HIDDEN).glob("*/ledger.jsonl"))]


def tar_name(result_dir: Path, host: str, time: datetime) -> str:
    """Such as `pcie_machine-c_20260722_120000.tar`."""
    return f"{result_dir.resolve().name}_{host}_{time.strftime('%Y%m%d_%H%M%S')}.tar"


def collect(result_dir: Path, tar: Path) -> int:
    """Write the results of a directory into a tar, and return the number of its files.

    A campaign that is running is caught between two points. Raises GatherError, LedgerError and CannotWriteError.
    """
    if not result_dir.is_dir():
        raise GatherError(f"{result_dir} is no directory: give the result directory of a campaign, such as bench_results/pcie.")
    require_one_result_dir(result_dir)
    if tar.exists():
        raise GatherError(f"{tar} is there already, perhaps another machine's results: choose another name with --output.")
    if not tar.parent.is_dir():
        raise GatherError(f"There is no directory {tar.parent} to put the tar into: make it, or choose another --output.")
    names = list(files_in(result_dir))
    # The ledgers are read after the files were listed: what was listed is in them by now, if only as an intent.
    records = {places: read_ledger(places.ledger) for places in campaigns_in(result_dir)}
    ours = {places.relative(places.ledger): dump(of_one) for places, of_one in records.items()}
    done, unfinished = _files_of(records)
    listed = sorted({*names, *done} - unfinished - set(ours))
    if not listed:
        raise GatherError(f"There are no results in {result_dir}.")
    contents: list[tuple[str, Path | bytes]] = [*ours.items(), *((name, result_dir / name) for name in listed)]
    return write_archive(tar, result_dir.resolve().name, contents)


def require_one_result_dir(directory: Path) -> None:
    """Raise GatherError for a directory that holds the result directories of several campaigns side by side."""
    inner = sorted(path.parent.relative_to(directory).as_posix() for path in directory.glob(f"*/**/{HIDDEN}"))
    if inner:
        raise GatherError(f"{directory} holds several result directories ({', '.join(inner[:5])}): take them one by one.")


def files_in(result_dir: Path) -> Iterator[str]:
    """All files, by name relative to the directory, but what is temporary, or of no use elsewhere."""
    for folder, folders, files in os.walk(result_dir):
        here = Path(folder).relative_to(result_dir)
        in_campaign = here.parent.as_posix() == HIDDEN
        left = LEFT_BEHIND if in_campaign else ()
        folders[:] = sorted(name for name in folders if not name.startswith(TEMPORARY_PREFIX) and name not in left)
        for name in sorted(files):
            if not name.startswith(TEMPORARY_PREFIX) and name not in left:
                yield (here / name).as_posix()


def _files_of(records: dict[Places, list[Record]]) -> tuple[set[str], set[str]]:
    """Names of all files of results that are done, and of those that were just being saved."""
    done: set[str] = set()
    unfinished: set[str] = set()
    for history in map(History.of, records.values()):
        done.update(name for result in history.current.values() for name in result.files)
        if history.intent is not None:
            unfinished.update(history.intent.files)
    return done, unfinished

"""Gathering one machine's results into a tar, also while a campaign is running there.

Only regular files of the directory go in: what is behind a link may be anybody's, and is not
results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from inferometer.campaign.archive import write_archive
from inferometer.store.atomic import TEMPORARY_PREFIX
from inferometer.store.campaign.checked_ledger import (
    campaigns_in,
    read_campaign_ledger,
)
from inferometer.store.campaign.history import History, Result
from inferometer.store.campaign.ledger import dump
from inferometer.store.campaign.result_files import damage_of
from inferometer.store.campaign.sound import HIDDEN
from inferometer.store.plain_files import Kind, entries_below, is_plain_file
from inferometer.words import Said, reason_of

LEFT_BEHIND = ("lock", "logs", "pending")
"""Files of this machine only, in a campaign's folder. Logs may contain keys."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was collected."""

    files: int
    """In the tar."""
    left_out: tuple[str, ...] = ()
    """Results that cannot be used, a sentence each."""
    damaged: bool = False
    """A ledger is damaged, and only a part of it could be used."""

    @property
    def clean(self) -> bool:
        return not (self.left_out or self.damaged)


class GatherError(Exception):
    """There is nothing to collect: one sentence with cause and cure."""


def tar_name(result_dir: Path, host: str, time: datetime) -> str:
    """Such as `pcie_machine-c_20260722_120000.tar`."""
    return f"{result_dir.resolve().name}_{host}_{time.strftime('%Y%m%d_%H%M%S')}.tar"


def collect(
    result_dir: Path, tar: Path, *, say: Callable[[str], None] = lambda _: None
) -> Collected:
    """Write the results of a directory into a tar. `say` is told what is amiss with the ledgers
    and with names of files.

    Files of a result that have changed go in as they are, for a person to look at. A campaign
    that is running is caught between two points. Raises GatherError, LedgerError and
    CannotWriteError.
    """
    _require_places(result_dir, tar)
    names = list(files_in(result_dir, say=say))
    # The ledgers are read after the files were listed: what was listed is in them by now, if only
    # as an intent.
    readings = {
        places: read_campaign_ledger(places)
        for places in campaigns_in(result_dir)
    }
    remarks = [
        remark for reading in readings.values() for remark in reading.remarks
    ]
    for remark in remarks:
        say(remark)
    ours = {
        places.relative(places.ledger): dump(reading.records)
        for places, reading in readings.items()
    }
    histories = [History.of(reading.records) for reading in readings.values()]
    done, unfinished = _files_of(histories)
    there = {name for name in done if is_plain_file(result_dir / name)}
    listed = sorted({*names, *there} - unfinished - set(ours))
    if not listed:
        raise GatherError(Said("gather.nothing", {"paths": result_dir}))
    contents: list[tuple[str, Path | bytes]] = [
        *ours.items(),
        *((name, result_dir / name) for name in listed),
    ]
    packed = write_archive(tar, result_dir.resolve().name, contents)
    left_out = [
        sentence
        for history in histories
        for sentence in _left_out(history, result_dir, packed)
    ]
    return Collected(len(packed), tuple(left_out), bool(remarks))


def _require_places(result_dir: Path, tar: Path) -> None:
    if not result_dir.is_dir():
        raise GatherError(Said("gather.no_directory", {"path": result_dir}))
    require_one_result_dir(result_dir)
    if tar.exists():
        raise GatherError(Said("gather.exists", {"path": tar}))
    if not tar.parent.is_dir():
        raise GatherError(Said("gather.no_parent", {"path": tar.parent}))


def damage_where_kept(
    result: Result,
    history: History,
    result_dir: Path,
    checksums: Mapping[str, str] | None = None,
) -> list[str]:
    """Problems of its files. The JSON file of an older result was moved, so no ledger names it."""
    if history.current[result.fingerprint] != result:
        files = {
            name: each
            for name, each in result.files.items()
            if name != result.json
        }
        result = replace(result, files=files)
    return damage_of(result, result_dir, checksums)


def _left_out(
    history: History, result_dir: Path, packed: Mapping[str, str]
) -> Iterator[str]:
    """The results that `merge` will leave out, and the one that is not saved yet."""
    for result in history.results:
        if damage := damage_where_kept(result, history, result_dir, packed):
            is_current = history.current[result.fingerprint] == result
            which = "gather.damaged" if is_current else "gather.damaged.earlier"
            yield Said(which, {"point": result.point, "damage": damage})
    if history.intent is not None:
        yield Said("gather.unfinished", {"point": history.intent.point})


def require_one_result_dir(directory: Path) -> None:
    """Raise GatherError if the directory contains several result directories."""
    found = (
        PurePosixPath(name)
        for name, kind in _entries(directory)
        if kind == "folder"
    )
    inner = sorted(
        path.parent.as_posix()
        for path in found
        if path.name == HIDDEN and len(path.parts) > 1
    )
    if inner:
        told = {"path": directory, "inner": ", ".join(inner[:5])}
        raise GatherError(Said("gather.several", told))


def files_in(
    result_dir: Path, *, say: Callable[[str], None] = lambda _: None
) -> Iterator[str]:
    """All files, by name relative to the directory, but what is temporary, or of no use elsewhere.

    Links are left out, and names that no archive may hold; both are told.
    """
    for name, kind in _entries(result_dir):
        if kind == "link":
            say(Said("gather.link", {"path": result_dir / name}))
        elif kind == "file" and not name.isprintable():
            path = f"{result_dir}/{ascii(name)[1:-1]}"
            say(Said("gather.control_characters", {"path": path}))
        elif kind == "file":
            yield name


def _entries(result_dir: Path) -> Iterator[tuple[str, Kind]]:
    """Raises GatherError where a folder cannot be read."""
    try:
        yield from entries_below(result_dir, skip=_is_of_no_use)
    except OSError as error:
        told = {"path": error.filename, "why": reason_of(error)}
        raise GatherError(Said("gather.unread", told)) from None


def _is_of_no_use(name: str) -> bool:
    path = PurePosixPath(name)
    in_campaign = len(path.parts) == 3 and path.parts[0] == HIDDEN
    return path.name.startswith(TEMPORARY_PREFIX) or (
        in_campaign and path.name in LEFT_BEHIND
    )


def _files_of(histories: Iterable[History]) -> tuple[set[str], set[str]]:
    """Names of all files of results that are done, and of those that were just being saved."""
    done: set[str] = set()
    unfinished: set[str] = set()
    for history in histories:
        done.update(
            name for result in history.current.values() for name in result.files
        )
        if history.intent is not None:
            unfinished.update(history.intent.files)
    return done, unfinished

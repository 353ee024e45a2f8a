"""Merging the results of several machines, or of several days, into one directory that a campaign
can go on in.

The ledgers of one campaign become one: all their records by time, under new checksums. A point that
was measured in several places keeps all its results: the latest one that counts is the point's, the
JSON files of the others go to `superseded/`, and the point is named. Results whose files are not
what their ledger says are left out and named. What no ledger knows is copied as it is.

Nothing in a source is believed: ledgers come with archives from elsewhere, and are read as
strictly as `store.campaign_ledger` reads all. Links in a source are left out.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import orjson

from inferometer.campaign.archive import unpack_archive
from inferometer.campaign.gather import (
    GatherError,
    damage_where_kept,
    files_in,
    require_one_result_dir,
)
from inferometer.campaign.results import Results, free_name, free_path
from inferometer.store.atomic import (
    TEMPORARY_PREFIX,
    new_directory,
    saying_why,
    write_file,
)
from inferometer.store.campaign.checked_ledger import (
    campaigns_in,
    read_campaign_ledger,
)
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.campaign.history import History, Result
from inferometer.store.campaign.ledger import (
    LEDGER_VERSION,
    LedgerError,
    Record,
    dump,
    now,
)
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.sound import HIDDEN
from inferometer.store.plain_files import is_plain_file, open_plain
from inferometer.words import Said, renamed, sentence_of

KEPT = (
    "begun",
    "done",
    "failed",
    "doubt",
    "doubt over",
    "server",
    "server lost",
    "group failed",
    "opened",
    "merged",
)
"""Kinds of records that are merged; the others concern the old ledger only."""

Key = tuple[str, frozenset[str]]
"""What a result is, whatever its files are called: its fingerprint and their checksums."""


@dataclass(slots=True)
class Merged:
    """What was merged, in sentences for the user."""

    points: int = 0
    """With a result that counts."""
    other_files: int = 0
    """Of no campaign, such as those of `bench`."""
    conflicts: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    """Ledgers of which only a part could be used."""

    @property
    def clean(self) -> bool:
        return not (self.conflicts or self.left_out or self.damaged)


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    """As the user gave it."""
    root: Path

    def as_named(self, sentence: str) -> str:
        """A sentence with the user's name of this source instead of the temporary path."""
        return renamed(sentence, str(self.root), self.name)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one source has of a campaign."""

    source: _Source
    records: Sequence[Record]
    history: History
    keys: set[Key]
    """Of all its results."""
    remarks: Sequence[str]
    """What is the matter with its ledger."""


def merge(sources: Sequence[Path], output: Path) -> Merged:
    """Merge result directories and tars of such into `output`, which must not exist yet, or be
    empty.

    Raises GatherError, ArchiveError, LedgerError and CannotWriteError, and then there is no output.
    """
    merged = Merged()
    if output.is_dir() and any(output.iterdir()):
        raise GatherError(Said("merge.not_empty", {"path": output}))
    with ExitStack() as stack:
        opened = [
            stack.enter_context(_opened(path, output)) for path in sources
        ]
        names = {
            places.name
            for source in opened
            for places in campaigns_in(source.root)
        }
        with new_directory(output) as temporary:
            for name in sorted(names):
                parts = [_part(source, name) for source in opened]
                _merge_campaign(parts, CampaignPaths(temporary, name), merged)
            for source in opened:
                _copy_the_rest(source, temporary, merged)
            if not any(temporary.iterdir()):
                where = {"paths": ", ".join(map(str, sources))}
                raise GatherError(Said("gather.nothing", where))
            os.sync()
    return merged


@contextmanager
def _opened(path: Path, output: Path) -> Iterator[_Source]:
    if output.resolve().is_relative_to(path.resolve()):
        raise GatherError(
            Said("merge.inside", {"output": output, "path": path})
        )
    if path.is_dir():
        yield _Source(str(path), _result_dir_in(path))
        return
    with saying_why(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(
            prefix=TEMPORARY_PREFIX, dir=output.parent
        )
    with folder:
        unpack_archive(path, Path(folder.name))
        yield _Source(str(path), _result_dir_in(Path(folder.name)))


def _result_dir_in(folder: Path) -> Path:
    """The folder, or the only one in it, or the only one in that."""
    inner = list(folder.iterdir())
    while (
        len(inner) == 1
        and inner[0].is_dir()
        and not inner[0].is_symlink()
        and inner[0].name != HIDDEN
    ):
        folder, inner = inner[0], list(inner[0].iterdir())
    require_one_result_dir(folder)
    return folder


def _part(source: _Source, name: str) -> _Part:
    """Raises LedgerError also if a record is not what a runner would have written."""
    try:
        reading = read_campaign_ledger(CampaignPaths(source.root, name))
    except LedgerError as error:
        raise LedgerError(source.as_named(sentence_of(error))) from None
    history = History.of(reading.records)
    keys = {_key(result) for result in history.results}
    return _Part(
        source,
        reading.records,
        history,
        keys,
        [source.as_named(remark) for remark in reading.remarks],
    )


def _key(result: Result) -> Key:
    return result.fingerprint, frozenset(result.files.values())


def _beginning(parts: Sequence[_Part]) -> list[Record]:
    """The first lines of the ledger."""
    sources = [Path(part.source.name).name for part in parts if part.records]
    return [
        {"kind": "ledger", "time": now(), "version": LEDGER_VERSION},
        {"kind": "merged", "time": now(), "sources": sources},
    ]


def _merge_campaign(
    parts: Sequence[_Part], target: CampaignPaths, merged: Merged
) -> None:
    everything = [
        (record, part)
        for part in parts
        for record in part.records
        if record["kind"] in KEPT
    ]
    everything.sort(key=lambda each: str(each[0]["time"]))
    ledger = _beginning(parts)
    known: set[Key | bytes] = set()
    given: set[str] = set()
    broken: dict[Key, str] = {}
    for record, part in everything:
        if record["kind"] == "done":
            ledger += _merge_result(
                record, part, target, known, broken, given=given, merged=merged
            )
        elif (text := orjson.dumps(record)) not in known:
            known.add(text)
            ledger.append(record)
    merged.left_out += [
        sentence for key, sentence in broken.items() if key not in known
    ]
    merged.damaged += [remark for part in parts for remark in part.remarks]
    merged.conflicts += _conflicts(
        [part for part in parts if part.records], known
    )
    write_file(target.ledger, dump(ledger))
    with Results(
        target
    ) as results:  # which moves the JSON files of older results aside
        merged.points += sum(
            result.counts for result in results.state.history.current.values()
        )


def _merge_result(
    record: Record,
    part: _Part,
    target: CampaignPaths,
    known: set[Key | bytes],
    broken: dict[Key, str],
    *,
    given: set[str],
    merged: Merged,
) -> Iterator[Record]:
    """Copy the files of a result that is not `known`; yield its record. Another source may have
    undamaged files.
    """
    result = Result.of(record).identified(part.history.identities)
    key = _key(result)
    if key in known:
        return
    if trouble := damage_where_kept(result, part.history, part.source.root):
        told = {
            "point": result.point,
            "source": part.source.name,
            "damage": trouble,
        }
        broken[key] = Said("merge.damaged_result", told)
        return
    known.add(key)
    placed = _copy_result(result, part.source.root, target, given)
    given |= {placed.json, placed.run}
    if placed.json != result.json:
        merged.renamed.append(_renamed(result.json, part.source, placed.json))
    yield {**record, **placed.facts()}


def _renamed(name: str, source: _Source, now_called: str) -> Said:
    told = {"name": name, "source": source.name, "now": now_called}
    return Said("merge.is_renamed", told)


def _copy_result(
    result: Result, root: Path, target: CampaignPaths, given: Container[str]
) -> Result:
    """Copy its files under names that are free; the result with these names."""
    json = free_name(target, target.result_dir / result.json, given)
    run = free_name(target, target.result_dir / result.run, given)
    new_name = {
        name: json
        if name == result.json
        else f"{run}/{name.rpartition('/')[2]}"
        for name in result.files
    }
    for old, new in new_name.items():
        if is_plain_file(root / old):
            _copy(root / old, target.result_dir / new)
    return replace(
        result,
        json=json,
        run=run,
        files={new_name[name]: each for name, each in result.files.items()},
    )


def _conflicts(
    parts: Sequence[_Part], known: Container[Key | bytes]
) -> list[str]:
    """Points with results that count in several parts, neither of which knows of the other."""
    found = {}
    for one, other in itertools.combinations(parts, 2):
        for fingerprint, mine in one.history.current.items():
            its = other.history.current.get(fingerprint)
            if (
                its is None
                or not (mine.counts and its.counts)
                or not (_key(mine) in known and _key(its) in known)
            ):
                continue
            if _key(mine) not in other.keys and _key(its) not in one.keys:
                told = {
                    "point": mine.point,
                    "one": one.source.name,
                    "other": other.source.name,
                    "one_file": mine.json,
                    "other_file": its.json,
                }
                found[fingerprint] = Said("merge.conflict", told)
    return list(found.values())


def _copy_the_rest(source: _Source, output: Path, merged: Merged) -> None:
    """What no ledger of the source knows."""
    known: set[str] = set()
    for places in campaigns_in(source.root):
        known.add(places.relative(places.ledger))
        records = read_campaign_ledger(places).records
        known.update(
            name
            for record in records
            if record["kind"] in ("intent", "done")
            for name in record["files"]
        )
    for name in files_in(
        source.root,
        say=lambda text: merged.left_out.append(source.as_named(text)),
    ):
        parts = PurePosixPath(name).parts
        if name in known or (parts[0] == HIDDEN and parts[2:3] == ("runs",)):
            continue
        target = output / name
        if target.exists() and checksum_of(target) == checksum_of(
            source.root / name
        ):
            continue
        free = free_path(target)
        if free != target and parts[0] != HIDDEN:
            now_called = free.relative_to(output).as_posix()
            merged.renamed.append(_renamed(name, source, now_called))
        merged.other_files += parts[0] != HIDDEN
        _copy(source.root / name, free)


def _copy(source: Path, target: Path) -> None:
    with saying_why(target), open_plain(source) as content:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as copy:
            shutil.copyfileobj(content, copy)

"""What there is to read under some paths: run directories, results of campaigns, result files.
Opens ledgers only.

Links to directories are not followed, pipes and devices are not opened, and nothing is counted
twice.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inferometer.results.campaign import Campaign, read_campaign
from inferometer.results.file_name import SUFFIXES
from inferometer.results.run_point import is_run_directory
from inferometer.store.campaign.checked_ledger import campaigns_in
from inferometer.store.campaign.history import Result
from inferometer.store.campaign.ledger import LedgerError
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.sound import HIDDEN
from inferometer.store.importers import (
    is_evalscope,
    is_json,
    unpacked_name,
)
from inferometer.store.importers.text import MAX_TEXT_BYTES
from inferometer.store.run_directory import (
    EVENTS,
    REQUESTS,
    RUN,
    SUMMARY,
    VERDICT,
)
from inferometer.words import Said, reason_of, sentence_of

OF_OTHERS = {
    "profile_export.jsonl": "profile_export_aiperf.json",
    **dict.fromkeys(
        ("mlperf_log_accuracy.json", "mlperf_log_trace.json"),
        "mlperf_log_summary.txt",
    ),
}
"""Files that belong to another one beside them, and are no results of their own."""

TARS = (".tar", ".tar.gz", ".tgz")
"""What `merge` unpacks."""
ARCHIVES = (
    *TARS,
    *(".zip", ".7z", ".rar", ".zst", ".xz", ".txz"),
    *(".bz2", ".tbz", ".tbz2", ".lz4"),
)
"""Not opened, but told of: results may be in them."""

LEDGER = "ledger.jsonl"

RUN_FILES = (RUN, SUMMARY, VERDICT, REQUESTS, EVENTS)

NO_RESULTS = ("experiment_metadata.json", "repeats.json")
"""Of genai-bench, and of our own `bench --repeats`, whose runs lie beside it."""


@dataclass(frozen=True, slots=True)
class RunDirectory:
    path: Path
    label: Path | None = None
    """The JSON file beside it, which may know its label; only where the user named the directory
    alone.
    """


@dataclass(frozen=True, slots=True)
class CampaignResult:
    campaign: Campaign
    result: Result


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file, or a directory of EvalScope's."""

    path: Path
    named: bool
    """The user named it: it is told of if it is no result."""
    runs: tuple[RunDirectory | CampaignResult, ...] = ()
    """Those that it may have been written with; only where the user named the file."""
    beside: tuple[Campaign, ...] = ()
    """The campaigns in whose result directory it lies, none of whose ledgers names it."""


Source = RunDirectory | CampaignResult | ResultFile


@dataclass(slots=True)
class Sources:
    """All sources below some paths, each once."""

    found: list[Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    archives: list[Path] = field(default_factory=list)
    """In directories; those that the user named are problems."""
    _seen: set[tuple[int, int]] = field(default_factory=set)
    _campaigns: dict[Path, Campaign | None] = field(default_factory=dict)
    """By ledger; None for one that cannot be used, which was told."""

    @classmethod
    def under(cls, paths: Sequence[Path]) -> Sources:
        sources = cls()
        for path in paths:
            sources._add(path)
        return sources

    def _add(self, path: Path) -> None:
        """What the user named."""
        try:
            os.stat(path)
        except OSError as error:
            self.problems.append(_unread(path, reason_of(error)))
            return
        if path.is_dir() and not self._may_look_into(path):
            return
        is_ledger = path.name == LEDGER and path.parent.parent.name == HIDDEN
        if is_ledger or (
            path.name in RUN_FILES and is_run_directory(path.parent)
        ):
            path = path.parent
        if path.parent.name == HIDDEN and (path / LEDGER).exists():
            if (
                campaign := self._campaign(
                    CampaignPaths(path.parent.parent, path.name)
                )
            ) is not None:
                self._take(campaign)
        elif path.name == HIDDEN:
            self._walk(path.parent)
        elif is_run_directory(path):
            self._once(path, self._named_run(path))
        elif path.is_dir():
            self._walk(path)
        elif _is_archive(path.name):
            told = "archive" if path.name.lower().endswith(TARS) else "packed"
            self.problems.append(
                _unread(path, Said(f"unread.{told}", {"path": path}))
            )
        else:
            self._once(path, self._named_file(path))

    def _named_run(self, path: Path) -> RunDirectory | CampaignResult:
        """As the point it is of the campaign that it lies in, or with the JSON file that it was
        written with.
        """
        if (
            len(path.parents) > 3
            and path.parent.name == "runs"
            and path.parents[2].name == HIDDEN
        ):
            campaign = self._campaign(
                CampaignPaths(path.parents[3], path.parents[1].name)
            )
            if campaign is not None:
                result = campaign.by_path.get(campaign.places.relative(path))
                return (
                    RunDirectory(path)
                    if result is None
                    else CampaignResult(campaign, result)
                )
        return RunDirectory(
            path,
            next((each for each in _json_of(path) if each.is_file()), None),
        )

    def _named_file(self, path: Path) -> ResultFile:
        beside = self._beside(path.parent)
        is_known = any(path.name in campaign.files for campaign in beside)
        return ResultFile(
            path,
            named=True,
            runs=tuple(self._runs_of(path)),
            beside=() if is_known else beside,
        )

    def _beside(self, directory: Path) -> tuple[Campaign, ...]:
        found = map(self._campaign, campaigns_in(directory))
        return tuple(campaign for campaign in found if campaign is not None)

    def _runs_of(self, path: Path) -> Iterator[RunDirectory | CampaignResult]:
        """Runs that a JSON file may have been written with: the directories beside it, or what a
        ledger knows.
        """
        stem, suffix = (
            (path.stem, "") if path.suffix == ".json" else (path.name, ".run")
        )
        names = itertools.chain(
            [stem], (f"{stem}-{number}" for number in itertools.count(2))
        )
        directories = (path.with_name(f"{name}{suffix}") for name in names)
        yield from map(
            RunDirectory, itertools.takewhile(is_run_directory, directories)
        )
        for campaign in self._beside(path.parent):
            if path.name in campaign.by_path:
                yield CampaignResult(campaign, campaign.by_path[path.name])

    def _walk(self, top: Path) -> None:
        waiting = [top]
        while waiting:
            directory = waiting.pop()
            if not self._is_new(directory) or not self._may_look_into(
                directory
            ):
                continue
            if is_run_directory(directory):
                self.found.append(RunDirectory(directory))
            elif is_evalscope(directory):
                self.found.append(ResultFile(directory, named=True))
            else:
                beside = self._beside(directory)
                for campaign in beside:
                    self._take(campaign)
                waiting += reversed(list(self._inside(directory, beside)))

    def _may_look_into(self, directory: Path) -> bool:
        if os.access(directory, os.R_OK | os.X_OK):
            return True
        self.problems.append(_unread(directory, Said("os.EACCES")))
        return False

    def _take(self, campaign: Campaign) -> None:
        if self._is_new(campaign.places.directory):
            self.found += [
                CampaignResult(campaign, result) for result in campaign.results
            ]

    def _campaign(self, places: CampaignPaths) -> Campaign | None:
        if places.ledger not in self._campaigns:
            try:
                campaign = self._campaigns[places.ledger] = read_campaign(
                    places
                )
                self.problems += campaign.remarks
            except LedgerError as error:
                what = sentence_of(error)
                ended = (
                    what
                    if what.endswith(".")
                    else Said("sentence", {"what": what})
                )
                self.problems.append(
                    Said("problem.as_they_are", {"error": ended})
                )
                self._campaigns[places.ledger] = None
        return self._campaigns[places.ledger]

    def _inside(
        self, directory: Path, beside: tuple[Campaign, ...]
    ) -> Iterator[Path]:
        """Take the files of a directory that none of its campaigns knows, and give the directories
        in it.
        """
        try:
            with os.scandir(directory) as scan:
                inside = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append(_unread(directory, reason_of(error)))
            return
        names = {entry.name for entry in inside}
        known = frozenset().union(*(campaign.files for campaign in beside))
        for entry in inside:
            path = directory / entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield path
            elif entry.is_dir():
                self.problems.append(Said("problem.link", {"path": path}))
            elif _is_archive(entry.name):
                self.archives.append(path)
            elif (
                _may_be_result(entry.name, names)
                and entry.name not in known
                and entry.is_file()
                and _may_be_read(entry)
            ):
                self._once(path, ResultFile(path, named=False, beside=beside))

    def _once(self, path: Path, source: Source) -> None:
        if self._is_new(path):
            self.found.append(source)

    def _is_new(self, path: Path) -> bool:
        try:
            status = os.stat(path)
        except OSError:
            return False
        key = (status.st_dev, status.st_ino)
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new


def _may_be_result(name: str, beside: Container[str]) -> bool:
    return (
        unpacked_name(name).lower().endswith(SUFFIXES)
        and name not in NO_RESULTS
        and not (name in OF_OTHERS and OF_OTHERS[name] in beside)
    )


def _is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """A text is searched only if it is no larger than any report of a client."""
    return is_json(entry.name) or entry.stat().st_size <= MAX_TEXT_BYTES


def _json_of(run: Path) -> Iterator[Path]:
    """Where `bench` may have put the JSON of a run: in a file of its own, or in one with those of
    others.
    """
    stem, suffix = (
        (run.name.removesuffix(".run"), "")
        if run.name.endswith(".run")
        else (run.name, ".json")
    )
    yield run.with_name(f"{stem}{suffix}")
    yield run.with_name(re.sub(r"-\d+$", "", stem) + suffix)


def _unread(path: Path, why: str) -> Said:
    return Said(
        "sentence", {"what": Said("unread", {"path": path, "why": why})}
    )

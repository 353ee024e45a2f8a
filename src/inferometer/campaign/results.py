"""Results: saving a campaign's points so that a kill at any moment loses no finished one, doubles
none and halves no file.

A point is saved in five steps: its files are written under `pending/` and flushed; the ledger
notes the intent, with their checksums; the run directory gets its final name; the JSON file gets
its own; the ledger notes that it is done. After a kill between any two of them, opening the
results finishes what was intended or removes it. Nothing with a final name is ever overwritten.
A ledger that is damaged is put in order first, and results of an earlier version are given their
deployment. Not known here: how a point is measured, and what is in its files.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from inferometer.metrics.verdict import Status
from inferometer.secret import masked
from inferometer.spec.run import RunSpec
from inferometer.store.atomic import (
    move,
    require_writable,
    saying_why,
    take_name,
)
from inferometer.store.campaign.checked_ledger import open_campaign_ledger
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.campaign.history import History, Result
from inferometer.store.campaign.identity import identify
from inferometer.store.campaign.ledger import parse
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.result_files import damage_of, damage_of_file
from inferometer.store.campaign.state import CampaignState
from inferometer.store.plain_files import is_plain_file


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the ledger records of a measured point."""

    spec: RunSpec
    point: str
    status: Status
    reasons: tuple[str, ...]
    allowed: bool
    server_version: str | None
    attempt: int
    file_name: str
    """For the JSON file, in the result directory."""
    max_model_len: int | None = None
    """The limit that the server reported."""


class Results:
    """The results of one campaign, to be added to. Who opens them holds the lock."""

    def __init__(
        self,
        places: CampaignPaths,
        specs: Sequence[RunSpec] = (),
        *,
        require_lock: Callable[[], None] = lambda: None,
    ) -> None:
        """Finish or remove what a killed run left behind. Raises CannotWriteError and LedgerError.

        Results of an earlier version are held against `specs`, the points that are planned.
        `require_lock` raises CannotWriteError once the lock is not held any more.
        """
        self.places = places
        self._require_lock = require_lock
        self._ledger, self.remarks = open_campaign_ledger(places)
        """Problems of the ledger and of results of earlier versions, a sentence each."""
        try:
            require_writable(places.directory)
            self.state = CampaignState(History.of(self._ledger.earlier))
            self._recover()
            self._identify(specs)
            self.state = CampaignState.of(self.state.history, places.result_dir)
        except BaseException:
            self._ledger.close()
            raise

    def note(self, kind: str, **facts: Any) -> None:
        """Append a record, with keys masked."""
        self._append(kind, masked(facts))

    def begin(self, spec: RunSpec, attempt: int | None = None) -> int:
        """Note that a point's prompts are about to be sent: new ones, or those of an earlier
        `attempt`. Returns its number.

        Without the lock nothing is begun; what was begun with it is finished, as the ledger is
        ours alone even so.
        """
        self._require_lock()
        if attempt is None:
            attempt = self.state.history.attempts.get(
                spec.prompts_fingerprint, 0
            )
        self._append(
            "begun",
            {
                "fingerprint": spec.fingerprint,
                "prompts": spec.prompts_fingerprint,
                "attempt": attempt,
            },
        )
        return attempt

    def save(
        self, measured: Measurement, write: Callable[[Path, Path], None]
    ) -> Result:
        """Save a point: `write(run directory, JSON file)` creates and flushes both."""
        self._clear_pending()
        write(self.places.pending_run, self.places.pending_json)
        result = self._result(measured)
        self._append("intent", result.facts())
        return self._finish(result)

    def close(self) -> None:
        self._ledger.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, kind: str, facts: dict[str, Any]) -> None:
        self.state.history.add(self._ledger.append(kind, **facts))

    def _result(self, measured: Measurement) -> Result:
        """Its record: free names, and checksums of the files in `pending/`."""
        places, fingerprint = self.places, measured.spec.fingerprint
        folder = (
            places.invalid
            if measured.status == "INVALID" and not measured.allowed
            else places.result_dir
        )
        json = self._free_name(folder / measured.file_name)
        run = self._free_name(places.runs / fingerprint)
        files = {json: checksum_of(places.pending_json)}
        files |= {
            f"{run}/{file.name}": checksum_of(file)
            for file in sorted(places.pending_run.iterdir())
        }
        return Result(
            fingerprint=fingerprint,
            point=measured.point,
            status=measured.status,
            reasons=tuple(masked(measured.reasons)),
            allowed=measured.allowed,
            json=json,
            run=run,
            files=files,
            server_version=measured.server_version,
            attempt=measured.attempt,
            base_url=measured.spec.target.base_url,
            max_model_len=measured.max_model_len,
        )

    def _finish(self, result: Result) -> Result:
        """Give the files of an intent their names, and note it. May be called again after it was
        broken off anywhere.

        Whether the JSON file's name is still free is found out by taking it: `bench` may write to
        the same directory.
        """
        (pending_run, run), (pending_json, _) = self._moves(result)
        if pending_run.exists():
            move(pending_run, run)
        while pending_json.exists():
            try:
                take_name(pending_json, self.places.result_dir / result.json)
            except FileExistsError:
                result = self._renamed(result)
                self._append("intent", result.facts())
        self._append("done", result.facts())
        if result.counts:
            self.state.damage.pop(result.fingerprint, None)
        self._set_aside(
            old
            for old in self.state.history.older
            if old.fingerprint == result.fingerprint
        )
        return result

    def _renamed(self, result: Result) -> Result:
        """The same with another name for its JSON file, which is free."""
        json = self._free_name(self.places.result_dir / result.json)
        files = {
            json if name == result.json else name: checksum
            for name, checksum in result.files.items()
        }
        return replace(result, json=json, files=files)

    def _free_name(self, path: Path) -> str:
        return free_name(self.places, path, self.state.history.names)

    def _moves(self, result: Result) -> Iterator[tuple[Path, Path]]:
        """The run directory goes first: a JSON file in its place has one."""
        yield self.places.pending_run, self.places.result_dir / result.run
        yield self.places.pending_json, self.places.result_dir / result.json

    def _recover(self) -> None:
        intent = self.state.history.intent
        if intent is not None and self._is_whole(intent):
            self._finish(intent)
        elif intent is not None:
            self._remove(intent)
            self._append(
                "dropped",
                {"fingerprint": intent.fingerprint, "point": intent.point},
            )
        self._clear_pending()
        self._set_aside(self.state.history.older)

    def _identify(self, specs: Sequence[RunSpec]) -> None:
        """Record the deployments that results of an earlier version belong to."""
        found = identify(self.state.history, specs, self.places.result_dir)
        self.remarks += found.remarks
        if found.identities:
            results = {
                run: list(identity)
                for run, identity in found.identities.items()
            }
            self._ledger.append("identified", results=results)
            self.state = CampaignState(
                History.of(parse(self.places.ledger).records)
            )

    def _is_whole(self, intent: Result) -> bool:
        """Whether all its files are there as they were written, under their old names or the final
        ones.

        Where something else has the name of the run directory, the intent is not ours. A name of
        its JSON file that was taken meanwhile is no harm: it gets another.
        """
        (pending_run, final_run), (pending_json, final_json) = self._moves(
            intent
        )
        if pending_run.exists() and final_run.exists():
            return False
        run = pending_run if pending_run.exists() else final_run
        json = pending_json if pending_json.exists() else final_json
        return all(
            is_plain_file(path) and checksum_of(path) == checksum
            for name, checksum in intent.files.items()
            for path in [
                json if name == intent.json else run / name.rpartition("/")[2]
            ]
        )

    def _remove(self, intent: Result) -> None:
        """Remove the files of an intent, except those of finished results or of others."""
        history, folder = self.state.history, self.places.result_dir
        kept = {
            name
            for each in history.results
            if each.run == intent.run or each.json == intent.json
            if not damage_of(each, folder)
            for name in (each.run, each.json)
        }
        with saying_why(self.places.directory):
            if intent.run not in kept:
                shutil.rmtree(folder / intent.run, ignore_errors=True)
            is_ours = not damage_of_file(
                folder, intent.json, intent.files[intent.json]
            )
            if intent.json not in kept and is_ours:
                (folder / intent.json).unlink()

    def _set_aside(self, older: Iterable[Result]) -> None:
        """Move the JSON files of replaced results aside, since tools read the whole directory."""
        in_use = {result.json for result in self.state.history.current.values()}
        for result in older:
            path = self.places.result_dir / result.json
            is_file = is_plain_file(path) or path.is_symlink()
            if (
                result.json not in in_use
                and not path.is_relative_to(self.places.directory)
                and is_file
            ):
                move(path, free_path(self.places.superseded / path.name))

    def _clear_pending(self) -> None:
        with saying_why(self.places.pending):
            shutil.rmtree(self.places.pending, ignore_errors=True)
            self.places.pending.mkdir(parents=True, exist_ok=True)


def free_name(places: CampaignPaths, path: Path, given: Container[str]) -> str:
    """A free path as records name it; not one that was `given` to a result, wherever its file is
    by now: the ledger would have two results of that name.
    """
    return next(
        name
        for each in _numbered(path)
        if (name := places.relative(each)) not in given
        and not os.path.lexists(each)
    )


def free_path(path: Path) -> Path:
    """The path, or if that name is taken, with a number before its suffix."""
    return next(each for each in _numbered(path) if not os.path.lexists(each))


def _numbered(path: Path) -> Iterator[Path]:
    suffix = path.suffix if path.suffix == ".json" else ""
    stem = path.name.removesuffix(suffix)
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{stem}-{number}{suffix}")

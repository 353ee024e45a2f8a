"""What is left of a ledger with damage in the middle: the lines before it, and results that their
files confirm.

No checksum proves the lines after the damage, so none of them is believed alone. A recorded result
is recovered if each of its files has the checksum in the line, and the files agree with the line:
the fingerprint in `run.json`, the status in `verdict.json`. It is then as credible as the files
are. Recorded attempts are recovered as they are: they only prevent sending prompts twice. Changes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from inferometer.store.campaign.history import History, Result
from inferometer.store.campaign.ledger import (
    LEDGER_VERSION,
    Content,
    LedgerError,
    Record,
    now,
    unsealed,
)
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.result_files import damage_of
from inferometer.store.campaign.sound import is_sound
from inferometer.store.plain_files import read_plain
from inferometer.store.run_directory import RUN, VERDICT
from inferometer.words import Said, counted

MAX_JSON_BYTES = 1 << 24

BEGINNING = b'{"kind":"'
"""Of every record."""


@dataclass(frozen=True, slots=True)
class Salvage:
    """What can be recovered from the damaged lines."""

    records: list[Record]
    """Records to follow the proven ones."""
    used: int
    """Results among them."""
    lost: int
    """Recorded results that their files do not confirm."""

    def sentence(self, places: CampaignPaths, line: int) -> str:
        """For the user, without its end."""
        lost = Said("ledger.lost", {"n": self.lost}) if self.lost else ""
        told = {"path": places.ledger, "line": line, "lost": lost}
        if not self.used:
            return Said("ledger.salvaged.none", told)
        return counted("ledger.salvaged", self.used, told)


def salvage(content: Content, places: CampaignPaths) -> Salvage:
    """Recover from a damaged ledger. Raises LedgerError if a newer Inferometer wrote it."""
    assert content.damage is not None
    proven = History.of(content.records)
    known = {_key(result) for result in proven.results}
    listed = [
        record
        for line in content.damage.rest.splitlines()
        for record in _sound(line, places)
    ]
    begun = [record for record in listed if record["kind"] == "begun"]
    noted = {
        (result.fingerprint, result.run): (record, result)
        for record in [*_open_intent(content.records, proven), *listed]
        if record["kind"] in ("intent", "done")
        for result in [Result.of(record)]
        if _key(result) not in known
    }
    whole = {
        key: record
        for key, (record, result) in noted.items()
        if _is_borne_out(result, places.result_dir)
    }
    done = [
        {**record, "kind": "done", "recovered": True}
        for record in whole.values()
    ]
    left = [record for key, (record, _) in noted.items() if key not in whole]
    unfinished = [record for record in left[-1:] if record["kind"] == "intent"]
    return Salvage(
        [*_beginning(content), *begun, *done, *unfinished],
        len(done),
        len(left) - len(unfinished),
    )


def _beginning(content: Content) -> list[Record]:
    """The first record of a ledger, if none is left."""
    if content.records:
        return []
    return [{"kind": "ledger", "time": now(), "version": LEDGER_VERSION}]


def _sound(line: bytes, places: CampaignPaths) -> Iterator[Record]:
    """The record of a line, if it is usable; of two that ran into one another, the second."""
    told = unsealed(line)
    if told is None and (begin := line.rfind(BEGINNING)) > 0:
        told = unsealed(line[begin:])
    if not isinstance(told, dict) or not isinstance(told.get("kind"), str):
        return
    if (
        told["kind"] == "ledger"
        and isinstance(version := told.get("version"), int)
        and version > LEDGER_VERSION
    ):
        raise LedgerError(
            Said("ledger.newer.unproven", {"path": places.ledger})
        )
    if told["kind"] in ("begun", "intent", "done") and is_sound(
        told, places.name
    ):
        yield told


def _open_intent(records: Iterable[Record], history: History) -> list[Record]:
    """The last proven line, if the next would have recorded that its files were renamed."""
    last = [record for record in records if record["kind"] == "intent"][-1:]
    return last if history.intent is not None else []


def _key(result: Result) -> tuple[str, frozenset[tuple[str, str]]]:
    return result.fingerprint, frozenset(result.files.items())


def _is_borne_out(result: Result, result_dir: Path) -> bool:
    """Whether its files are complete and agree with the line."""
    if damage_of(result, result_dir):
        return False
    try:
        run, verdict = (
            orjson.loads(
                read_plain(result_dir / result.run / name, MAX_JSON_BYTES)
            )
            for name in (RUN, VERDICT)
        )
        return bool(
            run["fingerprint"] == result.fingerprint
            and verdict["status"] == result.status
        )
    except (OSError, ValueError, LookupError, TypeError):
        return False

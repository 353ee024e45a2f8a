"""A campaign's ledger as every verb reads it: bounded, without links, and only records that
campaigns write.

Result directories travel: they are copied, archived, and sent by colleagues. Every verb reads
ledgers here, before anything is moved or removed.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inferometer.store.atomic import write_file
from inferometer.store.campaign.ledger import (
    Content,
    Ledger,
    LedgerError,
    Record,
    foreign,
    now,
    parse,
)
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.recovery import salvage
from inferometer.store.campaign.sound import HIDDEN, are_sound, is_campaign_name
from inferometer.store.plain_files import first_link
from inferometer.words import Said, reason_of


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """The content of a ledger."""

    records: Sequence[Record]
    remarks: tuple[str, ...] = ()
    """Problems of the ledger, a sentence each."""


def campaigns_in(result_dir: Path) -> list[CampaignPaths]:
    """The campaigns with results in a result directory, by name."""
    found = (
        path.parent.name
        for path in sorted((result_dir / HIDDEN).glob("*/ledger.jsonl"))
    )
    return [
        CampaignPaths(result_dir, name)
        for name in found
        if is_campaign_name(name)
    ]


def read_campaign_ledger(places: CampaignPaths) -> LedgerReading:
    """All proven records, and those of a damaged ledger that its files confirm. Changes nothing.
    Raises LedgerError.
    """
    content = _checked(places)
    if content is None:
        return LedgerReading(())
    if content.damage is None:
        return LedgerReading(content.records)
    found = salvage(content, places)
    remark = Said(
        "ledger.repairs", {"what": found.sentence(places, content.damage.line)}
    )
    return LedgerReading([*content.records, *found.records], (remark,))


def open_campaign_ledger(
    places: CampaignPaths,
) -> tuple[Ledger, tuple[str, ...]]:
    """The ledger, open for appending, and its problems. What is not proven is moved to a file
    beside it.

    Raises LedgerError and CannotWriteError, and then nothing was changed.
    """
    _checked(places)
    remarks: list[str] = []

    def mend(content: Content) -> list[Record]:
        assert content.damage is not None
        line, found = content.damage.line, salvage(content, places)
        kept = _free_name(places.directory)
        write_file(kept, content.damage.rest)
        told = {"what": found.sentence(places, line), "file": kept.name}
        remarks.append(Said("ledger.kept", told))
        cut = {
            "kind": "cut",
            "time": now(),
            "line": line,
            "kept": kept.name,
            "recovered": found.used,
        }
        records = [*content.records, *found.records]
        records.insert(max(len(content.records), 1), cut)
        return records

    return Ledger(places.ledger, mend), tuple(remarks)


def _checked(places: CampaignPaths) -> Content | None:
    """The one check of a ledger that may come from elsewhere: its place, its lines, what they say.
    None if there is no ledger. Raises LedgerError."""
    if not is_campaign_name(places.name):
        told = {"directory": places.directory, "name": places.name}
        raise LedgerError(Said("ledger.name", told))
    require_no_links(places)
    if not places.ledger.exists():
        return None
    content = parse(places.ledger)
    if not are_sound(content.records, places.name):
        raise foreign(places.ledger)
    return content


def require_no_links(places: CampaignPaths) -> None:
    """Raise LedgerError for a link in the campaign's own folder; the user's directory may be behind
    one.
    """
    hidden = places.result_dir / HIDDEN
    try:
        link = (
            hidden if os.path.islink(hidden) else first_link(places.directory)
        )
    except OSError as error:
        told = {
            "path": error.filename or places.directory,
            "why": reason_of(error),
        }
        raise LedgerError(Said("ledger.unreadable", told)) from None
    if link is not None:
        raise LedgerError(Said("ledger.link", {"path": link}))


def _free_name(directory: Path) -> Path:
    names = (
        directory / f"ledger-damaged-{number}.jsonl"
        for number in itertools.count(1)
    )
    return next(path for path in names if not path.exists())

"""Which points of a campaign have a result that counts: its history compared with its files. Writes
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inferometer.store.campaign.checked_ledger import read_campaign_ledger
from inferometer.store.campaign.history import History, Result, ServerInfo
from inferometer.store.campaign.identity import identify
from inferometer.store.campaign.ledger import Record
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.result_files import damage_of

if TYPE_CHECKING:
    from inferometer.spec.run import RunSpec

UNKNOWN = ServerInfo()


@dataclass(slots=True)
class CampaignState:
    """The history, compared with the files."""

    history: History = field(default_factory=History)
    damage: dict[str, list[str]] = field(default_factory=dict)
    """By fingerprint: problems of the files of a result that would count otherwise, a
    phrase each.
    """
    remarks: tuple[str, ...] = ()
    """On results of an earlier version that are not used, a sentence each."""

    @classmethod
    def of(cls, history: History, result_dir: Path) -> CampaignState:
        """Reads every file of every counting result."""
        found = {
            fp: damage_of(result, result_dir)
            for fp, result in history.current.items()
            if result.counts
        }
        return cls(
            history, {fp: phrases for fp, phrases in found.items() if phrases}
        )

    def result(
        self, fingerprint: str, server: ServerInfo = UNKNOWN
    ) -> Result | None:
        """The point's result, if it counts; not if the server's version or limit is known to
        differ.
        """
        result = self.history.current.get(fingerprint)
        if result is None or not result.counts or fingerprint in self.damage:
            return None
        return None if result.server.unlike(server) else result


def campaign_state(
    records: Iterable[Record],
    places: CampaignPaths,
    specs: Sequence[RunSpec] = (),
) -> CampaignState:
    """The state after these records. Results of an earlier version are matched with `specs`, the
    planned points.
    """
    records = list(records)
    history = History.of(records)
    found = identify(history, specs, places.result_dir)
    state = CampaignState.of(
        History.of(records, found.identities) if found.identities else history,
        places.result_dir,
    )
    state.remarks = found.remarks
    return state


def read_campaign_state(
    places: CampaignPaths, specs: Sequence[RunSpec] = ()
) -> CampaignState:
    """How far a campaign is, also while it runs. Raises LedgerError."""
    return campaign_state(read_campaign_ledger(places).records, places, specs)

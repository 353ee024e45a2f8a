"""Where the files of a campaign are.

RESULT_DIR/              the JSON files: one for each point with a result that counts, no others
RESULT_DIR/.inferometer/NAME/
    ledger.jsonl, lock   what happened; the lock of the running campaign
    runs/FINGERPRINT/    run directory of a point (-2, -3, ... if it was measured again)
    invalid/             JSON files of results that do not count
    superseded/          JSON files that a later result has replaced
    pending/             files of the point that is being saved
    logs/                of the servers
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inferometer.store.campaign.sound import HIDDEN


@dataclass(frozen=True, slots=True)
class CampaignPaths:
    """Paths of one campaign."""

    result_dir: Path
    name: str

    @property
    def directory(self) -> Path:
        return self.result_dir / HIDDEN / self.name

    @property
    def ledger(self) -> Path:
        return self.directory / "ledger.jsonl"

    @property
    def lock(self) -> Path:
        return self.directory / "lock"

    @property
    def runs(self) -> Path:
        return self.directory / "runs"

    @property
    def invalid(self) -> Path:
        return self.directory / "invalid"

    @property
    def superseded(self) -> Path:
        return self.directory / "superseded"

    @property
    def pending(self) -> Path:
        return self.directory / "pending"

    @property
    def pending_run(self) -> Path:
        return self.pending / "run"

    @property
    def pending_json(self) -> Path:
        return self.pending / "result.json"

    @property
    def logs(self) -> Path:
        return self.directory / "logs"

    def relative(self, path: Path) -> str:
        """As records name it."""
        return path.relative_to(self.result_dir).as_posix()


def campaign_paths(
    result_dir: str,
    name: str,
    *,
    quick: bool = False,
    embedded: bool = False,
    simulated: bool = False,
) -> CampaignPaths:
    """Paths of a campaign; rehearsals and simulations have separate result directories, so that
    nobody mistakes their files.
    """
    kinds = {"quick": quick, "embedded": embedded, "simulated": simulated}
    suffix = "".join(f"-{kind}" for kind, is_so in kinds.items() if is_so)
    directory = Path(result_dir)
    return CampaignPaths(
        directory.with_name(directory.name + suffix)
        if directory.name
        else directory / suffix.lstrip("-"),
        name,
    )

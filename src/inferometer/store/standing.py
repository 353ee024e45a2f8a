"""Where the files of a campaign are, and which of its points have a result that counts. Reads, and writes nothing.

RESULT_DIR/                   the JSON files, one for each point that counts as measured, and none else
RESULT_DIR/.inferometer/NAME/
    ledger.jsonl  lock        what happened; who is at work
    runs/FINGERPRINT/         the run directory of a point (-2, -3, ... if it was measured again)
    invalid/                  JSON files of results that do not count
    superseded/               JSON files that a later result has replaced, also if somebody has changed them
    pending/                  files of the point that is just being saved
    logs/                     of the servers
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from inferometer.store.checksum import checksum_of
from inferometer.store.history import History, Result
from inferometer.store.ledger import read_ledger

HIDDEN = ".inferometer"


@dataclass(frozen=True, slots=True)
class Places:
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


def places_of(result_dir: str, name: str, *, quick: bool = False, embedded: bool = False) -> Places:
    """Of a campaign; rehearsals have a result directory of their own, whose files nobody can take for the real ones."""
    suffix = ("-quick" if quick else "") + ("-embedded" if embedded else "")
    directory = Path(result_dir)
    return Places(directory.with_name(directory.name + suffix) if directory.name else directory / suffix.lstrip("-"), name)


@dataclass(slots=True)
class Standing:
    """What the history says, held against the files."""

    history: History = field(default_factory=History)
    damage: dict[str, list[str]] = field(default_factory=dict)
    """By fingerprint: what is the matter with the files of a result that would count otherwise, a phrase for each."""

    @classmethod
    def of(cls, history: History, result_dir: Path) -> Standing:
        """Reads every file of every result that counts."""
        found = {fp: damage_of(result, result_dir) for fp, result in history.current.items() if result.counts}
        return cls(history, {fp: phrases for fp, phrases in found.items() if phrases})

    def result(self, fingerprint: str, server_version: str | None = None) -> Result | None:
        """The point's result, if it counts: not one of a server of another version, where both are known."""
        result = self.history.current.get(fingerprint)
        if result is None or not result.counts or fingerprint in self.damage:
            return None
        same = server_version is None or result.server_version in (None, server_version)
        return result if same else None


def read_standing(places: Places) -> Standing:
    """How far a campaign is, whether or not somebody is running it. Raises LedgerError."""
    return Standing.of(History.of(read_ledger(places.ledger)), places.result_dir)


def damage_of(result: Result, result_dir: Path) -> list[str]:
    """What is the matter with its files: nothing, `NAME is missing`, `NAME has changed`."""
    return [phrase for name, checksum in result.files.items() if (phrase := _damage(result_dir / name, name, checksum))]


def _damage(path: Path, name: str, checksum: str) -> str | None:
    try:
        return None if checksum_of(path) == checksum else f"{name} has changed"
    except FileNotFoundError:
        return f"{name} is missing"
    except OSError as error:
        return f"{name} cannot be read ({error.strerror})"

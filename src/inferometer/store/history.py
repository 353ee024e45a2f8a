"""History: what the records of a campaign's ledger amount to. Pure; looks at no file.

ledger        version of the format                    opened     a run of the campaign began, where and with what
server        a server came up; what was verified      begun      a point's measurement began (its n-th attempt)
intent        its files are written, under temporary   done       its files have their names: it is measured
              names, and about to get their own         dropped    its files were lost with a power cut, or the like
failed        a point could not be measured, and why   group failed   no server for a group, and why
merged        the ledger was made of several             not at rest    a server had others' requests while another of
                                                                      its pair was measured
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from inferometer.metrics.verdict import Status
from inferometer.store.ledger import Record


@dataclass(frozen=True, slots=True)
class Result:
    """One measured point: what it is, how far it may be believed, and its files."""

    fingerprint: str
    point: str
    """Its id in the plan."""
    status: Status
    reasons: tuple[str, ...]
    """Why it is not VALID, the worst first."""
    allowed: bool
    """It counts as a result although it is INVALID: `--allow-invalid` was given."""
    json: str
    """The file in vLLM's format, relative to the result directory; so are all paths here."""
    run: str
    """The run directory."""
    files: Mapping[str, str]
    """SHA-256 of the JSON file and of each file in the run directory."""
    server_version: str | None
    attempt: int
    """0 for the first; each sends prompts of its own, so that what an earlier one left in a prefix cache is of no use to it."""

    @property
    def counts(self) -> bool:
        """Whether the point need not be measured again."""
        return self.status != "INVALID" or self.allowed

    def facts(self) -> dict[str, Any]:
        """As plain values, for a record."""
        return asdict(self)

    @classmethod
    def of(cls, record: Record) -> Result:
        facts = {name: record[name] for name in cls.__slots__}
        return cls(**{**facts, "reasons": tuple(facts["reasons"])})


@dataclass(slots=True)
class History:
    current: dict[str, Result] = field(default_factory=dict)
    """The latest result of each fingerprint that counts, or the latest of all if none does."""
    older: list[Result] = field(default_factory=list)
    """All other results."""
    intent: Result | None = None
    """Files were about to get their names, and nobody noted that they did."""
    attempts: dict[str, int] = field(default_factory=dict)
    """How many attempts there were with prompts of their own, by the prompts' fingerprint."""
    failures: dict[str, str] = field(default_factory=dict)
    """Why a point failed that has no result since, by its fingerprint."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> History:
        history = cls()
        for record in records:
            history.add(record)
        return history

    def add(self, record: Record) -> None:
        kind = record["kind"]
        if kind == "begun":
            self.attempts[record["prompts"]] = max(self.attempts.get(record["prompts"], 0), record["attempt"] + 1)
        elif kind == "intent":
            self.intent = Result.of(record)
        elif kind == "dropped":
            self.intent = None
        elif kind == "failed":
            self.failures[record["fingerprint"]] = record["reason"]
        elif kind == "done":
            self._done(Result.of(record))

    def _done(self, result: Result) -> None:
        self.intent = None
        self.failures.pop(result.fingerprint, None)
        before = self.current.get(result.fingerprint)
        if before is not None and before.counts and not result.counts:
            self.older.append(result)
            return
        if before is not None:
            self.older.append(before)
        self.current[result.fingerprint] = result

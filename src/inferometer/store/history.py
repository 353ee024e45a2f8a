"""History: what the records of a campaign's ledger amount to. Pure; looks at no file.

ledger        version of the format                    opened     a run of the campaign began, where and with what
server        a server came up; what was verified      begun      a point's measurement began (its n-th attempt)
intent        its files are written, under temporary   done       its files have their names: it is measured
              names, and about to get their own         dropped    its files were lost with a power cut, or the like
failed        a point could not be measured, and why   group failed   no server for a group, and why
merged        the ledger was made of several             not at rest    a server had others' requests while another of
doubt         a result contradicts its neighbours                     its pair was measured
doubt over    it does not, or the point has another result that fits
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from inferometer.metrics.verdict import Status
from inferometer.store.doubt import Doubt
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
    def checksum(self) -> str:
        """Of its JSON file: what it is known by wherever its files are, and whatever they are called."""
        return self.files.get(self.json, "")

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
    doubts: dict[str, Doubt] = field(default_factory=dict)
    """Results that contradict their neighbours, by fingerprint."""
    settled: dict[str, Doubt] = field(default_factory=dict)
    """Doubts that are over."""
    again: dict[str, Result] = field(default_factory=dict)
    """The latest result of a point since its doubt, by fingerprint."""
    rechecked: set[str] = field(default_factory=set)
    """Fingerprints of points that have a result since a doubt, whatever came of it."""

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
        elif kind == "doubt":
            self._doubt(Doubt.of(record))
        elif kind == "doubt over" and record["fingerprint"] in self.doubts:
            self.settled[record["fingerprint"]] = self.doubts.pop(record["fingerprint"])

    def doubt_of(self, result: Result) -> Doubt | None:
        """The doubt about this very result; one about an older result of the point says nothing of it."""
        doubt = self.doubts.get(result.fingerprint)
        return doubt if doubt is not None and result.checksum in doubt.results else None

    def status_of(self, result: Result) -> Status:
        """What its run says, and SUSPECT at best where its neighbours contradict it."""
        return "SUSPECT" if result.status == "VALID" and self.doubt_of(result) is not None else result.status

    def reasons_of(self, result: Result) -> tuple[str, ...]:
        """Why it is not VALID, the doubt first."""
        doubt = self.doubt_of(result)
        return result.reasons if doubt is None else (doubt.finding().sentence, *result.reasons)

    def doubt_before(self, result: Result) -> Doubt | None:
        """The doubt about an older result of the point, which is over since there is this one."""
        doubt = self.settled.get(result.fingerprint)
        return doubt if doubt is not None and result.checksum not in doubt.results else None

    def _doubt(self, doubt: Doubt) -> None:
        self.doubts[doubt.fingerprint] = doubt
        self.settled.pop(doubt.fingerprint, None)
        if doubt.again == "no":
            self.again.pop(doubt.fingerprint, None)

    def _done(self, result: Result) -> None:
        self.intent = None
        if result.fingerprint in self.doubts:
            self.again[result.fingerprint] = result
            self.rechecked.add(result.fingerprint)
        self.failures.pop(result.fingerprint, None)
        before = self.current.get(result.fingerprint)
        if before is not None and before.counts and not result.counts:
            self.older.append(result)
            return
        if before is not None:
            self.older.append(before)
        self.current[result.fingerprint] = result

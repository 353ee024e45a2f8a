"""What the records of a campaign's ledger amount to. Pure; reads no file.

ledger         version of the format
opened         a run of the campaign began, where and with what
server         a server started; what was verified
begun          a point's measurement began (its n-th attempt)
intent         its files are written under temporary names, and about to be renamed
done           its files have their names: it is measured
dropped        its files were lost, as in a power cut
failed         a point could not be measured, and why
group failed   a group had no server, and why
merged         the ledger was merged from several
not at rest    a server had foreign requests while another of its pair was measured
identified     which deployments the results of an earlier version belong to
cut            damaged lines were removed (see `recovery`)
doubt          a result contradicts its neighbours
doubt over     it no longer does, or the point has another result that fits
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, NamedTuple

from inferometer.metrics.verdict import Status
from inferometer.store.campaign.doubt import Doubt
from inferometer.store.campaign.ledger import Record

MAX_LIMIT = 1 << 53
"""Limit of a server's max_model_len, tokens; JSON does not hold larger numbers exactly."""


class ServerInfo(NamedTuple):
    """What a server reported of itself; None if it did not."""

    version: str | None = None
    max_model_len: int | None = None

    def unlike(self, other: ServerInfo) -> str:
        """How it differs from the other, if both are known: such as `version 0.10.2`; or ""."""
        known = [
            (name, *pair)
            for name, *pair in zip(self._fields, self, other, strict=True)
            if None not in pair
        ]
        return " and ".join(
            f"{name} {mine}" for name, mine, its in known if mine != its
        )


def usable_limit(told: object) -> int | None:
    """A limit in tokens as reported by a server; None if it cannot be one."""
    return told if type(told) is int and 0 < told < MAX_LIMIT else None


@dataclass(frozen=True, slots=True)
class Result:
    """One measured point: its identity, its verdict, and its files."""

    fingerprint: str
    point: str
    """Its id in the plan."""
    status: Status
    reasons: tuple[str, ...]
    """Why it is not VALID, the worst first."""
    allowed: bool
    """It counts although it is INVALID: `--allow-invalid` was given."""
    json: str
    """The file in vLLM's format, relative to the result directory, like all paths here."""
    run: str
    """The run directory."""
    files: Mapping[str, str]
    """SHA-256 of the JSON file and of each file in the run directory."""
    server_version: str | None
    attempt: int
    """0 for the first; each has its own prompts, so that an earlier one's prefix cache is of no
    use.
    """
    base_url: str | None = None
    """Where it was measured. None: recorded by an earlier version, whose fingerprints had no
    address (see `identity`).
    """
    max_model_len: int | None = None
    """The server's reported limit; None if it did not report one or an earlier version recorded
    none.
    """

    @property
    def server(self) -> ServerInfo:
        return ServerInfo(self.server_version, self.max_model_len)

    @property
    def is_of_an_earlier_version(self) -> bool:
        """Its fingerprint does not identify the server's address."""
        return self.base_url is None

    @property
    def checksum(self) -> str:
        """Of its JSON file: identifies it wherever its files are, and whatever their names."""
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
        facts = {
            each.name: record[each.name]
            for each in fields(cls)
            if each.name in record
        }
        return cls(**{**facts, "reasons": tuple(facts["reasons"])})

    def identified(self, identities: Identities) -> Result:
        """The same with the fingerprint and address that were found out later, if any."""
        if self.base_url is not None or self.run not in identities:
            return self
        fingerprint, base_url = identities[self.run]
        return replace(self, fingerprint=fingerprint, base_url=base_url)


Identities = Mapping[str, tuple[str, str]]
"""Of results of an earlier version, by run directory: today's fingerprint, and the address."""


@dataclass(slots=True)
class History:
    current: dict[str, Result] = field(default_factory=dict)
    """The latest counting result of each fingerprint, or the latest of all if none counts."""
    older: list[Result] = field(default_factory=list)
    """All other results."""
    names: set[str] = field(default_factory=set)
    """Of the JSON files and run directories of all results, wherever they are by now."""
    intent: Result | None = None
    """Files were about to be renamed, and there is no record that they were."""
    attempts: dict[str, int] = field(default_factory=dict)
    """Number of attempts with separate prompts, by the prompts' fingerprint."""
    failures: dict[str, str] = field(default_factory=dict)
    """Why a point without a result since then failed, by its fingerprint."""
    doubts: dict[str, Doubt] = field(default_factory=dict)
    """Results that contradict their neighbours, by fingerprint."""
    settled: dict[str, Doubt] = field(default_factory=dict)
    """Doubts that are over."""
    again: dict[str, Result] = field(default_factory=dict)
    """The latest result of a point since its doubt, by fingerprint."""
    rechecked: set[str] = field(default_factory=set)
    """Fingerprints of points with any result since a doubt."""

    identities: dict[str, tuple[str, str]] = field(default_factory=dict)
    """See `Identities`."""

    @classmethod
    def of(
        cls, records: Iterable[Record], identities: Identities | None = None
    ) -> History:
        """The sum of the records, with `identities` in addition to the recorded ones."""
        records = list(records)
        history = cls(identities=dict(identities or {}))
        for record in records:
            if record["kind"] == "identified":
                history.identities |= {
                    run: (told[0], told[1])
                    for run, told in record["results"].items()
                }
        for record in records:
            history.add(record)
        return history

    def add(self, record: Record) -> None:
        """One more record; `identified` applies to all records, and has to be known from the
        beginning.
        """
        kind = record["kind"]
        if kind == "begun":
            self._begun(record["prompts"], record["attempt"])
        elif kind == "intent":
            self.intent = Result.of(record)
        elif kind == "dropped":
            self.intent = None
        elif kind == "failed":
            self.failures[record["fingerprint"]] = record["reason"]
        elif kind == "done":
            self._done(Result.of(record).identified(self.identities))
        elif kind == "doubt":
            self._doubt(Doubt.of(record))
        elif kind == "doubt over":
            self._settle(record["fingerprint"])

    def _settle(self, fingerprint: str) -> None:
        if fingerprint in self.doubts:
            self.settled[fingerprint] = self.doubts.pop(fingerprint)

    @property
    def results(self) -> list[Result]:
        """All that are saved, those that count first."""
        return [*self.current.values(), *self.older]

    def doubt_of(self, result: Result) -> Doubt | None:
        """The doubt about this very result; a doubt about an older result does not apply."""
        doubt = self.doubts.get(result.fingerprint)
        return (
            doubt
            if doubt is not None and result.checksum in doubt.results
            else None
        )

    def status_of(self, result: Result) -> Status:
        """Its run's status, but at best SUSPECT if its neighbours contradict it."""
        return (
            "SUSPECT"
            if result.status == "VALID" and self.doubt_of(result) is not None
            else result.status
        )

    def reasons_of(self, result: Result) -> tuple[str, ...]:
        """Why it is not VALID, the doubt first."""
        doubt = self.doubt_of(result)
        return (
            result.reasons
            if doubt is None
            else (doubt.finding().sentence, *result.reasons)
        )

    def doubt_before(self, result: Result) -> Doubt | None:
        """The doubt about an older result of the point, which this one ends."""
        doubt = self.settled.get(result.fingerprint)
        return (
            doubt
            if doubt is not None and result.checksum not in doubt.results
            else None
        )

    def _doubt(self, doubt: Doubt) -> None:
        self.doubts[doubt.fingerprint] = doubt
        self.settled.pop(doubt.fingerprint, None)
        if doubt.again == "no":
            self.again.pop(doubt.fingerprint, None)

    def _begun(self, prompts: str, attempt: int) -> None:
        known = self.attempts.get(prompts, 0)
        self.attempts[prompts] = max(known, attempt + 1)

    def _done(self, result: Result) -> None:
        self.intent = None
        self.names |= {result.json, result.run}
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

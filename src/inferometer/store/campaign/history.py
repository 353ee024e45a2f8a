"""History: what the records of a campaign's ledger amount to. Pure; looks at no file.

ledger        version of the format                    opened     a run of the campaign began, where
and with what
server        a server came up; what was verified      begun      a point's measurement began (its
n-th attempt)
intent        its files are written, under temporary   done       its files have their names: it is
measured
              names, and about to get their own         dropped    its files were lost with a power
              cut, or the like
failed        a point could not be measured, and why   group failed   no server for a group, and why
merged        the ledger was made of several             not at rest    a server had others'
requests while another of
identified    which deployments the results of an                      its pair was measured
              earlier version are of                      cut        damaged lines were taken out
              (see `recovery`)
doubt         a result contradicts its neighbours         doubt over it does not, or the point has
another result that fits
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, NamedTuple

from inferometer.metrics.verdict import Status
from inferometer.store.campaign.doubt import Doubt
from inferometer.store.campaign.ledger import Record

MAX_LIMIT = 1 << 53
"""Of a server's max_model_len, tokens: what is larger no server means, and no JSON holds
exactly."""


class ServerInfo(NamedTuple):
    """What a server told of itself; None where it did not tell."""

    version: str | None = None
    max_model_len: int | None = None

    def unlike(self, other: ServerInfo) -> str:
        """What tells it from the other, where both are known: such as `version 0.10.2`; nothing
        where they may be one."""
        known = [
            (name, *pair)
            for name, *pair in zip(self._fields, self, other, strict=True)
            if None not in pair
        ]
        return " and ".join(f"{name} {mine}" for name, mine, its in known if mine != its)


def usable_limit(told: object) -> int | None:
    """A limit in tokens as a server told it; None if it is no number that a limit can be."""
    return told if type(told) is int and 0 < told < MAX_LIMIT else None


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
    """0 for the first; each sends prompts of its own, so that what an earlier one left in a prefix
    cache is of no use to it.
    """
    base_url: str | None = None
    """Where it was measured. None: an earlier version noted it, whose fingerprints told no
    address (see `identity`)."""
    max_model_len: int | None = None
    """What the server said of its limit; None where it did not tell, or an earlier version did
    not note it."""

    @property
    def server(self) -> ServerInfo:
        return ServerInfo(self.server_version, self.max_model_len)

    @property
    def is_of_an_earlier_version(self) -> bool:
        """Its fingerprint tells no address, whose server it may be of."""
        return self.base_url is None

    @property
    def checksum(self) -> str:
        """Of its JSON file: what it is known by wherever its files are, and whatever they are
        called.
        """
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
        facts = {each.name: record[each.name] for each in fields(cls) if each.name in record}
        return cls(**{**facts, "reasons": tuple(facts["reasons"])})

    def identified(self, identities: Identities) -> Result:
        """The same with the fingerprint and the address that were found out later, if they were."""
        if self.base_url is not None or self.run not in identities:
            return self
        fingerprint, base_url = identities[self.run]
        return replace(self, fingerprint=fingerprint, base_url=base_url)


Identities = Mapping[str, tuple[str, str]]
"""Of results of an earlier version, by run directory: the fingerprint that today's rules give,
and the address."""


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

    identities: dict[str, tuple[str, str]] = field(default_factory=dict)
    """See `Identities`."""

    @classmethod
    def of(cls, records: Iterable[Record], identities: Identities | None = None) -> History:
        """What they amount to; with these `identities` beside those that are noted in them."""
        records = list(records)
        history = cls(identities=dict(identities or {}))
        for record in records:
            if record["kind"] == "identified":
                history.identities |= {
                    run: (told[0], told[1]) for run, told in record["results"].items()
                }
        for record in records:
            history.add(record)
        return history

    def add(self, record: Record) -> None:
        """One more record; what `identified` says is of all of them, and has to be known from
        the beginning."""
        kind = record["kind"]
        if kind == "begun":
            self.attempts[record["prompts"]] = max(
                self.attempts.get(record["prompts"], 0), record["attempt"] + 1
            )
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
        elif kind == "doubt over" and record["fingerprint"] in self.doubts:
            self.settled[record["fingerprint"]] = self.doubts.pop(record["fingerprint"])

    def doubt_of(self, result: Result) -> Doubt | None:
        """The doubt about this very result; one about an older result of the point says nothing of
        it.
        """
        doubt = self.doubts.get(result.fingerprint)
        return doubt if doubt is not None and result.checksum in doubt.results else None

    def status_of(self, result: Result) -> Status:
        """What its run says, and SUSPECT at best where its neighbours contradict it."""
        return (
            "SUSPECT"
            if result.status == "VALID" and self.doubt_of(result) is not None
            else result.status
        )

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

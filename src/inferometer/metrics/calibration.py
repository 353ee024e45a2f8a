"""Calibration: what is known of the measuring client on one host, and the precision of a run that
follows from it.

A calibration holds the errors of this host's client against a server with known truth at several
loads, and the ceilings up to which they stayed within a target. How it is made is not known here,
nor where it is kept. `Precision` sets a run's own load against it, and `statement` is the one place
where that is put into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.peaks import peak_concurrency, peak_per_s
from inferometer.trace import StampSource, Trace
from inferometer.words import Said, Words
from inferometer.words.numbers import percent

if TYPE_CHECKING:
    from inferometer.metrics.summary import Summary

Kind = Literal["events", "requests", "streams"]

KINDS: tuple[Kind, ...] = ("events", "requests", "streams")
"""What is calibrated: events and requests a second, and streams at once."""

MAX_WAITED_SHARE = 0.1
MAX_OTHERS_SHARE = 0.1
"""A host is busy where both are exceeded: where the calibration's own processes share few cores,
they wait for each other; and on a host of many cores, others can use some without being in the
way.
"""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest load at which the error was seen to stay within the target."""

    value: float
    """In the kind's unit; 0 if it was beyond the target at the lowest load tried."""
    ended_by: Literal["client", "server", "search", "time"]
    """What kept the search from going higher: the client's error, the server, which gave no more,
    the search's own limit, or the time it was given. Unless it was the client, the true ceiling
    lies higher.
    """

    @property
    def at_least(self) -> bool:
        return self.ended_by != "client"

    @property
    def text(self) -> str:
        """Two digits, as it is not known better; with ≥ where it may be higher."""
        value = self.value
        if value >= 100 and self.ended_by != "search":
            value = round(value, 2 - len(str(int(value))))
        return f"{'≥ ' if self.at_least else ''}{value:,.0f}"


@dataclass(frozen=True, slots=True)
class LoadLevel:
    """One load that was tried. Errors are absolute, against the server's record, ms."""

    kind: Kind
    """Which ceiling was looked for."""
    asked: float
    events_per_s: float
    requests_per_s: float | None
    """None where all were sent at once."""
    streams: int | None
    """None where requests came and went."""
    failed: int
    """Requests that failed."""
    ttft_error_p50_ms: float | None
    ttft_error_p99_ms: float | None
    itl_error_p50_ms: float | None
    itl_error_p99_ms: float | None
    delay_p50_ms: float | None
    """Client-added delay: our read less the arrival. None by the packet ring: it adds none."""
    delay_p99_ms: float | None
    lag_p99_ms: float | None
    """Sent less due; None in a closed loop."""
    shared_stamp_share: float
    unsure_share: float
    """Of the events, left out because the server lost its core while it sent them."""
    server_late_p99_ms: float
    """How late the server was by its own plan; no part of the errors."""
    cpu_share: float
    """Of a core, the busiest worker's."""
    within: bool
    """Whether the errors (with `requests`: the lag as well) are within the target."""

    @property
    def load(self) -> float:
        """What it really was, in the unit of its kind."""
        loads = {
            "events": self.events_per_s,
            "requests": self.requests_per_s,
            "streams": self.streams,
        }
        return float(loads[self.kind] or 0.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of one host with certain settings, which are its `key`."""

    key: Mapping[str, Any]
    time: str
    """ISO 8601, UTC."""
    quick: bool
    seconds: float
    """How long it took."""
    load_average: float | None
    """Of the last minute before it: another program that was busy then lowers the ceilings."""
    target_ms: float
    """Largest p99 error of TTFT and ITL that is within."""
    stamps: str
    """Who stamped arrivals: tap (the packet ring), kernel, user."""
    scheduling: str
    ceilings: Mapping[Kind, Ceiling]
    levels: tuple[LoadLevel, ...]
    waited_share: float | None = None
    """Of the time that loads lasted, how long the client, or the server, was ready to run and had
    no core, whichever waited longer. None if the system does not tell.
    """
    others_share: float | None = None
    """Of the cores, what other programs used meanwhile. None if the system does not tell."""

    def worst_up_to(self, events_per_s: float, error: str) -> float | None:
        """The greatest value of an error (a LoadLevel's field) that was seen up to this load, ms:
        at all levels within the target below it, and the next one above.
        """
        good = [
            level
            for level in self.levels
            if level.within and getattr(level, error) is not None
        ]
        next_above = min(
            (
                level.events_per_s
                for level in good
                if level.events_per_s >= events_per_s
            ),
            default=float("inf"),
        )
        return max(
            (
                getattr(level, error)
                for level in good
                if level.events_per_s <= next_above
            ),
            default=None,
        )

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Calibration:
        """What `to_dict` gave. Raises TypeError, KeyError or ValueError if it is something else."""
        ceilings = {
            kind: Ceiling(**content["ceilings"][kind]) for kind in KINDS
        }
        levels = tuple(LoadLevel(**level) for level in content["levels"])
        return cls(**{**content, "ceilings": ceilings, "levels": levels})


def why_unfit(calibration: Calibration) -> Said | None:
    """Why a calibration tells nothing of this host's client; None if it does."""
    waited = calibration.waited_share or 0.0
    others = calibration.others_share or 0.0
    if waited > MAX_WAITED_SHARE and others > MAX_OTHERS_SHARE:
        shares = {"others": others, "waited": waited}
        return Said("calibration.unfit.busy", shares)
    failed = [
        kind
        for kind, ceiling in calibration.ceilings.items()
        if not ceiling.value
    ]
    if not failed:
        return None
    loads = [Said(f"unit.{kind}") for kind in failed]
    return Said(
        "calibration.unfit.ceiling",
        {"loads": loads, "target": calibration.target_ms},
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a run was not compared with a calibration of its host."""

    reason: Literal["none", "off", "other", "unusable", "stamps"]
    """None exists; switched off; only others exist; the stored one is damaged; it is of the packet
    ring, which did not show the server's packets.
    """
    command: str = "inferometer calibrate"
    """What makes one."""
    differs: tuple[str, ...] = ()
    """The parts of the key in which the nearest one is another."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How exact a run was, by the host's calibration and the run itself. None: unknown."""

    calibrated: str | None
    """When the host was calibrated; None without a calibration, and then no errors and ceilings.
    """
    target_ms: float | None
    ttft_error_p50_ms: float | None
    ttft_error_p99_ms: float | None
    itl_error_p50_ms: float | None
    itl_error_p99_ms: float | None
    """Greatest error seen in the calibration at loads up to this run's."""
    ceilings: Mapping[Kind, Ceiling]
    load: Mapping[Kind, float]
    """The run's peak: events and requests within one second, warm-ups included; requests in
    flight.
    """
    stamps: Mapping[str, int]
    """Events by who stamped them."""
    added_delay_p50_ms: float | None
    added_delay_p99_ms: float | None
    """Our read less the arrival; part of the latencies only where stamps are the user's."""
    shared_stamp_share: float | None
    """Of the events, those that may have arrived earlier than stamped, …"""
    ambiguity_p99_ms: float | None
    """… and by how much, at the 99th percentile of all events."""
    tls: bool
    """Whether the run was encrypted, which no calibration is."""
    missing: Missing | None = None
    """Why no calibration was used; None if one was, or where files do not say why."""

    @property
    def error_p99_ms(self) -> float | None:
        """The greater of both p99 errors."""
        return max(
            (
                ms
                for ms in (self.ttft_error_p99_ms, self.itl_error_p99_ms)
                if ms is not None
            ),
            default=None,
        )

    @property
    def _has_stamps_of_reads(self) -> bool:
        """Whether most events do."""
        names = (StampSource.KERNEL.name, StampSource.USER.name)
        reads = sum(self.stamps.get(name, 0) for name in names)
        return 2 * reads > sum(self.stamps.values())

    def used(self, kind: Kind) -> float | None:
        """The run's load as a share of the ceiling."""
        ceiling = self.ceilings.get(kind)
        return (
            self.load[kind] / ceiling.value
            if ceiling is not None and ceiling.value
            else None
        )

    def exceeds(self, kind: Kind) -> bool:
        """Whether the run's load is above the ceiling."""
        return self.load[kind] > self.ceilings[kind].value

    def against(self, calibration: Calibration) -> Precision:
        """The same run compared with this calibration of its host, if their stamps are alike."""
        if (
            calibration.key.get("stamps") == "ring"
            and self._has_stamps_of_reads
        ):
            return replace(self, missing=Missing("stamps"))

        def error(name: str) -> float | None:
            return calibration.worst_up_to(self.load["events"], name)

        return replace(
            self,
            calibrated=calibration.time,
            target_ms=calibration.target_ms,
            ttft_error_p50_ms=error("ttft_error_p50_ms"),
            ttft_error_p99_ms=error("ttft_error_p99_ms"),
            itl_error_p50_ms=error("itl_error_p50_ms"),
            itl_error_p99_ms=error("itl_error_p99_ms"),
            ceilings=calibration.ceilings,
            missing=None,
        )

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Precision:
        """What `to_dict` gave, also of an earlier version. Raises TypeError, LookupError or
        ValueError if it is something else.
        """
        fields: dict[str, Any] = {
            name: content.get(name) for name in cls.__dataclass_fields__
        }
        fields["ceilings"] = {
            kind: Ceiling(**ceiling)
            for kind, ceiling in content["ceilings"].items()
        }
        fields["missing"] = (
            None if fields["missing"] is None else Missing(**fields["missing"])
        )
        return cls(**fields)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, with the shares used and the statement in words."""
        return {
            **asdict(self),
            "used": {kind: self.used(kind) for kind in KINDS},
            "statement": statement(self),
        }


def precision_of(
    trace: Trace,
    summary: Summary,
    calibration: Calibration | Missing | None,
    *,
    tls: bool = False,
) -> Precision:
    """Of a run with this trace (warm-ups included) and this summary, on a host with this
    calibration, if it has one.
    """
    delay = summary.metrics["client_delay"]
    ambiguity_ns = trace.events["ambiguity_ns"]
    alone = Precision(
        calibrated=None,
        target_ms=None,
        ttft_error_p50_ms=None,
        ttft_error_p99_ms=None,
        itl_error_p50_ms=None,
        itl_error_p99_ms=None,
        ceilings={},
        load={
            "events": peak_per_s(trace.events["arrival_ns"]),
            "requests": peak_per_s(trace.requests["sent_ns"]),
            "streams": float(peak_concurrency(trace)),
        },
        stamps=dict(summary.events.stamp_sources),
        added_delay_p50_ms=delay.median,
        added_delay_p99_ms=delay.percentiles["p99"],
        shared_stamp_share=summary.events.shared_stamp_share,
        ambiguity_p99_ms=float(np.percentile(ambiguity_ns, 99)) / MS
        if len(ambiguity_ns)
        else None,
        tls=tls,
        missing=calibration if isinstance(calibration, Missing) else None,
    )
    return (
        alone.against(calibration)
        if isinstance(calibration, Calibration)
        else alone
    )


def statement(precision: Precision, language: str = "en") -> str:
    """The host's precision and how much of it the run used, as one sentence for every report."""
    words = Words(language)
    if precision.calibrated is None:
        return _why_unknown(precision.missing, words)
    used = words.listed(
        [
            "–" if (share := precision.used(kind)) is None else _used(share)
            for kind in KINDS
        ]
    )
    host = _host(
        precision.error_p99_ms, precision.target_ms, precision.ceilings, words
    )
    tls = words.text("precision.tls") if precision.tls else ""
    return words.text("precision.used", host=host, used=used) + tls


def _why_unknown(missing: Missing | None, words: Words) -> str:
    if missing is None:
        return words.text("precision.unknown")
    return words.text(
        f"precision.missing.{missing.reason}",
        command=missing.command,
        differs=words.listed(missing.differs),
    )


def host_in_words(calibration: Calibration, language: str = "en") -> str:
    """The host's precision alone, before a run: the error at any load up to the ceiling."""
    errors = [
        calibration.worst_up_to(float("inf"), name)
        for name in ("ttft_error_p99_ms", "itl_error_p99_ms")
    ]
    worst = max((ms for ms in errors if ms is not None), default=None)
    words = Words(language)
    host = _host(worst, calibration.target_ms, calibration.ceilings, words)
    return words.text("precision.alone", host=host)


def _host(
    error_p99_ms: float | None,
    target_ms: float | None,
    ceilings: Mapping[Kind, Ceiling],
    words: Words,
) -> str:
    return words.text(
        "precision.host.beyond" if error_p99_ms is None else "precision.host",
        error=error_p99_ms,
        target=target_ms,
        **{kind: ceilings[kind].text for kind in KINDS},
    )


def _used(share: float) -> str:
    """With the digits that matter."""
    return percent(share, 1 if share < 0.1 else 0)

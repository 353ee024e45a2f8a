"""Reads a machine that `monitor --serve` shows, on the clock of this host.

The distance of the two clocks is measured as NTP does, with the stamps of both ends of each answer;
half of the way that the quickest answer took is its uncertainty.
"""

from __future__ import annotations

import http.client
import json
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlsplit

from inferometer.clock import monotonic_ns, realtime_ns
from inferometer.telemetry.reading import (
    CARD_FIELDS,
    HOST_FIELDS,
    VENDORS,
    Card,
    Link,
    LinkReport,
    Reading,
    Readings,
    Reason,
    ToolReport,
    ToolState,
    plausible,
)
from inferometer.telemetry.sampler import Glanced, Sampled
from inferometer.telemetry.serve import PATH
from inferometer.telemetry.tree import Tree
from inferometer.words import Said, reason_of

TIMEOUT_S = 5.0
MAX_BYTES = 8 * 1024 * 1024
MAX_CARDS = 256
MAX_CORES = 4096
MAX_POWERS = 8192
MAX_TEXT = 200
MAX_LANES = 64
MAX_GTS = 1000
REASONS: dict[str | None, Reason] = {each: each for each in get_args(Reason)}
KEPT = 120
"""Answers whose quickest gives the distance of the clocks: clocks drift, so not all."""
FIRST_TRIES = 8
TOOL = "monitor"


class MonitorError(Exception):
    """The monitor does not answer, or not as one."""


@dataclass(frozen=True, slots=True)
class Offset:
    """How far the other host's clock is ahead of this one's."""

    monotonic_ns: int
    """Of the clocks that count since each host's start."""
    time_ns: int
    """Of the clocks that tell the time of day."""
    uncertainty_ns: int


@dataclass(frozen=True, slots=True)
class _Stamps:
    """Of one question and its answer, on one kind of clock: here, there, there, here."""

    asked: int
    received: int
    sent: int
    answered: int

    @property
    def ahead(self) -> int:
        return (self.received - self.asked + self.sent - self.answered) // 2

    @property
    def way(self) -> int:
        """There and back, without the time that the answer took to be made."""
        return self.answered - self.asked - (self.sent - self.received)


class RemoteSampler:
    """A machine behind an URL, as a sampler."""

    def __init__(self, url: str, token: str | None = None) -> None:
        try:
            parts = urlsplit(url if "//" in url else f"//{url}")
            host, port = parts.hostname, parts.port or 80
        except ValueError:
            raise MonitorError(Said("monitor.why.address")) from None
        if parts.scheme not in ("", "http") or not host:
            raise MonitorError(Said("monitor.why.address"))
        self._host, self._port = host, port
        self._token = token
        self._connection: http.client.HTTPConnection | None = None
        self._number = 0
        self._offsets: deque[Offset] = deque(maxlen=KEPT)

    @property
    def offset(self) -> Offset | None:
        """Of the quickest of the last answers; None before the first."""
        return min(
            self._offsets, key=lambda each: each.uncertainty_ns, default=None
        )

    def connect(self) -> Offset:
        """Measure how far the clocks are apart. Raises MonitorError."""
        for _ in range(FIRST_TRIES):
            self._ask()
        self._number = 0
        offset = self.offset
        assert offset is not None
        return offset

    def __call__(self) -> Sampled:
        """What was seen since the last call, stamped on this host's clock."""
        try:
            told = self._ask()
        except MonitorError as error:
            report = ToolReport(TOOL, "tool_failed", str(error))
            return Sampled(monotonic_ns(), tools=(report,))
        offset = self.offset
        assert offset is not None
        return sampled(told, -offset.monotonic_ns)

    def sample(self, tree: Tree) -> Sampled:
        """The same: another host has no files here."""
        return self()

    def _ask(self) -> Mapping[str, Any]:
        asked = monotonic_ns(), realtime_ns()
        told = self._answer(f"{PATH}?after={self._number}")
        answered = monotonic_ns(), realtime_ns()
        clock, wall = (
            _Stamps(
                asked[kind],
                _count(told.get(f"received_{name}")),
                _count(told.get(f"sent_{name}")),
                answered[kind],
            )
            for kind, name in enumerate(("ns", "time_ns"))
        )
        if clock.way < 0:
            raise MonitorError(Said("monitor.why.stamps"))
        self._offsets.append(Offset(clock.ahead, wall.ahead, clock.way // 2))
        self._number = _count(told.get("number"))
        return told

    def _answer(self, path: str) -> Mapping[str, Any]:
        token = self._token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            connection = self._connection or http.client.HTTPConnection(
                self._host, self._port, timeout=TIMEOUT_S
            )
            self._connection = connection
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read(MAX_BYTES + 1)
            told = json.loads(body) if len(body) <= MAX_BYTES else None
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise MonitorError(_why(error)) from error
        except (ValueError, RecursionError) as error:
            self.close()
            raise MonitorError(Said("monitor.why.json")) from error
        if response.status != 200:
            raise MonitorError(f"HTTP {response.status}")
        if not isinstance(told, dict):
            raise MonitorError(Said("monitor.why.sample"))
        return told

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _why(error: Exception) -> str:
    """In words where the system has a number for it, such as of a refused connection."""
    if isinstance(error, OSError) and error.errno is not None:
        return reason_of(error)
    return type(error).__name__


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise MonitorError(Said("monitor.why.sample"))
    return value


def _mappings(value: object) -> list[Mapping[str, Any]]:
    listed = value if isinstance(value, list) else []
    return [_mapping(each) for each in listed[:MAX_CARDS]]


def sampled(told: Mapping[str, Any], shift_ns: int) -> Sampled:
    """A sample from its JSON, whose parts may be anything. Raises MonitorError."""
    cores = _mapping(told.get("cores"))
    return Sampled(
        _count(told.get("monotonic_ns")) + shift_ns,
        tuple(map(_card, _mappings(told.get("cards")))),
        _readings(_mapping(told.get("host")), HOST_FIELDS),
        _readings(cores, dict.fromkeys([*cores][:MAX_CORES])),
        tuple(map(_report, _mappings(told.get("tools")))),
        tuple(_powers(told.get("powers"), shift_ns)),
    )


def _powers(told: object, shift_ns: int) -> Iterator[Glanced]:
    """An older monitor tells none."""
    for each in (told if isinstance(told, list) else [])[:MAX_POWERS]:
        glanced = _mapping(each)
        at_ns, address = glanced.get("monotonic_ns"), glanced.get("address")
        if type(at_ns) is int and 0 <= at_ns < 2**63 and _text(address):
            power = _reading(_mapping(glanced.get("power")))
            yield Glanced(
                at_ns + shift_ns,
                str(_text(address)),
                plausible("power_w", power),
            )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value[:MAX_TEXT] if isinstance(value, str) else None


def _card(told: Mapping[str, Any]) -> Card:
    vendor, number = _text(told.get("vendor")), told.get("number")
    link = _mapping(told.get("link"))
    links = {
        name: _link(_mapping(link.get(name)))
        for name in ("slot", "narrowest", "function", "vendor")
    }
    return Card(
        vendor if vendor and vendor in VENDORS.values() else "unknown",
        _text(told.get("address")),
        _text(told.get("name")),
        _readings(_mapping(told.get("readings")), CARD_FIELDS),
        LinkReport(**links, unverifiable=_text(link.get("unverifiable"))),
        number if type(number) is int else None,
        _text(told.get("package")),
    )


def _readings(told: Mapping[str, Any], fields: Mapping[str, Any]) -> Readings:
    return {
        name: plausible(name, _reading(_mapping(told[name])))
        for name in fields
        if name in told
    }


def _reading(told: Mapping[str, Any]) -> Reading:
    value, reason = told.get("value"), told.get("reason")
    source = _text(told.get("source"))
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not abs(value) <= sys.float_info.max  # also of a huge whole number
    ):
        why = REASONS.get(_text(reason), "unknown_format")
        return Reading(None, source, why)
    return Reading(float(value), source, averaging=_text(told.get("averaging")))


def _link(told: Mapping[str, Any]) -> Link | None:
    speed, width = _positive(told.get("speed_gts")), told.get("width")
    if speed is None or type(width) is not int or not 0 < width <= MAX_LANES:
        return None
    most = told.get("max_width")
    return Link(
        speed,
        width,
        _text(told.get("source")) or TOOL,
        _positive(told.get("max_speed_gts")),
        most if type(most) is int and 0 < most <= MAX_LANES else None,
    )


def _positive(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < MAX_GTS else None


def _report(told: Mapping[str, Any]) -> ToolReport:
    known = {each: each for each in get_args(ToolState)}
    return ToolReport(
        _text(told.get("tool")) or TOOL,
        known.get(_text(told.get("state")), "unknown_format"),
        _text(told.get("detail")),
    )

"""The machine of a server that is not this host: one that a monitor shows, or a simulated one."""

from __future__ import annotations

import os
from contextlib import closing

import orjson

from inferometer.clock import MS, monotonic_ns
from inferometer.measurement.prepare import PointError
from inferometer.server.calls import Calls
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import EndpointError
from inferometer.telemetry.reading import ToolReport
from inferometer.telemetry.remote import MonitorError, RemoteSampler, sampled
from inferometer.telemetry.sampler import Sampled
from inferometer.words import Said, sentence_of

ANSWER_S = 1.0
"""How long a machine's answer may take: after that there is a gap anyway."""
TOKEN = "INFEROMETER_MONITOR_TOKEN"  # noqa: S105 - the name of a variable
SIMULATED = "/telemetry"
"""Where the embedded engine shows its simulated accelerator."""


class SimulatedMachine:
    """The accelerator that an embedded engine simulates, over a connection of the process that
    looks at it.
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._calls: Calls | None = None

    def __call__(self) -> Sampled:
        """The card now; none with the reason where the engine does not answer."""
        if self._calls is None:
            self._calls = Calls(self._base_url, {}, None)
        begun = monotonic_ns()
        try:
            answer = self._calls.whole("GET", SIMULATED, Deadline(ANSWER_S))
            told = {**orjson.loads(answer.body)}
            at_ns = _seen_at(told.get("monotonic_ns"), begun, monotonic_ns())
            return sampled({**told, "monotonic_ns": at_ns}, 0)
        except (EndpointError, MonitorError, TypeError, ValueError) as error:
            name = type(error).__name__
            lost = ToolReport("engine", "tool_failed", name)
            return Sampled(monotonic_ns(), tools=(lost,))


def _seen_at(told: object, begun: int, ended: int) -> int:
    """When it was seen: as the engine says, if that is between question and answer, which no other
    host's clock would be; else in the middle.
    """
    if isinstance(told, int) and begun <= told <= ended:
        return told
    return begun + (ended - begun) // 2


class MonitoredMachine:
    """The server's host, which `inferometer monitor --serve` shows, on the clock of this host."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sampler: RemoteSampler | None = None

    def __call__(self) -> Sampled:
        """What was seen there since the last call."""
        if self._sampler is None:
            self._sampler = RemoteSampler(self._url, os.environ.get(TOKEN))
        return self._sampler()


def clocks_apart(url: str) -> tuple[float, float]:
    """How far the clock of a monitor's host is ahead, and the uncertainty, ms. Raises PointError if
    it does not answer.
    """
    try:
        with closing(RemoteSampler(url, os.environ.get(TOKEN))) as sampler:
            found = sampler.connect()
    except MonitorError as error:
        told = {"url": url, "why": sentence_of(error)}
        raise PointError([Said("monitor.unreached", told)]) from error
    return found.time_ns / MS, found.uncertainty_ns / MS

"""What is sampled for a server: which cards are its own, where its machine and page are read."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from inferometer.calibration.host import is_rehearsal
from inferometer.clock import MS, monotonic_ns
from inferometer.measurement.prepare import PointError
from inferometer.measurement.sampling import SamplingPlan
from inferometer.server.calls import Calls
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import Endpoint, EndpointError
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec
from inferometer.store.json_values import at, number
from inferometer.telemetry.reading import ToolReport
from inferometer.telemetry.remote import MonitorError, RemoteSampler, sampled
from inferometer.telemetry.sampler import Sampled
from inferometer.telemetry.tree import Tree
from inferometer.telemetry.visible import Choice, visible_cards
from inferometer.trace.series import Declared
from inferometer.words import Said, sentence_of

ANSWER_S = 1.0
"""How long a machine's answer may take: after that there is a gap anyway."""
TOKEN = "INFEROMETER_MONITOR_TOKEN"  # noqa: S105 - the name of a variable
SIMULATED = "/telemetry"
"""Where the embedded engine shows its simulated accelerator."""


def sampling_plan(
    endpoint: Endpoint,
    version: str | None,
    spec: RunSpec,
    output: Output,
    root: Path | None,
    *,
    has_page: bool,
    choice: Choice | None = None,
) -> SamplingPlan | None:
    """None where nobody wants it. `root`: of the files of the machine, if it is another's.
    `has_page`: whether the server's own page has anything to read. `choice`: what chose the cards
    of a server that we started.
    """
    if not output.telemetry:
        return None
    if root is not None:
        return SamplingPlan(
            root, declared=_chosen(declared(spec, output), choice, root)
        )
    simulated, monitor = is_rehearsal(version), output.monitor
    machine: Callable[[], Sampled] | None = None
    apart = None
    if monitor:
        apart = clocks_apart(monitor)
        machine, place = MonitoredMachine(monitor), monitor
    elif simulated:
        machine, place = SimulatedMachine(endpoint.base_url), "simulated"
    else:
        place = "here" if is_here(endpoint.base_url) else "elsewhere"
    return SamplingPlan(
        cards_here=place == "here",
        host_here=not monitor,
        page=SampledPage(endpoint.made_with) if has_page else None,
        machine=machine,
        place=place,
        clocks_apart_ms=apart,
        simulated=simulated and not monitor,
        declared=_chosen(
            declared(spec, output),
            choice if place == "here" else None,
            Path("/"),
        ),
        idle_s=output.idle_seconds,
    )


def declared(spec: RunSpec, output: Output) -> Declared:
    """What the campaign file, the flags and the server's command say of the cards under test."""
    server: Mapping[str, Any] = spec.server or {}
    hardware = at(server, "hardware")
    tp, width, generation = (
        number(each)
        for each in (
            at(server, "tp"),
            at(hardware, "pcie_width"),
            at(hardware, "pcie_generation"),
        )
    )
    return Declared(
        output.cards,
        None if tp is None else int(tp),
        None if generation is None else int(generation),
        None if width is None else int(width),
    )


def _chosen(found: Declared, choice: Choice | None, root: Path) -> Declared:
    """With the cards that the server's environment names, if nobody else has, and if they are as
    many as it shards the model over: of more it uses some.
    """
    if choice is None or found.cards is not None:
        return found
    visible = visible_cards(Tree(root), choice)
    if visible is None or found.number not in (None, len(visible.cards)):
        return found
    return replace(found, cards=visible.cards, chosen_by=visible.chosen_by)


def refuse_other_links(
    plan: SamplingPlan, seen: Mapping[str, Mapping[str, float]]
) -> None:
    """Raise PointError if a card's link is known to have other lanes than the declared ones: the
    result would have a wrong label. A width is the same at rest and under load.
    """
    wanted, ours = plan.declared.pcie_width, plan.declared.cards
    if plan.simulated or wanted is None:
        return
    for card, values in seen.items():
        widths = [
            values[name]
            for name in ("slot_width", "vendor_width")
            if name in values
        ]
        if widths and min(widths) != wanted and (ours is None or card in ours):
            told = {"card": card, "width": int(min(widths))}
            refused = Said("link.refused", {**told, "declared": wanted})
            raise PointError([Said("sentence", {"what": refused})])


def is_here(base_url: str) -> bool:
    """Whether this address is one of this host's: only then are its cards the server's."""
    import psutil

    host = urlsplit(base_url).hostname or ""
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    own = {
        address.address.partition("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
    }
    return all(
        each in own or ipaddress.ip_address(str(each)).is_loopback
        for each in found
    )


class SampledPage:
    """The server's own page, over a connection of the process that reads it."""

    def __init__(self, made_with: tuple[Any, ...]) -> None:
        self._made_with = made_with
        self._endpoint: Endpoint | None = None

    def __call__(self) -> tuple[str, float] | None:
        """The page and its time; None where there is none."""
        if self._endpoint is None:
            self._endpoint = Endpoint(*self._made_with)
        return self._endpoint.metrics_page()


@dataclass(frozen=True, slots=True)
class SimulatedMachine:
    """The accelerator that an embedded engine simulates."""

    base_url: str

    def __call__(self) -> Sampled:
        """The card now; none with the reason where the engine does not answer."""
        begun = monotonic_ns()
        calls = Calls(self.base_url, {}, None)
        try:
            answer = calls.whole("GET", SIMULATED, Deadline(ANSWER_S))
            told = orjson.loads(answer.body)
            middle = begun + (monotonic_ns() - begun) // 2
            return sampled({**told, "monotonic_ns": middle}, 0)
        except (EndpointError, MonitorError, TypeError, ValueError) as error:
            name = type(error).__name__
            lost = ToolReport("engine", "tool_failed", name)
            return Sampled(monotonic_ns(), tools=(lost,))
        finally:
            calls.close()


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

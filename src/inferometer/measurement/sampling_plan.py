"""What is sampled for a server: which cards are its own, where its machine and page are read."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from inferometer.calibration.host import is_rehearsal
from inferometer.clock import monotonic_ns
from inferometer.measurement.prepare import PointError
from inferometer.measurement.sampling import SamplingPlan
from inferometer.server.calls import Calls
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import Endpoint, EndpointError
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec
from inferometer.store.importers.reading import at, entries, number, text
from inferometer.telemetry.reading import (
    Card,
    Link,
    LinkReport,
    Reading,
    ToolReport,
)
from inferometer.telemetry.sampler import Sampled
from inferometer.trace.series import Declared
from inferometer.words import Said

ANSWER_S = 1.0
"""How long a machine's answer may take: after that there is a gap anyway."""
SIMULATED = "/telemetry"
"""Where the embedded engine shows its simulated accelerator."""


def sampling_plan(
    endpoint: Endpoint,
    version: str | None,
    spec: RunSpec,
    output: Output,
    root: Path | None = None,
) -> SamplingPlan | None:
    """None where nobody wants it. `root`: of the files of the machine, if it is another's."""
    if not output.telemetry:
        return None
    if root is not None:
        return SamplingPlan(root, declared=declared(spec, output))
    simulated = is_rehearsal(version)
    here = not simulated and is_here(endpoint.base_url)
    machine = RemoteMachine(endpoint.base_url, SIMULATED) if simulated else None
    return SamplingPlan(
        cards_here=here,
        page=ServerPage(endpoint.made_with)
        if endpoint.routes.metrics
        else None,
        machine=machine,
        place="simulated" if simulated else "here" if here else "elsewhere",
        simulated=simulated,
        declared=declared(spec, output),
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


class ServerPage:
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
class RemoteMachine:
    """A machine that shows itself by HTTP, in the schema of `monitor --once --json`."""

    base_url: str
    path: str

    def __call__(self) -> Sampled:
        """Its cards now; none with the reason where it does not answer."""
        begun = monotonic_ns()
        calls = Calls(self.base_url, {}, None)
        try:
            answer = calls.whole("GET", self.path, Deadline(ANSWER_S))
            told = orjson.loads(answer.body) if answer.status == 200 else None
        except (EndpointError, ValueError) as error:
            name = type(error).__name__
            lost = ToolReport("monitor", "tool_failed", name)
            return Sampled(monotonic_ns(), tools=(lost,))
        finally:
            calls.close()
        middle = begun + (monotonic_ns() - begun) // 2
        return Sampled(
            middle, tuple(_card(each) for each in entries(at(told, "cards")))
        )


def _card(told: object) -> Card:
    readings = at(told, "readings")
    return Card(
        text(at(told, "vendor")) or "unknown",
        text(at(told, "address")),
        text(at(told, "name")),
        {
            str(name): _reading(each)
            for name, each in (
                readings.items() if isinstance(readings, dict) else ()
            )
        },
        LinkReport(
            _link(at(told, "link", "slot")),
            _link(at(told, "link", "narrowest")),
            _link(at(told, "link", "function")),
            _link(at(told, "link", "vendor")),
            text(at(told, "link", "unverifiable")),
        ),
    )


def _reading(told: object) -> Reading:
    value = number(at(told, "value"))
    return Reading(
        value,
        text(at(told, "source")),
        None if value is not None else "not_reported",
        text(at(told, "averaging")),
    )


def _link(told: object) -> Link | None:
    speed, width = (number(at(told, name)) for name in ("speed_gts", "width"))
    if speed is None or width is None:
        return None
    most = number(at(told, "max_width"))
    return Link(
        speed,
        int(width),
        text(at(told, "source")) or "",
        number(at(told, "max_speed_gts")),
        None if most is None else int(most),
    )

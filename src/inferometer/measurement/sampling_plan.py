"""What is sampled for a server: which cards are its own, where its machine and page are read."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from inferometer.calibration.host import is_rehearsal
from inferometer.measurement.prepare import PointError
from inferometer.measurement.sampling import SamplingPlan
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec
from inferometer.store.json_values import at, number
from inferometer.store.server_cards import cards_of
from inferometer.trace.series import Declared
from inferometer.words import Said

if TYPE_CHECKING:
    from inferometer.telemetry.sampler import Sampled
    from inferometer.telemetry.visible import Choice


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
    if monitor or simulated:
        from inferometer.measurement.other_machines import (
            MonitoredMachine,
            SimulatedMachine,
            clocks_apart,
        )
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
    width, generation = (
        number(at(hardware, name)) for name in ("pcie_width", "pcie_generation")
    )
    return Declared(
        output.cards,
        cards_of(server),
        None if generation is None else int(generation),
        None if width is None else int(width),
    )


def _chosen(found: Declared, choice: Choice | None, root: Path) -> Declared:
    """With the cards that the server's environment names, if nobody else has, and if they are as
    many as it shards the model over: of more it uses some.
    """
    if choice is None or found.cards is not None:
        return found
    from inferometer.telemetry.tree import Tree
    from inferometer.telemetry.visible import visible_cards

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
    host = urlsplit(base_url).hostname or ""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    others = {
        each for each in found if not ipaddress.ip_address(each).is_loopback
    }
    return not others or others <= _own_addresses()


def _own_addresses() -> set[str]:
    import psutil

    return {
        address.address.partition("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
    }


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

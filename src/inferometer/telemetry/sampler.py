"""What samples the cards of one vendor, or the host, again and again from a thread of its own."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from inferometer.clock import NS, monotonic_ns
from inferometer.telemetry.drm import NO_CLIENTS, OF_DRM, DrmClients
from inferometer.telemetry.host import (
    Rapl,
    is_virtual,
    read_cores,
    read_frequency,
    read_host,
)
from inferometer.telemetry.pci import Device, accelerators, errors_of, link_of
from inferometer.telemetry.reading import (
    NO_SOURCE,
    Card,
    LinkReport,
    Reading,
    Readings,
    Told,
    ToolReport,
    merged,
    plausible,
)
from inferometer.telemetry.sysfs import MICRO, read_card
from inferometer.telemetry.tree import Tree
from inferometer.words import reason_of

RETRY_S = 30
"""After so long a tool that failed is asked again."""
FREQUENCY_EVERY_S = 10


class Glanced(NamedTuple):
    """The power of a card, read alone between two samples."""

    monotonic_ns: int
    address: str
    power: Reading


@dataclass(frozen=True, slots=True)
class Sampled:
    """What one sampler saw at one moment."""

    monotonic_ns: int
    """The middle of the reading, on the clock of the load."""
    cards: tuple[Card, ...] = ()
    host: Readings = field(default_factory=dict)
    cores: Readings = field(default_factory=dict)
    tools: tuple[ToolReport, ...] = ()
    powers: tuple[Glanced, ...] = ()
    """Of another host, since the sample before."""


class Sampler(Protocol):
    """One thread calls it: the first call opens what it needs, `close` ends that. A call may block
    as long as a driver does, so the thread must not keep the program from ending.
    """

    def sample(self, tree: Tree) -> Sampled:
        """Read everything once."""

    def close(self) -> None:
        """Give back what the first call opened."""


class Source(Protocol):
    """A library or a tool that knows the cards of a vendor."""

    def ask(self) -> Told:
        """The cards, and how asking went."""

    def close(self) -> None:
        """Give back what `ask` opened."""


class Paced:
    """A tool that is asked no more often than it can answer: it rests as long as it took. In
    between its cards are known, and what it reads of them is `not_due`.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._due_ns = 0
        self._last: Told | None = None

    def ask(self) -> Told:
        """The tool's answer, or the last one without its values."""
        begun = monotonic_ns()
        if self._last is not None and begun < self._due_ns:
            cards, report = self._last
            return [_without_values(card) for card in cards], report
        self._last = self._source.ask()
        ended = monotonic_ns()
        failed = self._last[1].state != "ok"
        self._due_ns = ended + (RETRY_S * NS if failed else ended - begun)
        return self._last

    def close(self) -> None:
        """Give back what asking opened."""
        self._source.close()


def _without_values(card: Card) -> Card:
    readings = {
        name: Reading(None, each.source, "not_due")
        if each.value is not None
        else each
        for name, each in card.readings.items()
    }
    return replace(card, readings=readings, link=None)


class CardSampler:
    """The cards of a vendor: the kernel's files first, then the first source that knows them."""

    def __init__(self, vendor: str, sources: Sequence[Source] = ()) -> None:
        self._vendor = vendor
        self._sources = sources
        self._tree: Tree | None = None
        self._devices: list[Device] = []
        self._virtual = False
        self._known: set[str] = set()
        self._energy: dict[str | None, tuple[int, float]] = {}
        self._powered: list[tuple[str, Reading]] = []
        self._drm = DrmClients()

    def sample(self, tree: Tree) -> Sampled:
        """All cards of the vendor. Which there are is looked up at the first call."""
        begun = monotonic_ns()
        if tree is not self._tree:
            self._tree, self._virtual = tree, is_virtual(tree)
            self._devices = [
                device
                for device in accelerators(tree)
                if device.vendor == self._vendor
            ]
        cards = [self._from_files(tree, device) for device in self._devices]
        cards = in_packages(cards, self._devices)
        reports: list[ToolReport] = []
        if _tells_too_little(cards):
            for source in self._sources:
                answer, report = source.ask()
                told = [_plausible(card) for card in answer]
                reports.append(self._gone(report))
                cards = in_packages(joined(cards, told), self._devices)
                if told:
                    self._known.add(report.tool)
                    break
        middle = begun + (monotonic_ns() - begun) // 2
        cards = [self._with_power(card, middle) for card in cards]
        self._powered = list(_momentary(cards))
        return Sampled(
            middle, tuple(cards), tools=tuple(self._telling(reports))
        )

    def glance(self, tree: Tree) -> list[tuple[str, Reading]]:
        """The power now of the cards that have nothing else to tell their energy, by address."""
        return [
            (address, _again(tree, last)) for address, last in self._powered
        ]

    def _from_files(self, tree: Tree, device: Device) -> Card:
        has_drm = device.vendor in OF_DRM
        files = read_card(
            tree, device, self._drm.now(tree) if has_drm else NO_CLIENTS
        )
        link = link_of(tree, device, files.vendor_link, virtual=self._virtual)
        readings = {**files.readings, **errors_of(tree, device)}
        return Card(device.vendor, device.address, None, readings, link)

    def _with_power(self, card: Card, now: int) -> Card:
        """Where only a counter of energy is read, the power since the last sample. A counter that
        stands still says nothing.
        """
        power, energy = (
            card.readings.get(name, NO_SOURCE)
            for name in ("power_w", "energy_j")
        )
        if power.value is not None or energy.value is None:
            return card
        last_ns, last_j = self._energy.get(card.address, (now, energy.value))
        self._energy[card.address] = now, energy.value
        source = f"difference of {energy.source}"
        found = Reading(None, source, "not_due")
        if now > last_ns:
            watts = (energy.value - last_j) * NS / (now - last_ns)
            found = (
                Reading(watts, source, averaging="counter")
                if watts > 0
                else Reading(None, source, "not_reported")
            )
        return replace(card, readings={**card.readings, "power_w": found})

    def _gone(self, report: ToolReport) -> ToolReport:
        """A tool that was here before and is not any more has failed."""
        if report.state != "tool_missing" or report.tool not in self._known:
            return report
        why = reason_of(FileNotFoundError(errno.ENOENT, "gone"))
        return ToolReport(report.tool, "tool_failed", str(why))

    def _telling(self, reports: Sequence[ToolReport]) -> list[ToolReport]:
        """Without tools that were never here, unless none was."""
        here = [each for each in reports if each.state != "tool_missing"]
        return here or list(reports[-1:])

    def close(self) -> None:
        """Close the sources."""
        for source in self._sources:
            source.close()


class HostSampler:
    """The host beside the cards."""

    def __init__(self) -> None:
        self._frequency_due_ns = 0
        self._rapl = Rapl()

    def sample(self, tree: Tree) -> Sampled:
        """Processor, memory, pressure, network and energy."""
        now = monotonic_ns()
        frequency = Reading(None, "proc/cpuinfo", "not_due")
        if now >= self._frequency_due_ns:
            frequency = read_frequency(tree)
            self._frequency_due_ns = now + FREQUENCY_EVERY_S * NS
        host = {**read_host(tree, self._rapl), "cpu_frequency_mhz": frequency}
        return Sampled(now, host=_each_plausible(host), cores=read_cores(tree))

    def close(self) -> None:
        """Nothing is held open."""


def _again(tree: Tree, power: Reading) -> Reading:
    """A power that was read before."""
    found = tree.reading(power.source or "", MICRO, averaging=power.averaging)
    return plausible("power_w", found)


POWER_FILES = ("power1_average", "power1_input")


def _momentary(cards: Sequence[Card]) -> Iterator[tuple[str, Reading]]:
    """Cards without a counter of energy, with the file that told their power."""
    for card in cards:
        power, energy = (
            card.readings.get(name, NO_SOURCE)
            for name in ("power_w", "energy_j")
        )
        is_file = (power.source or "").endswith(POWER_FILES)
        if card.address and is_file and energy.value is None:
            yield card.address, power


def _each_plausible(readings: Readings) -> Readings:
    return {name: plausible(name, each) for name, each in readings.items()}


def _plausible(card: Card) -> Card:
    return replace(card, readings=_each_plausible(card.readings))


NEEDED = ("power_w", "gpu_utilization")


def _tells_too_little(cards: Sequence[Card]) -> bool:
    """Whether a tool has to be asked, which costs up to seconds."""
    return not cards or any(
        card.readings.get(name, NO_SOURCE).value is None
        for card in cards
        for name in NEEDED
        if not (name == "power_w" and card.package)
    )


TWO_DIES = {0x7408, 0x740C}
"""MI250X and MI250: the kernel shows two cards, of which the first alone has power and energy."""


def in_packages(cards: Sequence[Card], devices: Sequence[Device]) -> list[Card]:
    """Cards that know of which package they are the second die: one without power, right after the
    one on the bus that has it.
    """
    halves = {each.address for each in devices if each.device_id in TWO_DIES}
    found: list[Card] = []
    first: str | None = None
    for card in cards:
        powered = card.readings.get("power_w", NO_SOURCE).value is not None
        is_second = card.address in halves and not powered and first
        found.append(replace(card, package=first) if is_second else card)
        first = card.address if card.address in halves and powered else None
    return found


def joined(cards: Sequence[Card], told: Sequence[Card]) -> list[Card]:
    """Cards with what a source says of them, joined by PCI address: tools count differently. A
    single card needs none.
    """
    if len(cards) == len(told) == 1 and told[0].address in (
        None,
        cards[0].address,
    ):
        return [_with(cards[0], told[0])]
    known = {card.address: card for card in told if card.address is not None}
    return [
        *(
            _with(card, known.pop(card.address))
            if card.address in known
            else card
            for card in cards
        ),
        *known.values(),
        *(card for card in told if card.address is None),
    ]


def _with(card: Card, told: Card) -> Card:
    link = card.link or LinkReport()
    vendor = told.link.vendor if told.link else None
    return replace(
        card,
        name=told.name or card.name,
        number=told.number,
        readings=merged(card.readings, told.readings),
        link=replace(link, vendor=link.vendor or vendor),
    )

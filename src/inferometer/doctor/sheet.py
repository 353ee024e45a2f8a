"""The acceptance sheet of a machine: what was expected, what is there, line by line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from inferometer.doctor.blank import Blanks
from inferometer.doctor.check_cards import GIB, MODULES, called, value
from inferometer.doctor.check_host import CPU, counted
from inferometer.doctor.check_links import direct_links, known_link
from inferometer.doctor.check_memory import KIB, MEMINFO
from inferometer.doctor.check_pcie import iommu_translates
from inferometer.doctor.expected import MachineSpec
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Status
from inferometer.words import Words

SheetOutcome = Literal["pass", "fail", "unread"]

GENERATIONS = (2.5, 5.0, 8.0, 16.0, 32.0, 64.0, 128.0)
"""GT/s of a lane, from generation 1."""
AS_STATUS: dict[SheetOutcome, Status] = {
    "pass": "ok",
    "fail": "fail",
    "unread": "warn",
}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One expectation. `unread`: it could neither be confirmed nor refuted here."""

    item: str
    """As in the file: `cards.link.width`."""
    expected: str
    found: str
    outcome: SheetOutcome
    note: str = ""
    """Key of a sentence: why it is so."""

    def as_json(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "expected": self.expected,
            "found": self.found or None,
            "outcome": self.outcome,
        }


Facts = list[str]
"""What was found: one a card, or one of the host; [] if it cannot be read."""


def compare(machine: Machine, spec: MachineSpec) -> list[SheetLine]:
    """A line for each expectation, in the order of the file's description."""
    blanks = Blanks.of(machine)
    return [
        SheetLine(
            line.item,
            line.expected,
            blanks.text(line.found),
            line.outcome,
            line.note,
        )
        for line in _lines(machine, spec)
    ]


def _lines(machine: Machine, spec: MachineSpec) -> Iterator[SheetLine]:
    for part, items in (("host", HOST), ("cards", CARDS)):
        for item, (read, fits) in items.items():
            wanted = getattr(getattr(spec, part), item)
            if wanted is not None:
                yield _line(f"{part}.{item}", wanted, read(machine), fits)
    link = spec.cards.link
    if link and link.generation is not None:
        yield _generation(machine, link.generation)
    if link and link.width is not None:
        yield _width(machine, link.width)


def _line(item: str, wanted: Any, found: Facts, fits: Fits) -> SheetLine:
    """All facts have to fit."""
    expected = _as_text(wanted)
    if not found:
        return SheetLine(
            item, expected, "", "unread", "doctor.sheet.unreadable"
        )
    good = all(fits(expected, each) for each in found)
    told = ", ".join(counted(found)) if len(found) > 1 else found[0]
    return SheetLine(item, expected, told, "pass" if good else "fail")


def _as_text(wanted: Any) -> str:
    if isinstance(wanted, bool):
        return "yes" if wanted else "no"
    return f"{wanted:g}" if isinstance(wanted, float) else f"{wanted}"


Fits = Callable[[str, str], bool]


def same(expected: str, found: str) -> bool:
    return expected.casefold() == found.casefold()


def part(expected: str, found: str) -> bool:
    return expected.casefold() in found.casefold()


def beginning(expected: str, found: str) -> bool:
    """`590` fits `590.48.01`, and not `5900`."""
    rest = found.removeprefix(expected)
    return rest != found and (not rest or not rest[0].isalnum())


def at_least(expected: str, found: str) -> bool:
    return float(found) >= float(expected)


def within_a_watt(expected: str, found: str) -> bool:
    return abs(float(found) - float(expected)) <= 1


def _word(machine: Machine, path: str) -> Facts:
    word = machine.tree.word(path)
    return [word] if word else []


def _cpu(machine: Machine) -> Facts:
    text = machine.tree.word("proc/cpuinfo") or ""
    return re.findall(r"^model name\s*:\s*(.+)$", text, re.M)[:1]


def _count(number: int) -> Facts:
    return [str(number)] if number else []


def _memory(machine: Machine) -> Facts:
    text = machine.tree.word(MEMINFO) or ""
    total = re.search(r"^MemTotal:\s+(\d{1,15}) kB", text, re.M)
    return [_floor(int(total[1]) * KIB / GIB)] if total else []


def _floor(number: float) -> str:
    """One digit, rounded down: what is promised has to be there."""
    return f"{math.floor(number * 10) / 10:.1f}"


def _kernel(machine: Machine) -> Facts:
    found = _word(machine, "proc/sys/kernel/osrelease")
    version = machine.tree.word("proc/version") or ""
    return found or re.findall(r"^Linux version (\S+)", version)


def _governors(machine: Machine) -> Facts:
    words = (
        machine.tree.word(f"{CPU}/{cpu}/cpufreq/scaling_governor")
        for cpu in machine.cpus
    )
    return [word for word in words if word]


def _switch(path: str) -> Callable[[Machine], Facts]:
    def read(machine: Machine) -> Facts:
        word = machine.tree.word(path)
        return [] if word is None else ["no" if word == "0" else "yes"]

    return read


def _iommu(machine: Machine) -> Facts:
    translates = iommu_translates(machine)
    if translates is None:
        return []
    groups = machine.tree.names("sys/kernel/iommu_groups")
    return ["translated" if translates else "identity" if groups else "off"]


def _clock(machine: Machine) -> Facts:
    base = "sys/devices/system/clocksource/clocksource0"
    return _word(machine, f"{base}/current_clocksource")


HOST: dict[str, tuple[Callable[[Machine], Facts], Fits]] = {
    "cpu": (_cpu, part),
    "cpus": (lambda machine: _count(len(machine.cpus)), same),
    "memory_gib": (_memory, at_least),
    "numa_nodes": (lambda machine: _count(machine.nodes_numa), same),
    "kernel": (_kernel, beginning),
    "governor": (_governors, same),
    "numa_balancing": (_switch("proc/sys/kernel/numa_balancing"), same),
    "smt": (_switch(f"{CPU}/smt/active"), same),
    "iommu": (_iommu, same),
    "clock_source": (_clock, same),
}
"""Fields of ExpectedHost: how each is read, and what fits it."""


def _names(machine: Machine) -> Facts:
    """Only if all are known: some cards that fit say nothing of the others."""
    paths = {device.address: device.path for device in machine.devices}
    names = [
        card.name
        or machine.tree.word(f"{paths.get(card.address or '')}/product_name")
        for card in machine.cards
    ]
    return [name for name in names if name] if all(names) else []


def _of_cards(name: str, scale: float = 1.0) -> Callable[[Machine], Facts]:
    def read(machine: Machine) -> Facts:
        values = [value(card, name) for card in machine.cards]
        known = [each for each in values if each is not None]
        return (
            [_floor(each / scale) for each in known]
            if len(known) == len(values)
            else []
        )

    return read


def _drivers(machine: Machine) -> Facts:
    rows = [row.get("driver_version", "") for row in machine.nvidia.values()]
    if any(rows):
        return [row for row in rows if row]
    modules = [name for vendor in machine.vendors for name in MODULES[vendor]]
    words = (
        machine.tree.word(f"sys/module/{name}/version") for name in modules
    )
    return [word for word in words if word]


def _direct(machine: Machine) -> Facts:
    direct = direct_links(machine)
    return [] if direct is None else ["yes" if direct else "no"]


CARDS: dict[str, tuple[Callable[[Machine], Facts], Fits]] = {
    "count": (lambda machine: [str(len(machine.cards))], same),
    "vendor": (lambda machine: [card.vendor for card in machine.cards], same),
    "name": (_names, part),
    "memory_gib": (_of_cards("memory_total_bytes", GIB), at_least),
    "power_limit_w": (_of_cards("power_limit_w"), within_a_watt),
    "driver": (_drivers, beginning),
    "architecture": (lambda machine: list(machine.gfx), same),
    "direct_links": (_direct, same),
}
"""Fields of ExpectedCards: how each is read, and what fits it."""


def _generation(machine: Machine, wanted: int) -> SheetLine:
    """A card that is idle may slow its link down; then only its limit is known."""
    item, links = "cards.link.generation", _links(machine)
    if not links:
        return _unverifiable(item, wanted)
    now = [generation(link.speed_gts) for _, link in links]
    told = ", ".join(counted(f"{each}" for each in now))
    if all(each >= wanted for each in now):
        return SheetLine(item, f"{wanted}", told, "pass")
    limits = [generation(link.max_speed_gts or 0) for _, link in links]
    if all(each >= wanted for each in limits):
        return SheetLine(item, f"{wanted}", told, "unread", "doctor.sheet.idle")
    return SheetLine(item, f"{wanted}", told, "fail")


def generation(speed_gts: float) -> int:
    """Of PCI Express; 0 of a speed that no generation has."""
    return GENERATIONS.index(speed_gts) + 1 if speed_gts in GENERATIONS else 0


def _width(machine: Machine, wanted: int) -> SheetLine:
    item, links = "cards.link.width", _links(machine)
    if not links:
        return _unverifiable(item, wanted)
    narrow = [(card, link) for card, link in links if link.width < wanted]
    named = [f"{called(card)}: x{link.width}" for card, link in narrow]
    every = counted(f"x{link.width}" for _, link in links)
    told = ", ".join(named[:8] or every)
    return SheetLine(item, f"x{wanted}", told, "fail" if narrow else "pass")


def _links(machine: Machine) -> list[tuple[Any, Any]]:
    """Of all cards, or none: a slot that cannot be seen is not verified by the others."""
    found = [(card, known_link(card.link)) for card in machine.cards]
    return found if all(link for _, link in found) else []


def _unverifiable(item: str, wanted: int) -> SheetLine:
    return SheetLine(item, f"{wanted}", "", "unread", "doctor.sheet.unreadable")


def outcome_of(lines: list[SheetLine]) -> SheetOutcome:
    """`pass` only if every line passes, and there is one."""
    outcomes = {line.outcome for line in lines}
    if "fail" in outcomes:
        return "fail"
    return "pass" if outcomes == {"pass"} else "unread"


def template(machine: Machine, words: Words) -> str:
    """A machine.yaml that this machine fits; what cannot be read is left out."""
    blanks = Blanks.of(machine)
    lines = [f"# {words.text('doctor.expect.comment')}"]
    for section, table in (("host", HOST), ("cards", CARDS)):
        found = {item: read(machine) for item, (read, _) in table.items()}
        told = [
            f"  {item}: {_yaml(blanks.text(min(facts)))}"
            for item, facts in found.items()
            if facts and len({*facts}) == 1
        ]
        told += _link_template(machine) if section == "cards" else []
        lines += [f"{section}:", *told] if told else []
    return "\n".join(lines) + "\n"


def _link_template(machine: Machine) -> list[str]:
    links = [link for _, link in _links(machine)]
    widths = {link.width for link in links}
    speeds = {
        generation(max(link.speed_gts, link.max_speed_gts or 0))
        for link in links
    }
    if len(widths) != 1 or len(speeds) != 1 or 0 in speeds:
        return []
    return [f"  link: {{generation: {speeds.pop()}, width: {widths.pop()}}}"]


def _yaml(text: str) -> str:
    """A scalar: numbers and the two truth values as they are, anything else quoted."""
    if text in ("yes", "no"):
        return "true" if text == "yes" else "false"
    if re.fullmatch(r"\d+(\.0)?", text):
        return text.removesuffix(".0")
    if re.fullmatch(r"\d+\.\d", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

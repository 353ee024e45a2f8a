"""NVIDIA cards from `nvidia-smi -q -x`, which drivers too old for a query answer as well.

Elements were renamed between versions of the document: the first that is there counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree

from inferometer.telemetry.pci import same_address
from inferometer.telemetry.reading import (
    GTS_OF_GENERATION,
    Card,
    Link,
    LinkReport,
    Reading,
)
from inferometer.telemetry.tree import number

TOOL = "nvidia-smi -x"
MIB = 1024.0 * 1024.0
POWERS = ("gpu_power_readings", "power_readings")

FIGURES: Mapping[str, tuple[Sequence[str], str, float]] = {
    "gpu_utilization": (("utilization/gpu_util",), "%", 1),
    "memory_activity": (("utilization/memory_util",), "%", 1),
    "memory_used_bytes": (("fb_memory_usage/used",), "MiB", MIB),
    "memory_total_bytes": (("fb_memory_usage/total",), "MiB", MIB),
    "power_w": (
        [
            f"{place}/{name}"
            for place in POWERS
            for name in ("average_power_draw", "power_draw")
        ],
        "W",
        1,
    ),
    "power_instant_w": (
        [f"{place}/instant_power_draw" for place in POWERS],
        "W",
        1,
    ),
    "power_limit_w": (
        [
            f"{place}/{name}"
            for place in POWERS
            for name in ("current_power_limit", "power_limit")
        ],
        "W",
        1,
    ),
    "power_limit_default_w": (
        [f"{place}/default_power_limit" for place in POWERS],
        "W",
        1,
    ),
    "temperature_c": (("temperature/gpu_temp",), "C", 1),
    "memory_temperature_c": (("temperature/memory_temp",), "C", 1),
    "gpu_clock_mhz": (("clocks/sm_clock",), "MHz", 1),
    "max_gpu_clock_mhz": (("max_clocks/sm_clock",), "MHz", 1),
    "memory_clock_mhz": (("clocks/mem_clock",), "MHz", 1),
    "fan_percent": (("fan_speed",), "%", 1),
    "pcie_replays": (("pci/replay_counter",), "", 1),
}
"""Where in a card, the unit there, and what one of it is in ours."""

EVENTS = ("clocks_event_reasons", "clocks_throttle_reasons")
ACTIVE = {"Active": 1.0, "Not Active": 0.0}
THROTTLED: Mapping[str, Sequence[str]] = {
    "power_throttled": ("sw_power_cap", "hw_power_brake_slowdown"),
    "thermal_throttled": ("sw_thermal_slowdown", "hw_thermal_slowdown"),
}
LINK = "pci/pci_gpu_link_info"
PARTITIONED = {"Enabled": 1.0, "Disabled": 0.0}


def parse_xml(text: str) -> list[Card]:
    """The cards whose elements are whole."""
    start = text.find("<nvidia_smi_log")
    if start < 0 or "<!ENTITY" in text:
        return []
    reader: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(("end",))
    cards: dict[str | None, Card] = {}
    # cut, or something follows: what came before is whole
    with suppress(ElementTree.ParseError):
        reader.feed(text[start:])
    events: Iterator[Any] = reader.read_events()
    with suppress(ElementTree.ParseError):
        for _, element in events:
            if element.tag == "gpu" and (card := _card(element, len(cards))):
                cards.setdefault(card.address, card)
    return list(cards.values())


def _card(gpu: ElementTree.Element, place: int) -> Card | None:
    address = same_address(gpu.get("id", ""))
    if address is None:
        return None
    readings = {
        field: _reading(gpu, paths, unit, scale)
        for field, (paths, unit, scale) in FIGURES.items()
    }
    for field, reasons in THROTTLED.items():
        readings[field] = _throttled(gpu, reasons)
    mode = gpu.findtext("mig_mode/current_mig")
    readings["partitioned"] = _flag(PARTITIONED.get(mode or ""), "mig_mode")
    return Card(
        "nvidia",
        address,
        gpu.findtext("product_name"),
        readings,
        LinkReport(vendor=_link(gpu)),
        place,
    )


def _reading(
    gpu: ElementTree.Element, paths: Sequence[str], unit: str, scale: float
) -> Reading:
    told = {
        each: text.strip().partition(" ")
        for each in paths
        if (text := gpu.findtext(each)) is not None
    }
    if not told:
        return Reading(None, f"{TOOL} {paths[0]}", "no_source")
    # some cards have a value under the older name only
    valued = (each for each in told if number(told[each][0]) is not None)
    path = next(valued, next(iter(told)))
    source = f"{TOOL} {path}"
    figure, _, own = told[path]
    value = number(figure)
    if value is None:
        return Reading(None, source, "not_reported")
    if own != unit:
        return Reading(None, source, "unit_unknown")
    averaging = "driver" if path.endswith("power_draw") else None
    return Reading(value * scale, source, averaging=averaging)


def _throttled(gpu: ElementTree.Element, reasons: Sequence[str]) -> Reading:
    """Whether one of the reasons is active; missing if none of them is told."""
    told = [
        ACTIVE[text]
        for events in EVENTS
        for reason in reasons
        if (text := gpu.findtext(f"{events}/{events[:-1]}_{reason}")) in ACTIVE
    ]
    return _flag(max(told, default=None), EVENTS[0])


def _flag(value: float | None, where: str) -> Reading:
    source = f"{TOOL} {where}"
    if value is None:
        return Reading(None, source, "not_reported")
    return Reading(value, source)


def _link(gpu: ElementTree.Element) -> Link | None:
    generation, most_generation, width, most_width = (
        number((gpu.findtext(f"{LINK}/{path}") or "").removesuffix("x"))
        for path in (
            "pcie_gen/current_link_gen",
            "pcie_gen/max_link_gen",
            "link_widths/current_link_width",
            "link_widths/max_link_width",
        )
    )
    speed = GTS_OF_GENERATION.get(int(generation or 0))
    if speed is None or not width:
        return None
    return Link(
        speed,
        int(width),
        f"{TOOL} {LINK}",
        GTS_OF_GENERATION.get(int(most_generation or 0)),
        int(most_width) if most_width else None,
    )

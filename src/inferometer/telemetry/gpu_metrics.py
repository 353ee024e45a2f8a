"""amdgpu's `gpu_metrics`: one binary file with a whole sample of an AMD card.

Layouts: `struct gpu_metrics_v1_0` to `v1_9`, `v2_0` to `v2_4` and `v3_0` of the kernel's
kgd_pp_interface.h, little endian and naturally aligned. A field of all ones has no value. Other
versions are refused by name.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from inferometer.telemetry.reading import Link, Reading, Readings

_HEADER = struct.Struct("<HBB")
_COUNT = struct.Struct("<i")
_BEGIN = _HEADER.size + _COUNT.size
_ENCODING = struct.Struct("<Q")

Place = tuple[int, str, float | None]
"""Offset, type, and what one of it is in our unit; None where the kernel names no unit."""
Layout = Mapping[str, Place]

JOULES_A_TICK = 15.259e-6
"""2^-16 J. Documented from v1.4 on; the counter of v1.0 to v1.3 ticks in a unit that is not."""
CENTI, MILLI = 0.01, 0.001

FIRST: Layout = {
    "temperature_c": (16, "H", 1),
    "hotspot_temperature_c": (18, "H", 1),
    "memory_temperature_c": (20, "H", 1),
    "gpu_utilization": (28, "H", 1),
    "memory_activity": (30, "H", 1),
    "power_w": (34, "H", 1),
    "energy_j": (36, "I", None),
    "gpu_clock_mhz": (54, "H", 1),
    "memory_clock_mhz": (58, "H", 1),
    "fan_rpm": (72, "H", 1),
    "width": (74, "B", 1),
    "gts": (75, "B", 0.1),
}
DISCRETE: Layout = {
    "temperature_c": (4, "H", 1),
    "hotspot_temperature_c": (6, "H", 1),
    "memory_temperature_c": (8, "H", 1),
    "gpu_utilization": (16, "H", 1),
    "memory_activity": (18, "H", 1),
    "power_w": (22, "H", 1),
    "energy_j": (24, "Q", None),
    "gpu_clock_mhz": (54, "H", 1),
    "memory_clock_mhz": (58, "H", 1),
    "fan_rpm": (72, "H", 1),
    "width": (74, "H", 1),
    "gts": (76, "H", 0.1),
}
INSTINCT: Layout = {
    "hotspot_temperature_c": (4, "H", 1),
    "memory_temperature_c": (6, "H", 1),
    "power_w": (10, "H", 1),
    "gpu_utilization": (12, "H", 1),
    "memory_activity": (14, "H", 1),
}
"""What v1.4 to v1.8 have at the same places."""


def _instinct(energy: int, link: int, replays: int) -> Layout:
    return {
        **INSTINCT,
        "energy_j": (energy, "Q", JOULES_A_TICK),
        "width": (link, "H", 1),
        "gts": (link + 2, "H", 0.1),
        "pcie_replays": (replays, "Q", 1),
    }


APU: Layout = {
    "power_w": (40, "H", None),
    "gpu_clock_mhz": (76, "H", 1),
    "memory_clock_mhz": (80, "H", 1),
}
"""Before v2.4 temperature, activity and power come in units that differ by firmware."""

LAYOUTS: Mapping[tuple[int, int], Layout] = {
    (1, 0): FIRST,
    (1, 1): DISCRETE,
    (1, 2): DISCRETE,
    (1, 3): {**DISCRETE, "throttle": (112, "Q", 1)},
    (1, 4): _instinct(energy=24, link=48, replays=88),
    (1, 5): _instinct(energy=88, link=112, replays=152),
    (1, 6): _instinct(energy=16, link=60, replays=104),
    (1, 7): _instinct(energy=24, link=68, replays=112),
    (1, 8): _instinct(energy=24, link=68, replays=112),
    (2, 0): {
        "power_w": (44, "H", None),
        "gpu_clock_mhz": (80, "H", 1),
        "memory_clock_mhz": (84, "H", 1),
    },
    (2, 1): APU,
    (2, 2): {**APU, "throttle": (120, "Q", 1)},
    (2, 3): {**APU, "throttle": (120, "Q", 1)},
    (2, 4): {
        **APU,
        "temperature_c": (4, "H", CENTI),
        "gpu_utilization": (28, "H", CENTI),
        "power_w": (40, "H", MILLI),
        "throttle": (120, "Q", 1),
    },
    (3, 0): {
        "power_w": (112, "I", MILLI),
        "gpu_clock_mhz": (174, "H", 1),
        "memory_clock_mhz": (186, "H", 1),
    },
}
"""By format and content revision."""

SELF_DESCRIBING = (1, 9)
"""A list of attributes, each a number that says what it is and then its values."""
TYPES = "BbHhIiQq"
CELSIUS, WATTS, GTS, DECIGTS, PERCENT = 2, 3, 6, 7, 10
ATTRIBUTES: Mapping[int, tuple[str, Mapping[int, float]]] = {
    0: ("hotspot_temperature_c", {CELSIUS: 1}),
    1: ("memory_temperature_c", {CELSIUS: 1}),
    3: ("power_w", {WATTS: 1}),
    4: ("gpu_utilization", {PERCENT: 1}),
    5: ("memory_activity", {PERCENT: 1}),
    7: ("energy_j", {0: JOULES_A_TICK}),
    16: ("width", {0: 1}),
    17: ("gts", {GTS: 1, DECIGTS: 0.1}),
    25: ("pcie_replays", {0: 1}),
}
"""By `amdgpu_metrics_attr_id`: our field, and by unit what one of it is in ours."""

THROTTLED = {"power_throttled": 0xFF00FF, "thermal_throttled": 0xFFFF << 32}
"""Bits of `indep_throttle_status`: power and current, temperatures."""
HOTSPOT = 1 << 36
"""RDNA3 sets this bit also when it is idle and cold: alone it says nothing."""

NO_READINGS = ("width", "gts", "throttle")

Raw = tuple[int | None, float | None]
"""A value as it stands there, and what one of it is in our unit."""


def read_metrics(content: bytes, source: str) -> tuple[Readings, Link | None]:
    """The readings of a file, and the link that it names."""
    if len(content) < _HEADER.size:
        return {}, None
    size, *revisions = _HEADER.unpack_from(content)
    if len(content) < size:
        return {}, None
    version = revisions[0], revisions[1]
    if version not in (*LAYOUTS, SELF_DESCRIBING):
        named = f"{source} v{version[0]}.{version[1]}"
        unknown = Reading(None, named, "unknown_format")
        return {"power_w": unknown, "energy_j": unknown}, None
    fields = (
        _attributes(content[:size])
        if version == SELF_DESCRIBING
        else _fields(content[:size], LAYOUTS[version])
    )
    if fields is None:
        return {}, None
    readings = {
        name: _reading(name, raw, source)
        for name, raw in fields.items()
        if name not in NO_READINGS
    }
    readings |= _throttled(fields.get("throttle"), source)
    return readings, _link(fields, source)


def _fields(content: bytes, layout: Layout) -> dict[str, Raw] | None:
    """None if the file is shorter than its version."""
    found: dict[str, Raw] = {}
    for name, (offset, kind, scale) in layout.items():
        if offset + struct.calcsize(f"<{kind}") > len(content):
            return None
        found[name] = _value(content, offset, kind), scale
    return found


def _value(content: bytes, offset: int, kind: str) -> int | None:
    value: int = struct.unpack_from(f"<{kind}", content, offset)[0]
    all_ones = 256 ** struct.calcsize(f"<{kind}") - 1
    return None if value in (all_ones, -1) else value


def _attributes(content: bytes) -> dict[str, Raw] | None:
    """None if the attributes do not end where the file does: then this is another layout."""
    if len(content) < _BEGIN:
        return None
    (count,) = _COUNT.unpack_from(content, _HEADER.size)
    found: dict[str, Raw] = {}
    end, listed = _BEGIN, 0
    for identity, unit, kind, offset, end in _listed(content, _BEGIN):
        listed += 1
        name, units = ATTRIBUTES.get(identity, ("", {}))
        if name and offset < end <= len(content):
            found[name] = _value(content, offset, kind), units.get(unit)
    return found if (listed, end) == (count, len(content)) else None


def _listed(
    content: bytes, offset: int
) -> Iterator[tuple[int, int, str, int, int]]:
    """Of each attribute: its number, unit and type, where its values begin and end."""
    while offset + _ENCODING.size <= len(content):
        (encoding,) = _ENCODING.unpack_from(content, offset)
        kind = TYPES[encoding >> 20 & 0x7]
        begin = offset + _ENCODING.size
        offset = begin + (encoding & 0x3FF) * struct.calcsize(f"<{kind}")
        yield encoding >> 10 & 0x3FF, encoding >> 24 & 0xFF, kind, begin, offset


def _reading(name: str, raw: Raw, source: str) -> Reading:
    value, scale = raw
    own = "energy_accumulator" if name == "energy_j" else name
    source = f"{source} {own}"
    if scale is None:
        return Reading(None, source, "unit_unknown")
    if value is None or (name == "energy_j" and not value):
        # a counter that is not kept stays at 0
        return Reading(None, source, "not_reported")
    averaging = "driver" if name == "power_w" else None
    return Reading(float(value * scale), source, averaging=averaging)


def _throttled(raw: Raw | None, source: str) -> Readings:
    bits = raw[0] if raw else None
    if bits is None:
        return {}
    source = f"{source} indep_throttle_status"
    found = {
        field: Reading(float(bool(bits & mask & ~HOTSPOT)), source)
        for field, mask in THROTTLED.items()
    }
    if bits & HOTSPOT and not found["thermal_throttled"].value:
        found["thermal_throttled"] = Reading(None, source, "not_reported")
    return found


def _link(fields: Mapping[str, Raw], source: str) -> Link | None:
    width, gts = fields.get("width"), fields.get("gts")
    if not width or not width[0] or not gts or not gts[0] or not gts[1]:
        return None
    return Link(round(gts[0] * gts[1], 1), width[0], source)

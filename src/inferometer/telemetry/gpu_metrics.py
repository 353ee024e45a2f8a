"""amdgpu's `gpu_metrics`: one binary file with a whole sample of an AMD card.

Layouts: `struct gpu_metrics_v1_1` to `v1_5` of the kernel's kgd_pp_interface.h, little endian. A
field of all ones has no value. Other versions are refused by name.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from inferometer.telemetry.reading import Link, Reading

_HEADER = struct.Struct("<HBB")

DISCRETE = {
    "temperature_c": (4, "H"),
    "hotspot_temperature_c": (6, "H"),
    "memory_temperature_c": (8, "H"),
    "gpu_utilization": (16, "H"),
    "memory_activity": (18, "H"),
    "power_w": (22, "H"),
    "gpu_clock_mhz": (54, "H"),
    "memory_clock_mhz": (58, "H"),
    "fan_rpm": (72, "H"),
    "width": (74, "H"),
    "decigts": (76, "H"),
}
INSTINCT_4 = {
    "hotspot_temperature_c": (4, "H"),
    "memory_temperature_c": (6, "H"),
    "power_w": (10, "H"),
    "gpu_utilization": (12, "H"),
    "memory_activity": (14, "H"),
    "energy_ticks": (24, "Q"),
    "width": (48, "H"),
    "decigts": (50, "H"),
}
INSTINCT_5 = {
    **{name: place for name, place in INSTINCT_4.items() if place[0] < 16},
    "energy_ticks": (88, "Q"),
    "width": (112, "H"),
    "decigts": (114, "H"),
}
LAYOUTS: Mapping[tuple[int, int], Mapping[str, tuple[int, str]]] = {
    (1, 1): DISCRETE,
    (1, 2): DISCRETE,
    (1, 3): {**DISCRETE, "throttle": (112, "Q")},
    (1, 4): INSTINCT_4,
    (1, 5): INSTINCT_5,
}
"""Offset and type of each field, by format and content revision."""

THROTTLED = {"power_throttled": 0xFF00FF, "thermal_throttled": 0xFFFF << 32}
"""Bits of `indep_throttle_status`: power and current, temperatures."""

JOULES_A_TICK = 15.259e-6
"""2^-16 J. Documented from v1.4 on; the counter of v1.1 to v1.3 ticks in a unit that is not."""


def read_metrics(
    content: bytes, source: str
) -> tuple[dict[str, Reading], Link | None]:
    """The readings of a file, and the link that it names."""
    version = _version(content)
    if version is None:
        return {}, None
    if version not in LAYOUTS:
        form, revision = version
        named = f"{source} v{form}.{revision}"
        unknown = Reading(None, named, "unknown_format")
        return {"power_w": unknown, "energy_j": unknown}, None
    fields = _fields(content, LAYOUTS[version])
    if fields is None:
        return {}, None
    readings = {
        name: _reading(value, f"{source} {name}")
        for name, value in fields.items()
        if name not in ("width", "decigts", "energy_ticks", "throttle")
    }
    readings.update(_throttled(fields.get("throttle"), source))
    power = readings.get("power_w")
    if power is not None and power.value is not None:
        readings["power_w"] = Reading(
            power.value, power.source, averaging="driver"
        )
    readings["energy_j"] = _energy(fields, source)
    return readings, _link(fields, source)


def _version(content: bytes) -> tuple[int, int] | None:
    """Format and revision; None if the file is cut."""
    if len(content) < _HEADER.size:
        return None
    size, form, revision = _HEADER.unpack_from(content)
    return None if len(content) < size else (form, revision)


def _fields(
    content: bytes, layout: Mapping[str, tuple[int, str]]
) -> dict[str, int | None] | None:
    """None if the file is shorter than its version."""
    (size, _, _) = _HEADER.unpack_from(content)
    found: dict[str, int | None] = {}
    for name, (offset, kind) in layout.items():
        width = struct.calcsize(f"<{kind}")
        if offset + width > size:
            return None
        (value,) = struct.unpack_from(f"<{kind}", content, offset)
        found[name] = None if value == 256**width - 1 else value
    return found


def _reading(value: int | None, source: str) -> Reading:
    if value is None:
        return Reading(None, source, "not_reported")
    return Reading(float(value), source)


def _throttled(bits: int | None, source: str) -> dict[str, Reading]:
    if bits is None:
        return {}
    source = f"{source} indep_throttle_status"
    return {
        field: Reading(float(bool(bits & mask)), source)
        for field, mask in THROTTLED.items()
    }


def _energy(fields: Mapping[str, int | None], source: str) -> Reading:
    source = f"{source} energy_accumulator"
    if "energy_ticks" not in fields:
        return Reading(None, source, "unit_unknown")
    ticks = fields["energy_ticks"]
    return (
        Reading(None, source, "not_reported")
        if not ticks
        else Reading(ticks * JOULES_A_TICK, source)
    )


def _link(fields: Mapping[str, int | None], source: str) -> Link | None:
    width, decigts = fields["width"], fields["decigts"]
    return Link(decigts / 10, width, source) if width and decigts else None

"""The host beside the cards: processor, memory, pressure, network, energy; from /proc and /sys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean

from inferometer.telemetry.reading import Reading, Readings, Reason
from inferometer.telemetry.tree import MissingError, Tree, number

TICKS_A_SECOND = 100
"""USER_HZ, in which /proc/stat counts on every Linux."""
KIB = 1024
MICRO = 1e-6


def read_host(tree: Tree, rapl: Rapl | None = None) -> Readings:
    """All fields of a host but its frequency. `rapl` knows the counters from the last time."""
    return {
        **_processor(tree),
        **_memory(tree),
        **_network(tree),
        "load_average_1min": _number_after(tree, "proc/loadavg", ""),
        "cpu_pressure_percent": _pressure(tree, "cpu"),
        "memory_pressure_percent": _pressure(tree, "memory"),
        "io_pressure_percent": _pressure(tree, "io"),
        **(rapl or Rapl()).read(tree),
    }


def is_virtual(tree: Tree) -> bool:
    """Whether the processor says that a hypervisor runs it."""
    return bool(
        re.search(
            r"^flags\s*:.*\bhypervisor\b",
            _text(tree, "proc/cpuinfo"),
            re.MULTILINE,
        )
    )


def _text(tree: Tree, path: str) -> str:
    return tree.word(path) or ""


def _number_after(tree: Tree, path: str, label: str) -> Reading:
    """The number that stands behind the first such label in a file."""
    try:
        text = tree.text(path)
    except MissingError as missing:
        return Reading(None, path, missing.reason)
    place = text.find(label)
    words = text[place + len(label) :].split(None, 1) if place >= 0 else ()
    return _known(number(words[0]) if words else None, path)


def _known(value: float | None, path: str) -> Reading:
    if value is None:
        return Reading(None, path, "unknown_format")
    return Reading(value, path)


def _processor(tree: Tree) -> Readings:
    """Seconds since the start that all processors together were busy, and idle or waiting."""
    path = "proc/stat"
    try:
        line = tree.text(path).splitlines()[0].split()
    except MissingError as missing:
        return _without_times(path, missing.reason)
    ticks = [number(each) for each in line[1:9]]
    busy = _busy(ticks, path)
    if line[0] != "cpu" or busy.value is None:
        return _without_times(path, "unknown_format")
    idle = (ticks[3] or 0.0) + (ticks[4] or 0.0)
    return {
        "cpu_busy_s": busy,
        "cpu_idle_s": Reading(idle / TICKS_A_SECOND, path),
    }


def _without_times(path: str, reason: Reason) -> Readings:
    return dict.fromkeys(
        ("cpu_busy_s", "cpu_idle_s"), Reading(None, path, reason)
    )


def read_cores(tree: Tree) -> Readings:
    """Seconds since the start that each processor was busy, by its name: `cpu0`."""
    path = "proc/stat"
    found = {}
    for line in _text(tree, path).splitlines():
        name, *ticks = line.split()
        if name.startswith("cpu") and name[3:].isdecimal():
            found[name] = _busy([number(each) for each in ticks[:8]], path)
    return found


def _busy(ticks: Sequence[float | None], path: str) -> Reading:
    counts = [each for each in ticks if each is not None]
    if len(counts) != len(ticks) or len(counts) < 5:
        return Reading(None, path, "unknown_format")
    busy = sum(counts) - counts[3] - counts[4]
    return Reading(busy / TICKS_A_SECOND, path)


def _memory(tree: Tree) -> Readings:
    path = "proc/meminfo"
    fields = (
        "memory_total_bytes",
        "memory_available_bytes",
        "swap_used_bytes",
    )
    try:
        sizes = _sizes(tree.text(path))
    except MissingError as missing:
        return dict.fromkeys(fields, Reading(None, path, missing.reason))
    total, available, swap, free = map(
        sizes.get, ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
    )
    used = None if swap is None or free is None else swap - free
    return {
        name: _known(size, path)
        for name, size in zip(fields, (total, available, used), strict=True)
    }


def _sizes(text: str) -> dict[str, float | None]:
    """Bytes by name, of lines such as `MemTotal:  32768 kB`."""
    found = {}
    for line in text.splitlines():
        name, _, size = line.partition(":")
        kib = number(size[:-3].strip()) if size.endswith(" kB") else None
        found[name] = None if kib is None else kib * KIB
    return found


def _network(tree: Tree) -> Readings:
    """Bytes of all network cards since each came up; bridges and containers' ends would count the
    same bytes again. Where no card is seen, of all interfaces but the loopback.
    """
    base = "sys/class/net"
    names = [name for name in tree.constant_names(base) if name != "lo"]
    cards = [
        name for name in names if tree.constant_names(f"{base}/{name}/device")
    ]
    names = cards or names
    paths = [f"sys/class/net/{name}/statistics" for name in names]
    return {
        "network_received_bytes": _sum(
            (tree.reading(f"{path}/rx_bytes") for path in paths),
            "sys/class/net",
        ),
        "network_sent_bytes": _sum(
            (tree.reading(f"{path}/tx_bytes") for path in paths),
            "sys/class/net",
        ),
    }


def _sum(readings: Iterable[Reading], source: str) -> Reading:
    """A sum is missing if a part is: less than all would look like less traffic or power."""
    found = list(readings)
    missing = next((each for each in found if each.value is None), None)
    if missing is not None:
        return missing
    if not found:
        return Reading(None, source, "no_source")
    return Reading(sum(each.value or 0.0 for each in found), source)


def read_frequency(tree: Tree) -> Reading:
    """Mean of all processors. To read it, the kernel asks each of them."""
    path = "proc/cpuinfo"
    found = [
        number(line.partition(":")[2].strip())
        for line in _text(tree, path).splitlines()
        if line.startswith("cpu MHz")
    ]
    values = [value for value in found if value is not None]
    return (
        Reading(fmean(values), path)
        if values
        else Reading(None, path, "no_source")
    )


def _pressure(tree: Tree, what: str) -> Reading:
    """Share of the last 10 s in which some task waited."""
    return _number_after(tree, f"proc/pressure/{what}", "some avg10=")


class Rapl:
    """The processor's own counters of energy (RAPL), which begin at 0 again beyond their range."""

    BASE = "sys/class/powercap"

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}
        self._turned_j: dict[str, float] = {}

    def read(self, tree: Tree) -> Readings:
        """Sums over the packages, and over the memory beside them. Only root may read them."""
        return {
            "package_energy_j": self._sum(tree, 1, "package"),
            "dram_energy_j": self._sum(tree, 2, "dram"),
        }

    def _sum(self, tree: Tree, depth: int, kind: str) -> Reading:
        """Of all domains of a kind: `intel-rapl:0` is one of depth 1, `intel-rapl:0:1` inside it.
        Cores and graphics are inside the package, the package is inside `psys`.
        """
        found = [
            f"{self.BASE}/{name}"
            for name in tree.constant_names(self.BASE)
            if name.startswith("intel-rapl:") and name.count(":") == depth
        ]
        return _sum(
            (
                self._domain(tree, path)
                for path in found
                if (tree.constant(f"{path}/name") or "package").startswith(kind)
            ),
            self.BASE,
        )

    def _domain(self, tree: Tree, path: str) -> Reading:
        """A fall by less than half of the range is no turn but a counter that began anew."""
        now = tree.reading(f"{path}/energy_uj", MICRO)
        if now.value is None:
            return now
        range_j = tree.constant_reading(
            f"{path}/max_energy_range_uj", MICRO
        ).value
        fallen_j = self._seen.get(path, now.value) - now.value
        if range_j and fallen_j > range_j / 2:
            self._turned_j[path] = self._turned_j.get(path, 0.0) + range_j
        self._seen[path] = now.value
        return replace(now, value=now.value + self._turned_j.get(path, 0.0))

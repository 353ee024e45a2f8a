"""AMD and Intel cards from the kernel's files: no library, no privilege, no process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from inferometer.telemetry.drm import SOURCE, Clients
from inferometer.telemetry.gpu_metrics import read_metrics
from inferometer.telemetry.kfd import kfd_processes
from inferometer.telemetry.pci import Device, starred_level
from inferometer.telemetry.processes import counted
from inferometer.telemetry.reading import Link, Reading, Readings, merged
from inferometer.telemetry.tree import MissingError, Tree

MICRO = 1e-6
MILLI = 1e-3
HZ_TO_MHZ = 1e-6

DRIVERS = ("amdgpu", "xe", "i915")
"""Names of hwmon directories that belong to a GPU."""

TEMPERATURES = {
    "edge": "temperature_c",
    "junction": "hotspot_temperature_c",
    "mem": "memory_temperature_c",
    "pkg": "temperature_c",
    "vram": "memory_temperature_c",
}
"""By hwmon's label."""

_CLOCK_LEVEL = re.compile(r"(\d{1,6})\s*Mhz", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FromFiles:
    """What the files say of a card."""

    readings: Readings
    vendor_link: Link | None = None


def read_card(tree: Tree, device: Device, clients: Clients) -> FromFiles:
    """The readings of a card; none where the vendor's driver has no files of this kind."""
    reader = READERS.get(device.vendor)
    return reader(tree, device, clients) if reader else FromFiles({})


def _amd(tree: Tree, device: Device, clients: Clients) -> FromFiles:
    path, read = device.path, tree.reading
    monitor = _monitor(tree, path)
    files = _by_label(tree, monitor)
    by_hwmon = {
        **_labelled(tree, files),
        "power_w": _amd_power(tree, monitor),
        "power_limit_w": read(f"{monitor}/power1_cap", MICRO),
        "power_limit_default_w": tree.constant_reading(
            f"{monitor}/power1_cap_default", MICRO
        ),
        "fan_rpm": read(f"{monitor}/fan1_input"),
        "gpu_clock_mhz": _clock(tree, files, "sclk"),
        "memory_clock_mhz": _clock(tree, files, "mclk"),
    }
    by_file = {
        "gpu_utilization": read(f"{path}/gpu_busy_percent"),
        "memory_activity": read(f"{path}/mem_busy_percent"),
        "memory_total_bytes": tree.constant_reading(
            f"{path}/mem_info_vram_total"
        ),
        "memory_used_bytes": read(f"{path}/mem_info_vram_used"),
        "pcie_replays": read(f"{path}/pcie_replay_count"),
        "max_gpu_clock_mhz": _highest_level(tree, f"{path}/pp_dpm_sclk"),
        "partitioned": _partitioned(tree, f"{path}/current_compute_partition"),
        **_amd_processes(tree, device.address, clients),
    }
    by_metrics, link = _gpu_metrics(tree, f"{path}/gpu_metrics")
    levels = f"{path}/pp_dpm_pcie"
    return FromFiles(
        merged(by_file, by_hwmon, by_metrics),
        link or starred_level(tree.word(levels), levels),
    )


def _amd_processes(tree: Tree, address: str, clients: Clients) -> Readings:
    """Of the compute driver, and what computes past it."""
    others = clients.computing.get(address, ())
    return merged(
        kfd_processes(tree, address, others),
        _drm_processes(tree, address, clients),
    )


def _drm_processes(tree: Tree, address: str, clients: Clients) -> Readings:
    found = clients.of(address)
    if isinstance(found, str):
        none = Reading(None, SOURCE, found)
        return {"processes": none, "programs": none}
    return counted(tree, found, SOURCE)


def _hygon(tree: Tree, device: Device, _: Clients) -> FromFiles:
    """Its driver has AMD's list of processes."""
    return FromFiles(kfd_processes(tree, device.address))


def _partitioned(tree: Tree, path: str) -> Reading:
    mode = tree.constant(path)
    if mode is None:
        return Reading(None, path, "no_source")
    return Reading(float(mode != "SPX"), path)


def _gpu_metrics(tree: Tree, path: str) -> tuple[Readings, Link | None]:
    try:
        return read_metrics(tree.content(path), path)
    except MissingError:
        return {}, None


def _amd_power(tree: Tree, monitor: str) -> Reading:
    """Most cards have one of the two files."""
    return merged(
        *(
            {
                "power_w": tree.reading(
                    f"{monitor}/{name}", MICRO, averaging=kind
                )
            }
            for name, kind in (
                ("power1_average", "driver"),
                ("power1_input", "instant"),
            )
        )
    )["power_w"]


def _intel(tree: Tree, device: Device, clients: Clients) -> FromFiles:
    path, monitor = device.path, _monitor(tree, device.path)
    card = device.drm or f"{path}/drm"
    read = tree.reading
    plain = {"temperature_c": read(f"{monitor}/temp1_input", MILLI)}
    return FromFiles(
        merged(
            _labelled(tree, _by_label(tree, monitor)),
            plain,
            {
                **_drm_processes(tree, device.address, clients),
                "energy_j": _intel_energy(tree, monitor),
                "power_limit_w": read(f"{monitor}/power1_max", MICRO),
                "fan_rpm": read(f"{monitor}/fan1_input"),
                "gpu_clock_mhz": read(f"{path}/tile0/gt0/freq0/act_freq"),
                "max_gpu_clock_mhz": read(f"{path}/tile0/gt0/freq0/max_freq"),
            },
            {
                "gpu_clock_mhz": read(f"{card}/gt_act_freq_mhz"),
                "max_gpu_clock_mhz": read(f"{card}/gt_max_freq_mhz"),
            },
        )
    )


def _intel_energy(tree: Tree, monitor: str) -> Reading:
    """The whole card's counter, or the package's where the card's stays at 0."""
    counters = [
        tree.reading(f"{monitor}/energy{place}_input", MICRO)
        for place in (1, 2)
    ]
    return next((each for each in counters if each.value), counters[0])


READERS = {"amd": _amd, "hygon": _hygon, "intel": _intel}
"""By vendor."""


def _monitor(tree: Tree, path: str) -> str:
    """The card's hwmon directory."""
    found = [
        f"{path}/hwmon/{name}" for name in tree.constant_names(f"{path}/hwmon")
    ]
    ours = [each for each in found if tree.constant(f"{each}/name") in DRIVERS]
    return (ours or [f"{path}/hwmon/hwmon"])[0]


def _labelled(tree: Tree, files: Mapping[str, str]) -> Readings:
    """Temperatures by their labels."""
    return {
        TEMPERATURES[label]: tree.reading(file, MILLI)
        for label, file in files.items()
        if label in TEMPERATURES
    }


def _clock(tree: Tree, files: Mapping[str, str], label: str) -> Reading:
    if label not in files:
        return Reading(None, "hwmon freq*_label", "no_source")
    return tree.reading(files[label], HZ_TO_MHZ)


def _by_label(tree: Tree, monitor: str) -> dict[str, str]:
    """Files of temperatures and clocks by their labels: their numbers mean nothing."""
    found = {}
    for name in tree.constant_names(monitor):
        if name.endswith("_label") and name.startswith(("temp", "freq")):
            place = f"{monitor}/{name}"
            label = tree.constant(place) or ""
            found[label] = f"{place.removesuffix('_label')}_input"
    return found


def _highest_level(tree: Tree, path: str) -> Reading:
    text = tree.constant(path)
    if text is None:
        return tree.reading(path)
    levels = [int(each) for each in _CLOCK_LEVEL.findall(text)]
    return (
        Reading(float(max(levels)), path)
        if levels
        else Reading(None, path, "unknown_format")
    )

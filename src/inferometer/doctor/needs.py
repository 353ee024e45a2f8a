"""What this host needs to measure, what is there, and how to get the rest."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import requires
from importlib.util import find_spec

from inferometer.doctor.check_client import MIN_FILES
from inferometer.doctor.check_container import runtimes_of
from inferometer.doctor.machine import Machine

PACKAGE_MANAGERS = {
    "apt-get": "sudo apt-get install -y {}",
    "dnf": "sudo dnf install -y {}",
    "yum": "sudo yum install -y {}",
    "zypper": "sudo zypper install -y {}",
    "pacman": "sudo pacman -S {}",
    "apk": "sudo apk add {}",
}

VENDOR_TOOLS: Mapping[str, tuple[str, ...]] = {
    "nvidia": ("nvidia-smi",),
    "amd": ("amd-smi", "rocm-smi"),
    "hygon": ("hy-smi", "rocm-smi"),
    "intel": ("xpu-smi",),
    "ascend": ("npu-smi",),
    "mthreads": ("mthreads-gmi",),
}
"""One of them suffices. They come with the vendor's driver or toolkit."""

EXTRAS = {
    "tokenizers": "tokenizers",
    "datasets": "datasets",
    "excel": "xlsxwriter",
}
"""Optional packages, by the module that is looked for."""


@dataclass(frozen=True, slots=True)
class HostNeed:
    """One thing. What it is for is in `words`, under its name."""

    name: str
    there: bool
    optional: bool
    commands: tuple[str, ...] = ()
    """How to get it."""
    own: bool = False
    """Whether these commands change only this program's own environment."""


def list_needs(machine: Machine) -> list[HostNeed]:
    """What is needed first."""
    return [
        *_client(machine),
        *_extras(),
        *_vendor_tools(machine),
        *_programs(machine),
    ]


def _client(machine: Machine) -> list[HostNeed]:
    client, files = machine.client, machine.limit("Max open files", 1)
    calibrate = "inferometer calibrate"
    return [
        HostNeed("stamps", bool(client and client.kernel_stamps), False),
        HostNeed(
            "descriptors",
            files is None or files == -1 or files >= MIN_FILES,
            False,
            (machine.raise_limit("Max open files", MIN_FILES),),
        ),
        HostNeed(
            "calibration",
            bool(client and client.calibrated),
            True,
            (f"{sys.executable} -m {calibrate}",),
            own=True,
        ),
    ]


def _extras() -> list[HostNeed]:
    return [
        HostNeed(
            f"extra.{extra}",
            find_spec(module) is not None,
            True,
            (f"{sys.executable} -m pip install {' '.join(packages(extra))}",),
            own=True,
        )
        for extra, module in EXTRAS.items()
    ]


def packages(extra: str) -> list[str]:
    """Of an optional feature, as this version declares them, quoted for a shell."""
    marker = re.compile(rf"([^;]+); extra == [\"']{extra}[\"']")
    found = (marker.fullmatch(each) for each in requires("inferometer") or ())
    return [f"'{each[1].strip()}'" for each in found if each]


def _vendor_tools(machine: Machine) -> list[HostNeed]:
    return [
        HostNeed(
            f"tool.{vendor}",
            any(shutil.which(tool) for tool in VENDOR_TOOLS[vendor]),
            True,
        )
        for vendor in sorted(machine.vendors & VENDOR_TOOLS.keys())
    ]


def _programs(machine: Machine) -> list[HostNeed]:
    """For servers that campaigns start, and for binding them. Docker has to answer this user."""
    compose = shutil.which("docker-compose") or shutil.which("docker")
    silent = compose is not None and runtimes_of(machine) is None
    start = ("sudo systemctl start docker",) if silent else ()
    return [
        HostNeed("docker", compose is not None and not silent, True, start),
        HostNeed(
            "numactl",
            shutil.which("numactl") is not None,
            True,
            install("numactl"),
        ),
    ]


def install(
    package: str, which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...]:
    """By the package manager that is there."""
    return next(
        (
            (command.format(package),)
            for manager, command in PACKAGE_MANAGERS.items()
            if which(manager)
        ),
        (),
    )

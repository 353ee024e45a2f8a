"""What this host is and what was called on it: enough to repeat a measurement, or to see why it is
not comparable.

A fact that cannot be read is None; nothing raises. The host name is included, because users compare
machines; user names and keys are not (secret). Accelerators and the client's load are recorded
elsewhere.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import inferometer
from inferometer.secret import masked, masked_command

EMBEDDED_VERSION = "+inferometer"
"""In the version that the embedded engine reports."""

PACKAGES = ("numpy", "httptools", "orjson")
"""Packages that run inside the measured time; others cannot change a number."""

Fact = TypeVar("Fact")


def describe_environment(
    command: Sequence[str],
    server: Mapping[str, Any] | None = None,
    *,
    root: Path = Path("/"),
) -> dict[str, Any]:
    """The environment of a run as plain values, for its file.

    `command` is the command line as typed, `server` what the server reports (version, models,
    max_model_len); secrets are removed from both. `root` is the parent of /proc, /sys and /run.
    """
    return {
        "hostname": _fact(platform.node) or None,
        "os": _fact(_os_name),
        "kernel": _fact(platform.release),
        "machine": _fact(platform.machine),
        "python": _fact(
            lambda: (
                f"{platform.python_implementation()} {platform.python_version()}"
            )
        ),
        "packages": {
            "inferometer": inferometer.__version__,
            **{name: _fact(partial(_version, name)) for name in PACKAGES},
        },
        "cpu": cpu_facts(root),
        "memory": _memory(),
        "load_average_1min": _fact(lambda: os.getloadavg()[0]),
        "clock_source": _fact(
            lambda: _read(
                root,
                "sys/devices/system/clocksource/clocksource0/current_clocksource",
            )
        ),
        "open_files_limit": _fact(_open_files_limit),
        "container": _fact(lambda: _container(root)),
        "command": masked_command([_readable(word) for word in command]),
        "server": None if server is None else masked(server),
    }


def _readable(word: str) -> str:
    """As typed, also where the locale knows ASCII only: Python then keeps other bytes in a form
    that no file can hold.
    """
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@cache
def _version(package: str) -> str:
    """Read once: a process keeps what it has imported."""
    from importlib.metadata import version

    return version(package)


def _fact(read: Callable[[], Fact]) -> Fact | None:
    """The result of `read`, or None: a missing file or odd platform must not cost a finished
    measurement.
    """
    try:
        return read()
    except Exception:
        return None


def _read(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8", errors="replace").strip()


def _line(text: str, name: str) -> str:
    """The value of the first `name: value` line."""
    return next(
        line.partition(":")[2].strip()
        for line in text.splitlines()
        if line.partition(":")[0].strip() == name
    )


def _os_name() -> str:
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return platform.freedesktop_os_release()["PRETTY_NAME"]


def cpu_facts(root: Path = Path("/")) -> dict[str, Any]:
    """Which processor, how many cores, and how many of them are available."""
    return {
        **_processor(root),
        "affinity": _fact(
            lambda: _line(_read(root, "proc/self/status"), "Cpus_allowed_list")
        ),
        "quota_cores": _fact(lambda: _quota_cores(root)),
        "governor": _fact(lambda: _governor(root)),
    }


@cache
def _processor(root: Path) -> dict[str, Any]:
    """What does not change. To read it, the kernel asks every core for its frequency."""
    import psutil

    return {
        "model": _fact(lambda: _line(_read(root, "proc/cpuinfo"), "model name"))
        or _fact(platform.processor)
        or None,
        "logical": _fact(os.cpu_count),
        "physical": _fact(lambda: psutil.cpu_count(logical=False)),
    }


def _quota_cores(root: Path) -> float:
    """How many cores the control group permits; a throttled client stamps late."""
    quota, period = _read(root, "sys/fs/cgroup/cpu.max").split()
    return int(quota) / int(period)  # `max` is no number: no quota, no fact


def _governor(root: Path) -> str | None:
    """The CPU frequency governor, or all in use, by name."""
    files = root.glob(
        "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"
    )
    return (
        ", ".join(sorted({file.read_text().strip() for file in files})) or None
    )


def _memory() -> dict[str, Any]:
    import psutil

    return {
        "total_bytes": _fact(lambda: psutil.virtual_memory().total),
        "available_bytes": _fact(lambda: psutil.virtual_memory().available),
    }


def _open_files_limit() -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _container(root: Path) -> list[str]:
    """Signs that this runs in a container; an empty list is no proof that it does not."""
    cgroup = _fact(lambda: _read(root, "proc/1/cgroup")) or ""
    hints = {
        "docker": (root / ".dockerenv").exists() or "docker" in cgroup,
        "podman": (root / "run/.containerenv").exists(),
        "kubernetes": "KUBERNETES_SERVICE_HOST" in os.environ
        or "kubepods" in cgroup,
        "lxc": "lxc" in cgroup,
        "wsl": "microsoft" in platform.release().lower(),
    }
    return [name for name, seen in hints.items() if seen]

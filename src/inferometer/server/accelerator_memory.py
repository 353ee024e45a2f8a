"""Reads the memory in use on each accelerator, and waits until a server has released its memory.

A courtesy between two servers, never a reason to fail: a card that cannot be read is not waited
for.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

DRM = Path("/sys/class/drm")
NVIDIA_SMI = (
    "nvidia-smi",
    "--query-gpu=uuid,memory.used",
    "--format=csv,noheader,nounits",
)
NVIDIA_SMI_TIMEOUT_S = 10.0

SLACK_MIB = 512.0
"""What a desktop or a monitor may use meanwhile."""

TIMEOUT_S = 60.0
POLL_S = 0.5


def used_mib() -> dict[str, float]:
    """MiB in use per card; empty if none can be read."""
    return _by_nvidia_smi() | _by_sysfs(DRM)


def wait_released(
    before: Mapping[str, float],
    *,
    read: Callable[[], dict[str, float]] = used_mib,
    pause: Callable[[float], None] = time.sleep,
    timeout_s: float = TIMEOUT_S,
) -> dict[str, float]:
    """Wait until every card is back at its use of `before`; what is still held after that, MiB by
    card.
    """
    for _ in range(max(1, round(timeout_s / POLL_S))):
        now = read() if before else {}
        held = {
            card: used - before[card]
            for card, used in now.items()
            if card in before and used - before[card] > SLACK_MIB
        }
        if not held:
            return {}
        pause(POLL_S)
    return held


def _by_nvidia_smi() -> dict[str, float]:
    try:
        done = subprocess.run(  # noqa: S603
            NVIDIA_SMI,
            capture_output=True,
            text=True,
            timeout=NVIDIA_SMI_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    return parse_nvidia_smi(done.stdout)


def parse_nvidia_smi(table: str) -> dict[str, float]:
    """`GPU-uuid, 1234` lines; a card with [N/A] is skipped."""
    rows = [
        line.split(",") for line in table.splitlines() if line.count(",") == 1
    ]
    return {
        card.strip(): float(used)
        for card, used in rows
        if used.strip().replace(".", "", 1).isdigit()
    }


def _by_sysfs(drm: Path) -> dict[str, float]:
    """The amdgpu driver's count, and that of similar drivers."""
    found = {}
    for file in drm.glob("card*/device/mem_info_vram_used"):
        try:
            found[file.parents[1].name] = int(file.read_text()) / 2**20
        except (OSError, ValueError):
            continue
    return found

"""What this process may do besides what every process may."""

from __future__ import annotations

import re

_STATUS = "/proc/self/status"
_NET_RAW = 13
"""Its bit, from linux/capability.h."""


def may_see_packets() -> bool:
    """Whether it has CAP_NET_RAW, as root has, so that it may see a network interface's packets
    (Linux).
    """
    try:
        with open(_STATUS, encoding="utf-8", errors="replace") as file:
            effective = re.search(r"^CapEff:\s*([0-9a-f]+)$", file.read(), re.M)
    except OSError:
        return False
    return effective is not None and bool(int(effective[1], 16) >> _NET_RAW & 1)

"""Which proxy other programs would use for an address. We use none; it would be measured too."""

from __future__ import annotations

import ipaddress
import os
from contextlib import suppress
from urllib.parse import urlsplit


def proxy_variable(base_url: str) -> str | None:
    """The variable whose proxy applies to this address, or None, also because of NO_PROXY.

    Its value may contain a password and is never shown.
    """
    from urllib.request import getproxies_environment, proxy_bypass

    parts = urlsplit(base_url)
    host = parts.hostname or ""
    proxies = getproxies_environment()
    kind = next(
        (kind for kind in (parts.scheme, "all") if proxies.get(kind)), None
    )
    if (
        kind is None
        or _is_here(host)
        or proxy_bypass(host)
        or _in_network(host, proxies.get("no", ""))
    ):
        return None
    names = (f"{kind}_proxy", f"{kind.upper()}_PROXY")
    return next((name for name in names if os.environ.get(name)), names[-1])


def _is_here(host: str) -> bool:
    """Whether this is the local host, which needs no proxy."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_network(host: str, excepted: str) -> bool:
    """Whether NO_PROXY contains the host's network, such as 10.0.0.0/8."""
    for each in excepted.split(","):
        with suppress(ValueError):  # most entries are names
            if ipaddress.ip_address(host) in ipaddress.ip_network(
                each.strip(), strict=False
            ):
                return True
    return False

"""Proxies of the environment: which one other programs would use for an address. We use none; it
would be measured along.
"""

from __future__ import annotations

import ipaddress
import os
from contextlib import suppress
from urllib.parse import urlsplit


def proxy_variable(base_url: str) -> str | None:
    """The variable whose proxy would be used for this address; None where there is none, or
    NO_PROXY excepts the host.

    Its value may hold a password and is nobody's business.
    """
    from urllib.request import getproxies_environment, proxy_bypass

    parts = urlsplit(base_url)
    host = parts.hostname or ""
    proxies = getproxies_environment()
    kind = next((kind for kind in (parts.scheme, "all") if proxies.get(kind)), None)
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
    """Whether this machine is meant, which nobody reaches through a proxy."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_network(host: str, excepted: str) -> bool:
    """Whether NO_PROXY excepts the host's address by a network, such as 10.0.0.0/8."""
    for each in excepted.split(","):
        with suppress(ValueError):  # most entries are names
            if ipaddress.ip_address(host) in ipaddress.ip_network(each.strip(), strict=False):
                return True
    return False

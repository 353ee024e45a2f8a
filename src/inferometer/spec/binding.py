"""Where a server is to listen so that it answers at its base_url: the address a client uses is
often none it can bind.

Names of containers, published ports and gateways belong to the network between client and
server, which is not known here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from inferometer.spec.flags import canonical_base_url, parse_base_url
from inferometer.spec.ready_made import completed
from inferometer.spec.server_recipe import ServerRecipe
from inferometer.words import Said

BOUND = ("{host}", "{port}")
"""Placeholders that a command binds."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What fills {host} and {port} of a command."""

    host: str
    port: str
    note: str = ""
    """What the person who starts the server has to know of it."""
    optional: bool = False
    """The server's own defaults do: flags that would set them can be left out."""


def binding_of(recipe: ServerRecipe) -> Binding:
    """Of a server that we start: as its base_url says, for it runs here. Of one that a person
    starts: what it can bind."""
    base_url = parse_base_url(recipe.base_url)
    parts = urlsplit(base_url)
    host, port = host_and_port(base_url)
    if recipe.is_ours:
        return Binding(host, port)
    if parts.scheme == "https" or parts.path:
        own_port = _own_port(recipe)
        note = Said("binding.gateway", {"address": base_url, "port": own_port})
        return Binding("0.0.0.0", own_port, note, optional=True)
    if _is_loopback(host):
        return Binding(host, port, Said("binding.loopback", {"host": host}))
    everywhere = "::" if ":" in host else "0.0.0.0"
    told = {"everywhere": everywhere, "host": host}
    return Binding(everywhere, port, Said("binding.everywhere", told))


def host_and_port(base_url: str) -> tuple[str, str]:
    """Where clients of an address connect to."""
    parts = urlsplit(parse_base_url(base_url))
    return parts.hostname or "", str(
        parts.port or (443 if parts.scheme == "https" else 80)
    )


def same_machine(one: str, other: str) -> bool:
    """Whether two addresses are those of servers on one host, at any port."""
    hosts = [
        urlsplit(canonical_base_url(base_url)).hostname or ""
        for base_url in (one, other)
    ]
    return hosts[0] == hosts[1] or all(map(_is_loopback, hosts))


def without_bound_flags(words: Sequence[str]) -> tuple[str, ...]:
    """A command without the flags whose value is a placeholder of BOUND alone."""
    return tuple(_unbound(words))


def _unbound(words: Sequence[str]) -> Iterator[str]:
    after = [*words[1:], ""]
    skipped = False
    for word, following in zip(words, after, strict=True):
        flag, _, value = word.partition("=")
        is_flag = word.startswith("-")
        if skipped:
            skipped = False
        elif is_flag and following in BOUND:
            skipped = True
        elif not (is_flag and flag != word and value in BOUND):
            yield word


def _own_port(recipe: ServerRecipe) -> str:
    ready_made = completed({"recipe": recipe.recipe}).get(
        "base_url", ServerRecipe().base_url
    )
    return str(urlsplit(ready_made).port)


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")

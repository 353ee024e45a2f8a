"""What SGLang's files say of the server, `server_info`: one server's arguments, or behind a router
those of all servers that prefill and of all that decode.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from inferometer.grouping import ungrouped
from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import Declarations, Declared
from inferometer.store.importers.reading import figure
from inferometer.store.json_values import Object, at, entries, text, whole

ROLES = ("prefill", "decode")
NO_SETTINGS = ("internal_states", "disaggregation_mode", "version")
"""What the server became, with the same arguments and many counters; and what we say better."""
KNOWN = ("tp", "dp", "pp_size", "ep_size")
"""Settings that readers know a deployment by, also where all points share them."""

Servers = dict[str, list[Object]]
"""By their role, which is empty for one that does both."""


def servers_of(info: object) -> Servers:
    """All servers, by what they do: one alone does both, and has no role."""
    if not isinstance(info, dict):
        return {}
    found = {
        role: [
            each for each in entries(info.get(role)) if isinstance(each, dict)
        ]
        for role in ROLES
    }
    return {role: servers for role, servers in found.items() if servers} or {
        "": [info]
    }


def settings_of(servers: Servers) -> Declarations:
    """All that may tell one deployment from another. What servers do not share has the value of
    each role: `0.5.5 prefill, 0.5.6 decode`.
    """
    told = {
        role: _joined([configured(server, NO_SETTINGS) for server in each])
        for role, each in servers.items()
    }
    names = dict.fromkeys(ungrouped(told))
    return {
        name: _of_roles(
            {role: each[name] for role, each in told.items() if name in each}
        )
        for name in names
    }


def _versions(servers: Iterable[Object]) -> str:
    """Each once."""
    told = (text(each.get("version")) for each in servers)
    return "/".join(dict.fromkeys(filter(None, told)))


def deployment_of(
    servers: Servers, settings: Mapping[str, Declared]
) -> Declarations:
    """Engine and version, parallelism, cards, and how many servers prefill and decode."""
    found = {name: settings[name] for name in KNOWN if name in settings}
    if not servers:
        return found
    found["engine"] = "sglang"
    versions = {role: _versions(each) for role, each in servers.items()}
    if version := _of_roles(versions):
        found["engine_version"] = version
    if cards := _cards(ungrouped(servers)):
        found["gpus"] = cards
    roles = (f"{len(each)} {role}" for role, each in servers.items() if role)
    found["disaggregation"] = ", ".join(roles) or "none"
    return found


def model_of(servers: Servers) -> str | None:
    """Of the first server: all have one."""
    first = next(iter(ungrouped(servers)), None)
    return text(at(first, "served_model_name")) or text(at(first, "model_path"))


def _joined(servers: list[Declarations]) -> Declarations:
    """Of servers of one role: one value, or one after another where they differ."""
    found: Declarations = {}
    for name in dict.fromkeys(name for each in servers for name in each):
        values = list(
            dict.fromkeys(each[name] for each in servers if name in each)
        )
        found[name] = (
            values[0] if len(values) == 1 else "/".join(map(str, values))
        )
    return found


def _of_roles(values: Mapping[str, Declared]) -> Declared:
    if len(told := set(values.values())) == 1:
        return told.pop()
    return ", ".join(f"{value} {role}" for role, value in values.items())


def _cards(servers: list[Object]) -> int | None:
    """In use: those that share a model, times its copies unless these share the cards as well."""
    total = 0
    for each in servers:
        sizes = [
            whole(figure(each.get(name, 1)))
            for name in ("tp_size", "pp_size", "dp_size")
        ]
        if each.get("enable_dp_attention") is True:
            sizes.pop()
        if not all(size is not None and size > 0 for size in sizes):
            return None
        total += math.prod(size for size in sizes if size is not None)
    return total or None

"""Checks of variables that engines obey: in the server's environment where it can be read, else in
this shell's, from which a server would be started. Their values are not shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from inferometer.doctor.check_cards import of_cards
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, seen, skipped

VISIBLE = (
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
)
DEBUGGING = {
    "CUDA_LAUNCH_BLOCKING": "1",
    "AMD_SERIALIZE_KERNEL": "[123]",
    "HIP_LAUNCH_BLOCKING": "1",
    "AMD_LOG_LEVEL": "[1-9]",
    "NCCL_DEBUG": "(?i:TRACE)",
    "VLLM_TRACE_FUNCTION": "1",
    "TORCH_SHOW_CPP_STACKTRACES": "1",
}
"""Variables that slow an engine down, and the values that do."""
INTERFACES = ("NCCL_SOCKET_IFNAME", "GLOO_SOCKET_IFNAME")
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
OVERRIDE = "HSA_OVERRIDE_GFX_VERSION"


def variables(machine: Machine) -> Mapping[str, str]:
    process = machine.server.process if machine.server else None
    told = process.environment if process else None
    return machine.environment if told is None else told


def visible_devices(machine: Machine) -> Seen:
    """Each further one chooses among what the one before left."""
    here = [name for name in VISIBLE if name in variables(machine)]
    facts = here or "–"
    return seen(
        "warn" if len(here) > 1 else "ok",
        facts,
        "environment",
        commands=[f"unset {name}" for name in here[1:]],
    )


@of_cards()
def hidden_devices(machine: Machine) -> Seen:
    """Numbers of cards that there are not."""
    beyond = [
        name
        for name in VISIBLE
        if (value := variables(machine).get(name))
        if any(
            n.isdigit() and int(n) >= len(machine.cards)
            for n in value.split(",")
        )
    ]
    return seen(
        "warn" if beyond else "ok",
        beyond or f"{len(machine.cards)}",
        "environment",
    )


def gfx_override(machine: Machine) -> Seen:
    """Makes engines run code that was built for another architecture."""
    value = variables(machine).get(OVERRIDE)
    if value is None:
        return seen("ok", f"{OVERRIDE}: –", "environment")
    if not machine.gfx:
        return seen("info", OVERRIDE, "environment")
    asked = "gfx" + "".join(re.findall(r"\d+", value))
    same = all(each == asked for each in machine.gfx)
    fixes = [] if same else [f"unset {OVERRIDE}"]
    facts = (f"{OVERRIDE} {'=' if same else '≠'} {machine.gfx[0]}",)
    return seen(
        "info" if same else "warn", facts, "environment", commands=fixes
    )


@of_cards("amd", "hygon")
def built_for(machine: Machine) -> Seen:
    """Whether PyTorch was built for the cards, where its variable says for which."""
    value = variables(machine).get("PYTORCH_ROCM_ARCH")
    if value is None or not machine.gfx:
        return skipped("not_reported", "PYTORCH_ROCM_ARCH")
    named = {each.partition(":")[0] for each in re.split(r"[;, ]+", value)}
    absent = sorted(set(machine.gfx) - named)
    facts = [f"{each} ∉ PYTORCH_ROCM_ARCH" for each in absent]
    return seen(
        "fail" if absent else "ok", facts or machine.gfx, "PYTORCH_ROCM_ARCH"
    )


def debugging(machine: Machine) -> Seen:
    told = variables(machine)
    left_on = [
        name
        for name, slow in DEBUGGING.items()
        if name in told and re.fullmatch(slow, told[name])
    ]
    fixes = [f"unset {name}" for name in left_on]
    return seen(
        "warn" if left_on else "ok",
        left_on or "–",
        "environment",
        commands=fixes,
    )


def interfaces(machine: Machine) -> Seen:
    """Whether the network interfaces that NCCL is told to use exist."""
    there = machine.tree.names("sys/class/net")
    if not there:
        return skipped("no_source", "sys/class/net")
    told = variables(machine)
    wrong = [
        name
        for name in INTERFACES
        if name in told and not _any(told[name], there)
    ]
    return seen("warn" if wrong else "ok", wrong or "–", "environment")


def _any(value: str, there: list[str]) -> bool:
    """`eth`, `=eth0`, `^lo,docker`: prefixes, an exact name, or which not."""
    if value.startswith("^"):
        return True
    names = value.lstrip("=").split(",")
    return any(
        each.startswith(name) for each in there for name in names if name
    )


def proxy(machine: Machine) -> Seen:
    """We use no proxy; what else asks a local server may be sent through it."""
    told = machine.environment
    here = [name for name in PROXIES if told.get(name)]
    excepted = told.get("no_proxy") or told.get("NO_PROXY") or ""
    local = "*" in excepted or {"localhost", "127.0.0.1"} & set(
        re.split(r"[, ]+", excepted)
    )
    exposed = bool(here) and not local
    fixes = ["export no_proxy=localhost,127.0.0.1"] if exposed else []
    return seen(
        "info" if exposed else "ok", here or "–", "environment", commands=fixes
    )

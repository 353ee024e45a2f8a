"""Findings that need several facts. Each of the facts alone is harmless."""

from __future__ import annotations

from inferometer.doctor.check_cards import called, without_cards
from inferometer.doctor.check_client import allowed_cpus
from inferometer.doctor.check_environment import variables
from inferometer.doctor.check_links import (
    direct_links,
    known_link,
    narrow,
    told,
)
from inferometer.doctor.check_memory import memory_pressure, swap
from inferometer.doctor.check_pcie import (
    boot_with,
    iommu_translates,
    redirecting_ports,
)
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, Status, Unread, seen, skipped
from inferometer.words import Said

HANGS = {"broadcast-stalled", "collective-timeout", "link-between-accelerators"}
"""Troubles of a log that say that cards wait for each other."""
R9700 = "gfx1201"
FEW_LANES = 4
MIN_CORES_TOGETHER = 8


def _several(machine: Machine) -> Unread | None:
    if reason := without_cards(machine):
        return reason
    return None if len(machine.cards) > 1 else "one_card"


def collective_hang(machine: Machine) -> Seen:
    """Cards that reach each other through an IOMMU that redirects them: all-reduce may hang."""
    if reason := _several(machine):
        return skipped(reason)
    source = "iommu_groups, ACSCtl"
    translates, ports = iommu_translates(machine), redirecting_ports(machine)
    if translates is None or (translates and not machine.ports):
        return skipped("permission", source)
    if not translates or not ports or direct_links(machine):
        mode = "DMA" if translates else "identity"
        return seen("ok", f"IOMMU={mode}, ACS={len(ports)}", source)
    if variables(machine).get("NCCL_P2P_DISABLE") == "1":
        return seen(
            "info", "NCCL_P2P_DISABLE=1", "environment", variant="avoided"
        )
    facts = ["IOMMU: DMA", f"ACS: {', '.join(ports[:4])}", "P2P: PCIe"]
    hung = sorted(HANGS & {*machine.log})
    facts += [Said("doctor.fact.log", {"trouble": name}) for name in hung]
    tp = machine.server.tensor_parallel if machine.server else None
    facts += [f"TP={tp}"] if tp else []
    fixes = [
        *(f"# {each}" for each in boot_with(machine, "iommu=pt")),
        *(f"sudo setpci -s {each} ECAP_ACS+0x6.w=0000" for each in ports),
        "# export NCCL_P2P_DISABLE=1",
    ]
    status: Status = "fail" if hung else "warn"
    return seen(status, facts, source, commands=fixes)


def r9700_deadlock(machine: Machine) -> Seen:
    """Two or more R9700 and NCCL's protocol left to itself."""
    return _r9700_without(machine, 2, "NCCL_PROTO", "Simple")


def r9700_freeze(machine: Machine) -> Seen:
    """Four or more R9700 that speak to each other directly."""
    return _r9700_without(machine, 4, "NCCL_P2P_DISABLE", "1")


def _r9700_without(machine: Machine, least: int, name: str, safe: str) -> Seen:
    """So many R9700 or more, and a variable that is not what keeps them safe."""
    if reason := _several(machine):
        return skipped(reason)
    if not machine.gfx:
        return skipped("not_reported", "kfd/topology")
    count = machine.gfx.count(R9700)
    cards = f"{R9700} ×{count}"
    if count < least or variables(machine).get(name) == safe:
        return seen("ok", cards, "kfd/topology")
    return seen(
        "warn",
        (cards, f"{name}: –"),
        "kfd/topology",
        commands=[f"export {name}={safe}"],
    )


def parallel_over_narrow(machine: Machine) -> Seen:
    """Tensor parallelism through a slot of few lanes."""
    if reason := _several(machine):
        return skipped(reason)
    links = [(c, link) for c in machine.cards if (link := known_link(c.link))]
    if not links:
        return skipped(
            "virtual_machine" if machine.virtual else "not_reported",
            "current_link_width",
        )
    thin = [
        f"{called(c)}: {told(link)}"
        for c, link in links
        if link.width <= FEW_LANES and narrow(c)
    ]
    if not thin or direct_links(machine):
        return seen("ok", f"≤ x{FEW_LANES}: {len(thin)}", "current_link_width")
    return seen("warn", (*thin[:4], "P2P: PCIe"), "current_link_width")


def memory_stall(machine: Machine) -> Seen:
    """Swap that is used, and tasks that wait for memory: stalls of the server or client."""
    used, waiting = swap(machine), memory_pressure(machine)
    for part in (used, waiting):
        if part.reason:
            return skipped(part.reason, part.source)
    both = used.status == waiting.status == "warn"
    facts = (*used.evidence, *waiting.evidence)
    return seen(
        "warn" if both else "ok", facts, "proc/meminfo, proc/pressure/memory"
    )


def client_beside_server(machine: Machine) -> Seen:
    """Client and server on few processors, and neither bound to its own."""
    if machine.server is None:
        return skipped("no_server")
    process = machine.server.process
    if process is None:
        return skipped("server_elsewhere")
    count = allowed_cpus(machine)
    if count is None or process.cpus is None:
        return skipped("permission", "Cpus_allowed_list")
    own = machine.tree.word("proc/self/status") or ""
    shared = f"Cpus_allowed_list:\t{process.cpus}\n" in f"{own}\n"
    tight = shared and count < MIN_CORES_TOGETHER
    fixes = [
        f"taskset -cp 1-{count - 1} {process.pid}",
        "taskset -c 0 inferometer bench …",
    ]
    how = "shared" if shared else "apart"
    facts = Said(f"doctor.fact.cpus.{how}", {"n": count})
    return seen(
        "warn" if tight else "ok",
        facts,
        "Cpus_allowed_list",
        commands=fixes if tight and count > 1 else (),
    )

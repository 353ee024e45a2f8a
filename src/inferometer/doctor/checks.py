"""The table of checks, and looking at a machine with all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import inferometer
from inferometer.doctor import (
    check_cards,
    check_client,
    check_container,
    check_environment,
    check_host,
    check_joined,
    check_links,
    check_memory,
    check_pcie,
    check_server,
    kernel_log,
)
from inferometer.doctor.blank import Blanks
from inferometer.doctor.logs import LogSign
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import (
    BY_WEIGHT,
    Seen,
    Status,
    skipped,
    worst_of,
)
from inferometer.words import Words

SCHEMA = "inferometer.doctor/1"

CHECKS: Mapping[str, Callable[[Machine], Seen]] = {
    "host.cpu.governor": check_host.governor,
    "host.cpu.energy_preference": check_host.energy_preference,
    "host.cpu.frequency_cap": check_host.frequency_cap,
    "host.cpu.boost": check_host.boost,
    "host.cpu.smt": check_host.smt,
    "host.cpu.offline": check_host.offline,
    "host.cpu.load": check_host.load,
    "host.cpu.pressure": check_host.cpu_pressure,
    "host.cpu.steal": check_host.steal,
    "host.cpu.quota": check_host.cpu_quota,
    "host.cpu.thermal": check_host.thermal,
    "host.numa.balancing": check_host.numa_balancing,
    "host.memory.available": check_memory.available,
    "host.memory.swap": check_memory.swap,
    "host.memory.pressure": check_memory.memory_pressure,
    "host.memory.oom_kills": check_memory.oom_kills,
    "host.memory.huge_pages": check_memory.huge_pages,
    "host.memory.transparent_pages": check_memory.transparent_pages,
    "host.memory.group": check_memory.group_memory,
    "host.memory.shared": check_memory.shared_memory,
    "host.limits.memlock": check_host.memory_locking,
    "host.limits.processes": check_host.processes,
    "host.clock.source": check_host.clock_source,
    "host.clock.synchronized": check_host.synchronized,
    "host.disk.results": check_memory.results_disk,
    "host.disk.cache": check_memory.cache_disk,
    "host.disk.network": check_memory.cache_network,
    "host.kernel.machine_checks": kernel_log.machine_checks,
    "host.kernel.killed": kernel_log.killed_for_memory,
    "host.virtual": check_host.virtualization,
    "host.locale": check_host.locale,
    "pcie.iommu": check_pcie.iommu,
    "pcie.acs": check_pcie.access_control,
    "pcie.aspm.policy": check_pcie.power_saving,
    "pcie.aspm.links": check_pcie.link_sleep,
    "pcie.payload": check_pcie.payload,
    "pcie.relaxed_ordering": check_pcie.relaxed_ordering,
    "pcie.errors": check_pcie.errors,
    "pcie.kernel_log": kernel_log.bus_errors,
    "gpu.visible": check_cards.visible,
    "gpu.driver": check_cards.driver,
    "gpu.driver.library": check_cards.library,
    "gpu.lost": check_cards.lost,
    "gpu.device_files": check_cards.device_files,
    "gpu.permission": check_cards.permission,
    "gpu.render_order": check_cards.render_order,
    "gpu.persistence": check_cards.persistence,
    "gpu.ecc.mode": check_cards.ecc_mode,
    "gpu.ecc.errors": check_cards.ecc_errors,
    "gpu.ecc.pending": check_cards.pending_repair,
    "gpu.kernel_log": kernel_log.card_errors,
    "gpu.partition": check_cards.partition,
    "gpu.mixed": check_cards.mixed,
    "gpu.numa": check_cards.numa,
    "gpu.memory.used": check_cards.memory_free,
    "gpu.memory.bar": check_cards.small_bar,
    "gpu.processes": check_cards.processes,
    "gpu.power.cap": check_cards.power_cap,
    "gpu.throttled": check_cards.throttled,
    "gpu.temperature": check_cards.temperature,
    "gpu.clock.stuck": check_cards.stuck_clock,
    "gpu.link.width": check_links.width,
    "gpu.link.speed": check_links.speed,
    "gpu.link.narrowest": check_links.narrowest,
    "gpu.link.contradiction": check_links.contradiction,
    "gpu.link.unverifiable": check_links.unverifiable,
    "gpu.link.replays": check_links.replays,
    "gpu.link.peers": check_links.between_cards,
    "container.inside": check_container.inside,
    "container.pinning": check_container.pinning,
    "container.seccomp": check_container.system_calls,
    "container.engine": check_container.engine,
    "container.toolkit": check_container.toolkit,
    "environment.visible_devices": check_environment.visible_devices,
    "environment.hidden_devices": check_environment.hidden_devices,
    "environment.gfx_override": check_environment.gfx_override,
    "environment.built_for": check_environment.built_for,
    "environment.debugging": check_environment.debugging,
    "environment.interfaces": check_environment.interfaces,
    "environment.proxy": check_environment.proxy,
    "client.descriptors": check_client.descriptors,
    "client.ports": check_client.ports,
    "client.stamps": check_client.stamps,
    "client.calibration": check_client.calibration,
    "client.cores": check_client.cores,
    "client.python": check_client.python,
    "client.others": check_client.others,
    "server.reachable": check_server.reachable,
    "server.model": check_server.model,
    "server.max_model_len": check_server.length,
    "server.version": check_server.version,
    "server.here": check_server.here,
    "server.metrics": check_server.counters,
    "server.idle": check_server.idle,
    "server.cache_use": check_server.cache_use,
    "server.preemptions": check_server.preemptions,
    "server.prefix_caching": check_server.prefix_caching,
    "server.chunked_prefill": check_server.chunked_prefill,
    "server.eager": check_server.eager,
    "server.descriptors": check_server.descriptors,
    "server.cpus": check_server.cpus,
    "server.clock": check_server.clock,
    "joined.collective_hang": check_joined.collective_hang,
    "joined.r9700_deadlock": check_joined.r9700_deadlock,
    "joined.r9700_freeze": check_joined.r9700_freeze,
    "joined.parallel_over_narrow": check_joined.parallel_over_narrow,
    "joined.memory_stall": check_joined.memory_stall,
    "joined.client_beside_server": check_joined.client_beside_server,
}
"""By stable name. The first part of a name is its group."""

GROUPS = tuple(dict.fromkeys(name.partition(".")[0] for name in CHECKS))


@dataclass(frozen=True, slots=True)
class Examined:
    """What all checks found, without anything that must not be pasted."""

    seen: Mapping[str, Seen]
    log: tuple[LogSign, ...] = ()
    """Troubles in a server's log."""

    @property
    def statuses(self) -> list[Status]:
        checked = [each.status for each in self.seen.values()]
        return checked + [each.status for each in self.log]

    @property
    def worst(self) -> Status:
        return worst_of(self.statuses)

    def counts(self) -> dict[Status, int]:
        return {each: self.statuses.count(each) for each in reversed(BY_WEIGHT)}

    def as_json(self) -> dict[str, Any]:
        """Plain values, in English."""
        return {
            "schema": SCHEMA,
            "version": inferometer.__version__,
            "worst": self.worst,
            "counts": self.counts(),
            "checks": [_check_json(*each) for each in self.seen.items()],
            "log": [each.as_json() for each in self.log],
        }


def _check_json(name: str, found: Seen) -> dict[str, Any]:
    words = Words()
    return {
        "id": name,
        "group": name.partition(".")[0],
        "title": title_of(name, words),
        "status": found.status,
        "reason": found.reason,
        "evidence": list(found.evidence),
        "source": found.source,
        "cure": advice_of(name, found, words),
        "commands": list(found.commands),
    }


def title_of(name: str, words: Words) -> str:
    return words.text(f"doctor.title.{name}")


def advice_of(name: str, found: Seen, words: Words) -> str:
    """Why it matters and what helps; '' where nothing is wrong."""
    if found.status in ("ok", "skipped"):
        return ""
    key = f"doctor.advice.{name}"
    return words.find(f"{key}.{found.variant}", key)


def examine(machine: Machine, log: Iterable[LogSign] = ()) -> Examined:
    """Look with every check. One that fails by itself is skipped: it must not cost the others."""
    blanks = Blanks.of(machine)
    found = {}
    for name, look in CHECKS.items():
        try:
            found[name] = blanks.seen(look(machine))
        except (ArithmeticError, LookupError, OSError, ValueError):
            found[name] = skipped("unreadable")
    return Examined(found, tuple(blanks.sign(each) for each in log))
